import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("../../scripts/requirements.mjs", import.meta.url));

test("every row that binds a server is named by the title of a test, or docs/requirements.md says whose duty it is [F-22]", () => {
  const levels = "MUST,MUST NOT,SHALL,SHALL NOT,SHOULD,SHOULD NOT,DEFACTO";
  const { stdout } = spawnSync(process.execPath, [script, "--level", levels], { encoding: "utf8" });
  const lines = stdout.trim().split("\n");
  expect(lines.at(-1)).toMatch(/^[1-9]\d\d rows: [1-9]\d\d proven by a test, \d+ elsewhere, \d+ not proven$/);
  expect(lines.filter((line) => line.startsWith("not proven: "))).toEqual([]);
});

test("no title and no line of docs/requirements.md names a row that is not there", () => {
  const { stdout, status } = spawnSync(process.execPath, [script], { encoding: "utf8" });
  expect(stdout.split("\n").filter((line) => line.startsWith("no such row: "))).toEqual([]);
  expect(status).toBe(0);
});
