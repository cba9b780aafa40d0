import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { pickSize } from "../../support/size.ts";
import { hasPostgres } from "./engines.ts";

const ADDITIONS = pickSize("additions to one group", { everyday: 80, thorough: 10_000 });
const NAMES = pickSize("names that all want", { everyday: 16, thorough: 1000 });
const PROCESSES = pickSize("processes at once", { everyday: 4, thorough: 8 });
const KILLS = pickSize("kills of the writing process", { everyday: 2, thorough: 50 });
const BACKENDS = pickSize("kills of a database's backend", { everyday: 0, thorough: 10 });

/** Runs a script of bench/storage; it says what it found, and exits 0 if nothing was lost. */
function run(script: string, ...options: string[]): Promise<{ readonly status: unknown; readonly output: string }> {
  const path = fileURLToPath(new URL(`../../../bench/storage/${script}`, import.meta.url));
  return new Promise((resolve) =>
    execFile(process.execPath, [path, ...options], (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : error.code, output: stdout + stderr }),
    ),
  );
}

const EVENTS = pickSize("events that several processes hand out", { everyday: 200, thorough: 10_000 });
const DEATHS = pickSize("kills between a commit and its hand-over", { everyday: 3, thorough: 200 });

const engines = hasPostgres ? "sqlite,postgres" : "sqlite";

describe("several processes on one database", () => {
  test("lose no addition to a group that they share, and give each name to one of them [G-1 G-3]", async () => {
    const options = [`--adds=${ADDITIONS}`, `--names=${NAMES}`, `--processes=${PROCESSES}`, `--engines=${engines}`];
    const { status, output } = await run("races.ts", "--no-control", ...options);
    expect(output).not.toContain("BROKEN");
    expect(output).toContain("Nothing was lost");
    expect(status).toBe(0);
  });

  test("keep what was acknowledged, whole, when the one that writes is killed [G-19]", async () => {
    const { status, output } = await run("kill.ts", `--sqlite=${KILLS}`, `--postgres=${BACKENDS}`);
    expect(output).not.toContain("BROKEN");
    expect(output).toMatch(new RegExp(`${KILLS} kills of the writing process: [1-9]\\d* writes acknowledged`));
    expect(status).toBe(0);
  });

  test("hand out each event in the order of its resource, and twice only what a killed one had [G-18 G-19]", async () => {
    const options = [
      `--events=${EVENTS}`,
      `--kills=${DEATHS}`,
      `--processes=${PROCESSES}`,
      `--engines=${hasPostgres ? "postgres" : "sqlite"}`,
    ];
    const { status, output } = await run("outbox.ts", "--waiting=0", "--no-control", ...options);
    expect(output).not.toContain("BROKEN");
    expect(output).toContain("No event was lost");
    expect(status).toBe(0);
  });
});
