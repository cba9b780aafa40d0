import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { hasPostgres } from "./engines.ts";

/** Runs a script of bench/storage on less than it takes by default; it says what it found, and exits 0 if nothing was lost. */
function run(script: string, ...options: string[]): { readonly status: number | null; readonly output: string } {
  const path = fileURLToPath(new URL(`../../../bench/storage/${script}`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...options], { encoding: "utf8" });
  return { status, output: stdout + stderr };
}

const engines = hasPostgres ? "sqlite,postgres" : "sqlite";

describe("several processes on one database", () => {
  test("lose no addition to a group that they share, and give each name to one of them [C1 C3]", () => {
    const options = ["--adds=240", "--names=40", "--processes=4", "--no-control", `--engines=${engines}`];
    const { status, output } = run("races.ts", ...options);
    expect(output).not.toContain("BROKEN");
    expect(output).toContain("Nothing was lost");
    expect(status).toBe(0);
  });

  test("keep what was acknowledged, whole, when the one that writes is killed [C19]", () => {
    const { status, output } = run("kill.ts", "--sqlite=5", "--postgres=0");
    expect(output).not.toContain("BROKEN");
    expect(output).toMatch(/5 kills of the writing process: [1-9]\d* writes acknowledged/);
    expect(status).toBe(0);
  });
});
