import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { attributeAliases, profiles } from "../../src/index.ts";

const ROOT = new URL("../..", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), "utf8");
const list = (folder: string): readonly string[] =>
  readdirSync(new URL(folder, ROOT), { recursive: true }).map(
    (file) => `${folder}/${String(file).replaceAll("\\", "/")}`,
  );

/** Rows of docs/quirks.md. */
const rows = read("docs/quirks.md")
  .split("\n")
  .filter((line) => /^\| Q\d/.test(line))
  .map((line) => {
    const [id = "", client = "", action = "", where = ""] = line.slice(2, -2).split(" | ");
    return { id, client, action, where };
  });

/** Ids by the file in whose titles they stand; what the samples compute of their data does not count. */
const named = new Map(
  list("test")
    .filter((file) => file.endsWith(".test.ts") && !file.endsWith("quirks/table.test.ts"))
    .map((file) => [
      file,
      new Set(
        [...read(file).matchAll(/\[[A-Z][\w. -]*\d[a-z]?\]/g)].flatMap(([group]) => group.slice(1, -1).split(" ")),
      ),
    ]),
);
const rules = list("src/quirks")
  .map((file) => file.slice("src/quirks/".length, -".ts".length))
  .filter((name) => !["quirk", "profile", "profiles"].includes(name));

test("the table has every id from Q01 to Q125 once, in order", () => {
  const all = Array.from({ length: 125 }, (_, index) => `Q${String(index + 1).padStart(2, "0")}`);
  expect(rows.map(({ id }) => id)).toEqual(all);
  for (const { client, action } of rows) expect([client.length > 2, action.length > 10]).toEqual([true, true]);
});

describe("each row is a rule, core behaviour that a test names, or has a reason why not", () => {
  test.each(rows)("$id: $where", ({ id, where }) => {
    if (where.startsWith("rule ")) {
      const ids = where.split(", ").map((part) => /^rule `([a-z-]+)`$/.exec(part)?.[1] ?? part);
      for (const rule of ids) {
        expect(rules).toContain(rule);
        expect([...(named.get(`test/quirks/${rule}.test.ts`) ?? [])], rule).toContain(id);
      }
    } else if (where === "core") {
      const provers = [...named].filter(([, found]) => found.has(id)).map(([file]) => file);
      expect(provers).not.toEqual([]);
    } else expect(where).toMatch(/^not here: .{40}/);
  });
});

test("each rule is one file with its id for a name, a test of the same name, and a place in a profile", () => {
  const tests = list("test/quirks").map((file) => file.slice("test/quirks/".length, -".test.ts".length));
  expect(rules.filter((rule) => !tests.includes(rule))).toEqual([]);
  const active = new Map(
    Object.values(profiles).flatMap((profile) => profile.quirks.map((rule) => [rule.id, rule] as const)),
  );
  expect([...active.keys()].sort()).toEqual([...rules].sort());
  for (const rule of [...active.values(), attributeAliases({})]) {
    expect(rule.description).toMatch(/^[A-Z].*\.$/s);
    expect(rule.clients).not.toEqual([]);
    expect(rule.bends).toMatch(/^RFC \d{4} §/);
  }
});

test("strict has no rule, and the default none that drops what was said or reads what can be meant in two ways [R-2 R-81]", () => {
  expect(profiles.strict.quirks).toEqual([]);
  const ids = profiles.lenient.quirks.map(({ id }) => id);
  for (const risky of ["single-primary", "attribute-aliases", "unquoted-path-operands"])
    expect(ids).not.toContain(risky);
});
