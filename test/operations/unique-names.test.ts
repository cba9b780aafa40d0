import { afterAll, describe, expect, test } from "vitest";
import { EnterpriseUserSchema, Group, SchemaError, User } from "../../src/index.ts";
import type { StorageAdapter } from "../../src/storage/adapter.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { mappedStorage, mapTable, openSqlite } from "../../src/storage/sql/index.ts";
import { someEngines } from "../storage/sql/engines.ts";
import { postGroup, sendBulk, statuses } from "../support/bulk.ts";
import { type Directory, directory, filtered, GROUP, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

const resourceTypes = [User.extend(EnterpriseUserSchema), Group.unique("displayName")] as const;

const engines = someEngines();
afterAll(() => Promise.all(engines.map((engine) => engine.close())));

/** Groups in the table of an application: with a key column under a constraint, or looked for on every write. */
async function mapped(hasKey: boolean): Promise<StorageAdapter> {
  const db = await openSqlite(":memory:");
  const meta = { version: "version", created: "created", lastModified: "modified" };
  const columns =
    "id TEXT PRIMARY KEY, version INTEGER NOT NULL, created TEXT NOT NULL, modified TEXT NOT NULL, rest TEXT";
  const text = [
    `CREATE TABLE people (${columns}, name TEXT, name_key TEXT UNIQUE)`,
    `CREATE TABLE teams (${columns}, title TEXT${hasKey ? ", title_key TEXT UNIQUE" : ""})`,
    "CREATE TABLE team_people (team TEXT, person TEXT, PRIMARY KEY (team, person))",
  ];
  const { sql } = await import("kysely");
  for (const statement of text) await sql.raw(statement).execute(db);
  return mappedStorage({
    db,
    tables: [
      mapTable(User, {
        table: "people",
        id: { column: "id", type: "uuid" },
        ...meta,
        columns: { userName: { column: "name", key: "name_key" } },
        rest: "rest",
      }),
      mapTable(Group, {
        table: "teams",
        id: { column: "id", type: "uuid" },
        ...meta,
        columns: { displayName: hasKey ? { column: "title", key: "title_key" } : "title" },
        rest: "rest",
        collections: {
          members: {
            table: "team_people",
            holder: "team",
            value: "person",
            resourceType: "User",
            forgotten: ["display"],
          },
        },
      }),
    ],
  });
}

describe.each([
  ["memory", async () => memoryStorage()],
  ...engines.map((engine) => [engine.name, async () => (await engine.open()).storage] as const),
  ["tables of an application", () => mapped(false)],
  ["tables of an application with a key column", () => mapped(true)],
] as const)("groups whose names are unique, in %s", (_, open) => {
  const made = async (): Promise<Directory> => directory({ resourceTypes, storage: await open() });
  const group = (displayName: string) => ({ schemas: [GROUP], displayName });
  const taken = { status: 409, json: { scimType: "uniqueness", detail: expect.stringContaining("displayName") } };

  test("a name that is taken is 409 by POST, PUT, PATCH and in bulk, in any letter case, and free again after [R-50 R-38]", async () => {
    const { ask, ...service } = await made();
    const first = await ask("POST", "/Groups", group("Guides"));
    expect(first.status).toBe(201);
    expect(await ask("POST", "/Groups", group("GUIDES"))).toMatchObject(taken);
    const other = `/Groups/${(await ask("POST", "/Groups", group("Rangers"))).json.id}`;
    expect(await ask("PUT", other, group("guides"))).toMatchObject(taken);
    const rename = patchOf({ op: "replace", path: "displayName", value: "guides" });
    expect(await ask("PATCH", other, rename)).toMatchObject(taken);
    expect(statuses(await sendBulk({ ask, ...service }, [postGroup("gUIDES")]))).toEqual(["409"]);
    expect((await ask("GET", other)).json.displayName).toBe("Rangers");
    expect((await ask("GET", filtered("/Groups", 'displayName eq "guides"'))).json.totalResults).toBe(1);
    expect((await ask("DELETE", `/Groups/${first.json.id}`)).status).toBe(204);
    expect((await ask("PATCH", other, rename)).json.displayName).toBe("guides");
  });

  test("of many creates and renames at once to one name exactly one succeeds [R-50 R-38]", async () => {
    const { ask } = await made();
    const paths = await Promise.all(
      ["a", "b", "c", "d"].map(async (name) => `/Groups/${(await ask("POST", "/Groups", group(name))).json.id}`),
    );
    const answers = await Promise.all([
      ...["Guides", "GUIDES", "guides", "gUIDES"].map((name) => ask("POST", "/Groups", group(name))),
      ...paths.map((path) => ask("PATCH", path, patchOf({ op: "replace", path: "displayName", value: "guides" }))),
    ]);
    const refused = answers.filter(({ status }) => status >= 300);
    expect(refused).toHaveLength(answers.length - 1);
    for (const answer of refused) expect(answer).toMatchObject(taken);
    expect((await ask("GET", filtered("/Groups", 'displayName eq "guides"'))).json.totalResults).toBe(1);
  });

  test("names that were shared before they had to be unique stay so until one is changed, and nothing else is refused [R-50]", async () => {
    const storage = await open();
    const before = directory({ resourceTypes: [User.extend(EnterpriseUserSchema), Group], storage });
    const { ask } = directory({ resourceTypes, storage });
    const user = (await ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json.id;
    const paths: string[] = [];
    for (const name of ["Guides", "GUIDES"]) {
      const answer = await before.ask("POST", "/Groups", group(name));
      if (answer.status === 201) paths.push(`/Groups/${answer.json.id}`);
    }
    for (const path of paths) {
      for (const operation of [
        { op: "add", path: "members", value: [{ value: user }] },
        { op: "replace", path: "externalId", value: "e" },
        { op: "remove", path: "members" },
      ])
        expect([200, 204], `${operation.path} of ${path}`).toContain(
          (await ask("PATCH", path, patchOf(operation))).status,
        );
    }
    for (const path of paths)
      for (const value of ["Away", "Guides"])
        await ask("PATCH", path, patchOf({ op: "replace", path: "displayName", value }));
    expect((await ask("GET", filtered("/Groups", 'displayName eq "guides"'))).json.totalResults).toBe(1);
    expect(await ask("POST", "/Groups", group("GUIDES"))).toMatchObject(taken);
  });

  test("a change of members or of anything else asks for no name [R-50]", async () => {
    const { ask } = await made();
    const path = `/Groups/${(await ask("POST", "/Groups", group("Guides"))).json.id}`;
    for (const operation of [
      { op: "replace", path: "displayName", value: "GUIDES" },
      { op: "replace", path: "externalId", value: "e" },
      { op: "remove", path: 'members[value eq "x"]' },
    ])
      expect([200, 204]).toContain((await ask("PATCH", path, patchOf(operation))).status);
    expect((await ask("GET", path)).json).toMatchObject({ displayName: "GUIDES", externalId: "e" });
  });
});

test("what is unique is announced, and of the type as it ships nothing changes [R-50 S-7-25]", async () => {
  const uniqueness = async (types: readonly (typeof Group)[]) => {
    const { ask } = directory({ resourceTypes: [User, ...types] });
    const { attributes } = (await ask("GET", `/Schemas/${GROUP}`)).json;
    return attributes.find(({ name }: { name: string }) => name === "displayName").uniqueness;
  };
  expect(await uniqueness([Group.unique("displayName")])).toBe("server");
  expect(await uniqueness([Group])).toBe("none");
});

test("only a plain attribute of the base schema is made unique, and an extension stays", () => {
  expect(User.extend(EnterpriseUserSchema).unique("nickName").extensions).toHaveLength(1);
  expect(() => User.unique("emails")).toThrow(SchemaError);
  // @ts-expect-error: a name that the schema does not have
  expect(() => User.unique("nosuch")).toThrow(SchemaError);
});
