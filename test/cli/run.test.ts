import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ran } from "./terminal.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const { out: overview } = await ran(["--help"]);
const commands = [...overview.matchAll(/^ {2}scimkit (\w+)/gm)].map(([, name = ""]) => name);

test("--help lists every command with what it is for; without a word the same is shown, and nothing was done", async () => {
  expect(commands.length).toBeGreaterThanOrEqual(3);
  expect(await ran([])).toEqual({ status: 2, out: overview, error: "" });
  expect(await ran(["help"])).toEqual({ status: 0, out: overview, error: "" });
});

test.each(commands)("%s --help says how it is called, what it does, and what can be pasted", async (name) => {
  const { status, out, error } = await ran([name, "--help"]);
  expect({ status, error }).toEqual({ status: 0, error: "" });
  expect(out).toMatch(new RegExp(`^scimkit ${name}`));
  expect(out).toMatch(new RegExp(`^ {2}.*npx scimkit ${name}`, "m"));
  expect((await ran(["help", name])).out).toBe(out);
  for (const line of out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(140);
});

test("--version is that of the package", async () => {
  expect(await ran(["--version"])).toEqual({ status: 0, out: `${version}\n`, error: "" });
});

test("a word that is no command is answered in one line that says which is meant", async () => {
  const { status, out, error } = await ran(["fliter", "x"]);
  expect({ status, out }).toEqual({ status: 2, out: "" });
  expect(error).toMatch(/^scimkit: there is no command "fliter"\. Did you mean filter\? Commands: .*\n$/);
});

test.each(commands)("an option that %s does not have is answered in one line", async (name) => {
  const { status, out, error } = await ran([name, "--no-such-option"]);
  expect({ status, out }).toEqual({ status: 2, out: "" });
  expect(error).toMatch(new RegExp(`^scimkit ${name}: .*--no-such-option.*\n$`));
});

test("every command is loaded when it is asked for, and not before", () => {
  const source = readFileSync(new URL("../../src/cli/run.ts", import.meta.url), "utf8");
  const loadedAtOnce = [...source.matchAll(/^import (?!type).* from "(.*)";/gm)].map(([, path = ""]) => path);
  expect(loadedAtOnce.filter((path) => /check|replay|serve|patch|filter|transfer/.test(path))).toEqual([]);
  expect(readdirSync(new URL("../../src/cli", import.meta.url)).length).toBeGreaterThan(5);
});
