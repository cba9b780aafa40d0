import { CompiledQuery, type Kysely } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createScim, EnterpriseUserSchema, Group, type ScimEvent, User } from "../../../../src/index.ts";
import { mappedStorage, mapTable } from "../../../../src/storage/sql/index.ts";
import { USER } from "../../../support/directory.ts";
import { someEngines } from "../engines.ts";

const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const meta = { version: "version", created: "created_at", lastModified: "updated_at" };

/** Text that neither compresses nor fits an index. */
function noise(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state % 36).toString(36);
  }).join("");
}

/** Columns that do not take every value, as tables have them. */
const ddl = (isPostgres: boolean, at: string): readonly string[] => {
  const common = "version integer NOT NULL DEFAULT 1, created_at text, updated_at text";
  return isPostgres
    ? [
        `CREATE TYPE ${at}kind AS ENUM ('Employee', 'Contractor')`,
        `CREATE DOMAIN ${at}short AS text CHECK (length(VALUE) < 20)`,
        `CREATE TABLE ${at}departments (name text PRIMARY KEY)`,
        `CREATE TABLE ${at}users (id text PRIMARY KEY, login text NOT NULL UNIQUE, title varchar(10), kind ${at}kind,
          nick ${at}short, number integer, phone text CONSTRAINT phone_form CHECK (phone LIKE '+%'), shown text,
          department text REFERENCES ${at}departments, password varchar(12), rest jsonb, ${common})`,
        `CREATE INDEX users_shown ON ${at}users (lower(shown))`,
        `CREATE TABLE ${at}teams (id text PRIMARY KEY, name text NOT NULL, rest jsonb, ${common})`,
        `CREATE TABLE ${at}memberships (team text, member varchar(5), label text, PRIMARY KEY (team, member))`,
      ]
    : [
        `CREATE TABLE users (id text PRIMARY KEY, login text NOT NULL UNIQUE,
          title text CHECK (length(title) <= 10), kind text CHECK (kind IN ('Employee', 'Contractor')),
          nick text, number integer, phone text, shown text, department text, password text, rest text, ${common},
          CONSTRAINT phone_form CHECK (phone LIKE '+%'), CONSTRAINT nick_short CHECK (length(nick) < 20)) STRICT`,
        `CREATE TABLE teams (id text PRIMARY KEY, name text NOT NULL, rest text, ${common})`,
        "CREATE TABLE memberships (team text, member text CHECK (length(member) <= 5), label text, PRIMARY KEY (team, member))",
      ];
};

const Employee = User.extend(EnterpriseUserSchema);

const tablesIn = (schema: string | undefined) => {
  const place = schema === undefined ? {} : { schema };
  return [
    mapTable(Employee, {
      ...place,
      ...meta,
      table: "users",
      id: "id",
      columns: {
        userName: "login",
        title: "title",
        userType: "kind",
        nickName: "nick",
        displayName: "shown",
        password: "password",
        [`${EnterpriseUserSchema.id}:employeeNumber` as const]: {
          column: "number",
          read: (value) => (value === null ? undefined : String(value)),
          write: (value) => value ?? null,
        },
        [`${EnterpriseUserSchema.id}:department` as const]: "department",
      },
      elements: { phoneNumbers: [{ columns: { value: "phone" }, fixed: { type: "work" } }] },
      rest: "rest",
    }),
    mapTable(Group, {
      ...place,
      ...meta,
      table: "teams",
      id: "id",
      columns: { displayName: "name" },
      collections: {
        members: {
          ...place,
          table: "memberships",
          holder: "team",
          value: "member",
          resourceType: "User",
          columns: { display: "label" },
        },
      },
      rest: "rest",
    }),
  ];
};

for (const engine of someEngines())
  describe(`${engine.name}: a value that a column does not take`, () => {
    let db: Kysely<unknown>;
    let at = "";
    let ask: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: Record<string, never> }>;
    const faults: ScimEvent[] = [];
    const run = async (text: string) => (await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text))).rows;
    beforeAll(async () => {
      const opened = await engine.open();
      db = opened.db;
      at = opened.tables.schema === undefined ? "" : `"${opened.tables.schema}".`;
      for (const text of ddl(engine.isPostgres, at)) await run(text);
      const resourceTypes = [Employee, Group];
      const hashSecret = (_: unknown, value: unknown) => `hash ${String(value)}`;
      const scim = createScim({
        resourceTypes,
        storage: mappedStorage({ db, tables: tablesIn(opened.tables.schema), hashSecret }),
        baseUrl: "https://example.com/scim/v2",
        authenticate: () => ({}),
        onNotice: (event) => void (event.type === "fault" && faults.push(event)),
      });
      ask = async (method, path, body) => {
        const response = await scim.handle({
          method,
          url: `https://example.com/scim/v2${path}`,
          headers: { "content-type": "application/scim+json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return { status: response.status, body: JSON.parse(String(response.body ?? "{}") || "{}") };
      };
    });
    afterAll(() => engine.close());

    const enterprise = EnterpriseUserSchema.id;
    const onBoth: readonly (readonly [string, object, string])[] = [
      ["too long for its column", { title: "x".repeat(11) }, "title"],
      ["none of an enumeration", { userType: "Visitor" }, "userType"],
      ["against a named check, or a domain's", { nickName: "x".repeat(20) }, "nickName"],
      ["of another type than the column", { [enterprise]: { employeeNumber: "E-7" } }, `${enterprise}:employeeNumber`],
      ["of an element with a column", { phoneNumbers: [{ value: "12", type: "work" }] }, "phoneNumbers"],
    ];
    const onPostgres: typeof onBoth = [
      ["too large for a unique index", { userName: noise(8000) }, "userName"],
      ["too large for an index over an expression", { displayName: noise(8000) }, "displayName"],
      ["out of range", { [enterprise]: { employeeNumber: "99999999999" } }, `${enterprise}:employeeNumber`],
      ["a secret that is too long as it is kept", { password: "x".repeat(20) }, "password"],
      ["a key to what is not there", { [enterprise]: { department: "nowhere" } }, `${enterprise}:department`],
    ];

    test.each(
      engine.isPostgres ? [...onBoth, ...onPostgres] : onBoth,
    )("%s is 400 and names the attribute, in a create, a replacement, a PATCH and a bulk request, and nothing is stored [G-4]", async (_, values, attribute) => {
      const given = { schemas: [USER, enterprise], userName: "ada", ...values };
      const before = await run(`SELECT * FROM ${at}users`);
      const refused = async (method: string, path: string, body: unknown) => {
        const answer = await ask(method, path, body);
        expect(answer, method).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
        expect(answer.body.detail, method).toMatch(
          new RegExp(`^(Operations\\[0\\]: )?${attribute.replaceAll(".", "\\.")} `),
        );
      };
      await refused("POST", "/Users", given);
      const { body, status } = await ask("POST", "/Users", { schemas: [USER], userName: "eve" });
      expect(status).toBe(201);
      const path = `/Users/${body.id}`;
      const there = await run(`SELECT * FROM ${at}users`);
      await refused("PUT", path, given);
      const Operations = [{ op: "replace", value: values }];
      await refused("PATCH", path, { schemas: [PATCH], Operations });
      const bulk = await ask("POST", "/Bulk", {
        schemas: [BULK],
        Operations: [
          { method: "POST", path: "/Users", bulkId: "1", data: given },
          { method: "PATCH", path, data: { schemas: [PATCH], Operations } },
        ],
      });
      expect(bulk.body).toMatchObject({
        Operations: [{ status: "400", response: { scimType: "invalidValue" } }, { status: "400" }],
      });
      expect(await run(`SELECT * FROM ${at}users`)).toEqual(there);
      expect((await ask("DELETE", path)).status).toBe(204);
      expect(await run(`SELECT * FROM ${at}users`)).toEqual(before);
      expect(faults).toEqual([]);
    });

    test("of a member is 400 and names its value, in a create and in a delta, and the delta adds none", async () => {
      const user = await ask("POST", "/Users", { schemas: [USER], userName: "bob" });
      const other = await ask("POST", "/Users", { schemas: [USER], userName: "eva" });
      const member = { value: user.body.id };
      const group = { schemas: [GROUP], displayName: "g" };
      const refused = {
        status: 400,
        body: { scimType: "invalidValue", detail: expect.stringMatching(/^(Operations\[0\]: )?members\.value /) },
      };
      expect(await ask("POST", "/Groups", { ...group, members: [member] })).toMatchObject(refused);
      expect(await run(`SELECT * FROM ${at}teams`)).toEqual([]);
      const { body } = await ask("POST", "/Groups", group);
      const value = [{ value: other.body.id }, member];
      const Operations = [{ op: "add", path: "members", value }];
      expect(await ask("PATCH", `/Groups/${body.id}`, { schemas: [PATCH], Operations })).toMatchObject(refused);
      expect(await run(`SELECT * FROM ${at}memberships`)).toEqual([]);
      expect((await ask("GET", `/Groups/${body.id}`)).body.meta).toMatchObject({ version: 'W/"1"' });
      expect(faults).toEqual([]);
    });
  });
