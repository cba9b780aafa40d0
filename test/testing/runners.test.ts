import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

describe("the kit", () => {
  test("runs under node:test as well, every case on memory, and reports a score card", () => {
    const args = ["--import", "./test/examples/source.ts", "--test-reporter=tap", "test/testing/runners/memory.mjs"];
    const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, env, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^# fail 0$/m);
    expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(400);
    expect(stdout).toMatch(/chapter +passed +failed +left out/);
    expect(stdout).toMatch(/left out \(\d+\): the adapter declares that it has no accepts/);
  });
});
