import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "scimkit-template-"));

/** A copy of the template, as somebody begins with it, whose packages are linked instead of installed. */
beforeAll(() => {
  cpSync(join(ROOT, "examples/adapter-template"), folder, { recursive: true });
  for (const name of ["@types/node", "fast-check", "pure-rand", "undici-types"])
    link(name, join(ROOT, "node_modules", name));
  link("scimkit", ROOT);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function link(name: string, target: string): void {
  const path = join(folder, "node_modules", name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

const run = (...options: readonly string[]) => {
  // The runner of these tests is not that of the template.
  const { NODE_OPTIONS: _, VITEST: __, NODE_TEST_CONTEXT: ___, ...env } = process.env;
  return spawnSync(process.execPath, options, { cwd: folder, encoding: "utf8", env: { ...env, KIT_RUNS: "5" } });
};

test("the template of an adapter compiles as it is", () => {
  expect(run(join(ROOT, "node_modules/typescript7/bin/tsc"), "-p", folder).stdout).toBe("");
});

test("the template of an adapter passes the kit by its own script, and says so by a score card", () => {
  const { scripts } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  expect(scripts.test).toBe("node --test test/*.test.ts");
  const { status, stdout } = run("--test", "test/conformance.test.ts");
  expect(stdout).toMatch(/all +4\d\d +0 +\d+/);
  expect(status).toBe(0);
});

test("the CI of the template is the kit", () => {
  const workflow = readFileSync(join(folder, ".github/workflows/kit.yml"), "utf8");
  const steps = [...workflow.matchAll(/^ {6}- run: (.*)$/gm)].map(([, step]) => step);
  expect(steps).toEqual(["npm install", "npm test"]);
});
