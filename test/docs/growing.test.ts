import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, "utf8");

const under = (folder: string, ending: string): readonly string[] =>
  readdirSync(`${ROOT}${folder}`, { recursive: true })
    .map((file) => `${folder}/${String(file)}`)
    .filter((file) => file.endsWith(ending));

/** Programs of the examples, of the pages and of the doc comments, by where they stand. */
const PROGRAMS: readonly (readonly [where: string, code: string])[] = [
  ...under("examples", ".ts").map((file) => [file, read(file)] as const),
  ...["README.md", ...under("docs", ".md"), ...under("src", ".ts")].flatMap((file) =>
    [
      ...read(file)
        .replaceAll(/^\s*\* ?/gm, "")
        .matchAll(/^```ts\n([\s\S]*?)^```/gm),
    ].map(([, code = ""]) => [file, code] as const),
  ),
];

/** The switches of a program that have no default branch. */
function bareSwitches(code: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isSwitchStatement(node) && !node.caseBlock.clauses.some(ts.isDefaultClause))
      found.push(node.expression.getText());
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("program.ts", code, ts.ScriptTarget.Latest, true));
  return found;
}

describe("a union that may grow", () => {
  test("says so where it is declared", () => {
    const comments = under("src", ".ts").flatMap((file) => [
      ...read(file).matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export (?:type|interface) (\w+)/g),
    ]);
    const says = new Map(
      comments.map(([, comment = "", name = ""]) => [name, comment.replaceAll(/\s*\n\s*\*\s*/g, " ")]),
    );
    for (const name of [
      "ScimEvent",
      "ScimNotice",
      "StorageNotice",
      "ScimType",
      "Format",
      "OperationType",
      "ResourceOperation",
      "JsonPatchOperation",
      "HostFeature",
      "ProfileName",
      "ReferencePolicy",
      "ClientErrorCode",
      "CapabilityName",
    ])
      expect(says.get(name), name).toMatch(/may (?:grow|have more)/);
  });

  test("has a default branch wherever an example switches over it", () => {
    expect(PROGRAMS.length).toBeGreaterThan(100);
    expect(bareSwitches('switch (a) { case "b": }')).toEqual(["a"]);
    expect(PROGRAMS.flatMap(([where, code]) => bareSwitches(code).map((over) => `${where}: ${over}`))).toEqual([]);
  });
});
