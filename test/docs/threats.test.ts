import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("../../scripts/threats.mjs", import.meta.url));

test("every row of the threat register is named by the title of a test, or docs/security.md says whose duty it is [F-21]", () => {
  const { stdout, status } = spawnSync(process.execPath, [script], { encoding: "utf8" });
  const lines = stdout.trim().split("\n");
  expect(lines.filter((line) => /^(not proven|no such row): /.test(line))).toEqual([]);
  expect(lines.at(-1)).toMatch(/^[1-9]\d\d threats: [1-9]\d\d proven by a test, \d+ elsewhere, 0 not proven$/);
  expect(status).toBe(0);
});
