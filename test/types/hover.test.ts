import ts from "typescript";
import { describe, expect, test } from "vitest";
import { EnterpriseUserSchema, Group, type SchemaDefinition, User } from "../../src/index.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const FILE = `${ROOT}test/types/hovered.ts`;
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/** What somebody writes in an editor; each name is hovered over where `«` stands before it. */
const TEXT = `
import { EnterpriseUserSchema, Group, User, type Resource, type ResourceInput } from "../../src/index.ts";
export const shown = [«User, «Group, «EnterpriseUserSchema];
const «Employee = User.extend(EnterpriseUserSchema);
export function show(
  «user: Resource<typeof User>,
  «group: Resource<typeof Group>,
  «employee: Resource<typeof Employee>,
  «input: ResourceInput<typeof User>,
) {
  const «work = user.«emails?.find((email) => email.«primary);
  return [work, user.«name, user.«id, group.«members, input.«password, employee["${ENTERPRISE}"]?.«manager];
}
`;

/** What an editor shows where the marks stand, by place and name: the type, and the documentation. */
function hovers(marked: string): ReadonlyMap<string, { readonly type: string; readonly doc: string }> {
  const places: [name: string, place: number][] = [];
  let text = "";
  for (const [index, part] of marked.split("«").entries()) {
    if (index > 0) places.push([`${index} ${/^[\w$]+/.exec(part)?.[0]}`, text.length]);
    text += part;
  }
  const service = serviceOf(text);
  const { messageText } = service.getSemanticDiagnostics(FILE)[0] ?? {};
  if (messageText !== undefined) throw new Error(ts.flattenDiagnosticMessageText(messageText, "\n"));
  return new Map(
    places.map(([name, place]) => {
      const info = service.getQuickInfoAtPosition(FILE, place);
      return [
        name,
        { type: ts.displayPartsToString(info?.displayParts), doc: ts.displayPartsToString(info?.documentation) },
      ];
    }),
  );
}

function serviceOf(text: string): ts.LanguageService {
  const { config } = ts.readConfigFile(`${ROOT}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const read = (path: string) => (path === FILE ? text : ts.sys.readFile(path));
  return ts.createLanguageService({
    getScriptFileNames: () => [FILE],
    getScriptVersion: () => "1",
    getScriptSnapshot: (path) => {
      const found = read(path);
      return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
    },
    getCurrentDirectory: () => ROOT,
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (path) => read(path) !== undefined,
    readFile: read,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  });
}

describe("an editor shows", () => {
  const shown = hovers(TEXT);
  const of = (name: string) => [...shown].find(([key]) => key.endsWith(` ${name}`))?.[1];
  const typeOf = (name: string) => of(name)?.type.replace(/\nimport .*/s, "");
  const docOf = (name: string) => of(name)?.doc;

  test("a resource type by the name of its schema, in a line, and what it is", () => {
    expect(typeOf("User")).toBe('(alias) const User: ResourceTypeDefinition<UserSchema, readonly [], "User">');
    expect(typeOf("Group")).toBe('(alias) const Group: ResourceTypeDefinition<GroupSchema, readonly [], "Group">');
    expect(typeOf("EnterpriseUserSchema")).toContain("const EnterpriseUserSchema: EnterpriseUserSchema");
    expect(typeOf("Employee")).toBe(
      'const Employee: ResourceTypeDefinition<UserSchema, readonly [Extension<EnterpriseUserSchema, false>], "User">',
    );
    expect(docOf("User")).toBe("Users at `/Users`, without extensions.");
  });

  test("a resource by the name of its type, in a line", () => {
    expect(typeOf("user")).toBe('(parameter) user: Resource<ResourceTypeDefinition<UserSchema, readonly [], "User">>');
    expect(typeOf("group")).toBe(
      '(parameter) group: Resource<ResourceTypeDefinition<GroupSchema, readonly [], "Group">>',
    );
    expect(typeOf("employee")).toBe(
      '(parameter) employee: Resource<ResourceTypeDefinition<UserSchema, readonly [Extension<EnterpriseUserSchema, false>], "User">>',
    );
    expect(typeOf("input")).toBe(
      '(parameter) input: ResourceInput<ResourceTypeDefinition<UserSchema, readonly [], "User">>',
    );
  });

  test("an attribute with its members and with what it is", () => {
    const email = [
      "readonly value?: string | undefined;",
      "readonly display?: string | undefined;",
      "readonly type?: string | undefined;",
      "readonly primary?: boolean | undefined;",
    ];
    expect(typeOf("emails")).toBe(
      `(property) emails?: readonly {\n${email.map((line) => `    ${line}`).join("\n")}\n}[] | undefined`,
    );
    expect(typeOf("work")).toBe(`const work: {\n${email.map((line) => `    ${line}`).join("\n")}\n} | undefined`);
    expect(docOf("emails")).toBe("E-mail addresses; one of them may be primary.");
    expect(docOf("primary")).toBe("Whether it is the preferred one; no more than one is.");
    expect(docOf("id")).toBe("Given by storage, and never changed.");
    expect(docOf("password")).toBe("Written by clients, and shown to nobody.");
    for (const name of ["name", "members", "manager"]) expect(docOf(name), name).not.toBe("");
  });

  test("documentation of every attribute and sub-attribute that is shipped", () => {
    const paths = [User.schema, Group.schema, EnterpriseUserSchema].flatMap(({ name, attributes }) =>
      Object.entries(attributes as SchemaDefinition["attributes"]).flatMap(([attribute, { subAttributes = {} }]) => [
        `${name}["attributes"]["«${attribute}"]`,
        ...Object.keys(subAttributes).map((sub) => `${name}["attributes"]["${attribute}"]["subAttributes"]["«${sub}"]`),
      ]),
    );
    const types = paths.map((path, index) => `export type T${index} = ${path};`);
    const header =
      'import type { UserSchema as User, GroupSchema as Group, EnterpriseUserSchema as EnterpriseUser } from "../../src/index.ts";\n';
    const undocumented = [...hovers(`${header}${types.join("\n")}`).values()].filter(({ doc }) => doc === "");
    expect(undocumented.map(({ type }) => type.split("\n")[0])).toEqual([]);
    expect(paths.length).toBeGreaterThan(80);
  });
});
