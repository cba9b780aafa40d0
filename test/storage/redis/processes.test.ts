import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { pickSize } from "../../support/size.ts";
import { hasRedis } from "./server.ts";

const ADDITIONS = pickSize("additions to one group", { everyday: 60, thorough: 500 });
const NAMES = pickSize("names that all want", { everyday: 16, thorough: 150 });
const PROCESSES = pickSize("processes at once", { everyday: 3, thorough: 8 });
const KILLS = pickSize("kills of a writing process", { everyday: 2, thorough: 10 });

describe.runIf(hasRedis)("several processes on one Redis", () => {
  test.each([
    "script",
    "steps",
  ])("lose no addition, give each name to one of them, and keep what was acknowledged when one is killed, by %s [G-1 G-3 G-19]", async (way) => {
    const options = [`--adds=${ADDITIONS}`, `--names=${NAMES}`, `--processes=${PROCESSES}`, `--kills=${KILLS}`];
    const path = fileURLToPath(new URL("../../../bench/storage/redis.ts", import.meta.url));
    const { status, output } = await new Promise<{ status: unknown; output: string }>((resolve) =>
      execFile(process.execPath, [path, `--ways=${way}`, ...options], (error, stdout, stderr) =>
        resolve({ status: error === null ? 0 : error.code, output: stdout + stderr }),
      ),
    );
    expect(output).not.toContain("BROKEN");
    expect(output).toMatch(new RegExp(`${KILLS} kills of a writing process beside another one: [1-9]\\d* writes`));
    expect(output).toContain("Nothing was lost, and nothing was torn.");
    expect(status).toBe(0);
  });
});
