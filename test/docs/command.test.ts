import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { LEVEL_WORDS } from "../../src/checker/report/words.ts";
import { ran } from "../cli/terminal.ts";

const page = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
const optionsIn = (text: string): ReadonlySet<string> =>
  // `npx --yes` is of npx.
  new Set([...text.matchAll(/(?<!npx |-)--([a-z][a-z-]+)/g)].map(([, name = ""]) => name));

const { out: overview } = await ran(["--help"]);
const commands = [...overview.matchAll(/^ {2}scimkit (\w+)/gm)].map(([, name = ""]) => name);
const helps = new Map<string, string>();
for (const name of commands) helps.set(name, (await ran([name, "--help"])).out);

const PAGES = ["command.md", "checker-reports.md", "recordings.md"];

describe("the pages on the command", () => {
  test("have a row and an example for every word that it has", () => {
    expect(commands.length).toBeGreaterThanOrEqual(7);
    const rows = [...page("command.md").matchAll(/^\| `(\w+)` \| .* \| `npx scimkit (\w+) .*` \|$/gm)];
    expect(rows.map(([, name]) => name)).toEqual(commands);
    expect(rows.map(([, , name]) => name)).toEqual(commands);
  });

  test.each(commands)("name every option of %s", (name) => {
    const options = [...optionsIn(helps.get(name) ?? "")];
    expect(options.length).toBeGreaterThan(1);
    const named = optionsIn(PAGES.map(page).join("\n"));
    expect(options.filter((option) => !named.has(option))).toEqual([]);
  });

  test.each(PAGES)("name no option that the command lacks: %s", (name) => {
    const known = optionsIn([...helps.values()].join("\n"));
    const named = optionsIn(page(name));
    expect(named.size).toBeGreaterThan(4);
    expect([...named].filter((option) => option !== "help" && !known.has(option))).toEqual([]);
  });

  test("say of each level what the reports say", () => {
    for (const { label, meaning } of Object.values(LEVEL_WORDS))
      expect(page("command.md")).toContain(`| ${label} | ${meaning} |`);
  });
});
