import { CompiledQuery } from "kysely";
import { afterAll, describe, expect, test } from "vitest";
import { createScim, Group, type ScimOptions, User } from "../../../../src/index.ts";
import { mappedStorage, mapTable, type TableMapping } from "../../../../src/storage/sql/index.ts";
import { USER } from "../../../support/directory.ts";
import { someEngines } from "../engines.ts";

const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const meta = { version: "version", created: "created_at", lastModified: "updated_at" };
const common = "version integer NOT NULL DEFAULT 1, created_at text, updated_at text, rest text";

/** What `authenticate` of the host gives. */
interface Caller {
  readonly actor: string;
}

const ddl = (at: string): readonly string[] => [
  `CREATE TABLE ${at}users (id text PRIMARY KEY, email text NOT NULL UNIQUE, display_name text NOT NULL, plan_id integer NOT NULL,
    slug text NOT NULL, created_by text NOT NULL, joined_at text, seat text DEFAULT 'none', updated_by text, gone_at text, ${common})`,
  `CREATE TABLE ${at}teams (id text PRIMARY KEY, name text NOT NULL, updated_by text NOT NULL, ${common})`,
  `CREATE TABLE ${at}memberships (team text NOT NULL, member text NOT NULL, role text NOT NULL, added_by text NOT NULL,
    PRIMARY KEY (team, member))`,
  `CREATE TABLE ${at}nested (team text NOT NULL, inner_team text NOT NULL, role text NOT NULL, PRIMARY KEY (team, inner_team))`,
];

const audit = { updated_by: (context: Caller) => context.actor };

for (const engine of someEngines())
  describe(`${engine.name}: columns that no attribute has`, () => {
    afterAll(() => engine.close());

    /** The application's tables, and a service in front of them whose caller is named by a header. */
    async function open(
      options: Pick<ScimOptions<Caller, readonly [typeof User, typeof Group]>, "adopt" | "lifecycle"> = {},
    ) {
      const { db, tables } = await engine.open();
      const { schema } = tables;
      const place = schema === undefined ? {} : { schema };
      const at = schema === undefined ? "" : `"${schema}".`;
      const run = async (text: string) =>
        (await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text.replaceAll("@", at)))).rows;
      for (const text of ddl(at)) await run(text);
      const users = mapTable(User, {
        ...place,
        ...meta,
        table: "users",
        id: "id",
        columns: { userName: "email", displayName: "display_name" },
        rest: "rest",
        deleted: "gone_at",
        defaults: {
          plan_id: 7,
          display_name: (user) => user.userName,
          slug: (user) => `${user.userName.split("@")[0]}`,
          created_by: (_, context: Caller) => context.actor,
          joined_at: () => new Date(0),
          seat: () => undefined,
        },
        audit: {
          updated_by: (context: Caller, user) => `${context.actor}${user === undefined ? "" : ` ${user.userName}`}`,
        },
      });
      const groups = mapTable(Group, {
        ...place,
        ...meta,
        table: "teams",
        id: "id",
        columns: { displayName: "name" },
        collections: {
          members: [
            {
              ...place,
              table: "memberships",
              holder: "team",
              value: "member",
              resourceType: "User",
              forgotten: ["display"],
              defaults: {
                role: "member",
                added_by: (element, context: Caller) => `${context.actor} of ${element.value}`,
              },
            },
            {
              ...place,
              table: "nested",
              holder: "team",
              value: "inner_team",
              resourceType: "Group",
              forgotten: ["display"],
              defaults: { role: "part" },
            },
          ],
        },
        rest: "rest",
        audit,
      });
      const ledger = schema === undefined ? "scim_ledger" : { schema, table: "scim_ledger" };
      const storage = mappedStorage({ db, tables: [users, groups], ledger });
      await storage.prepare();
      const scim = createScim({
        ...options,
        resourceTypes: [User, Group],
        storage,
        baseUrl: "https://example.com/scim/v2",
        authenticate: (request): Caller => ({ actor: String(request.headers["x-actor"]) }),
      });
      const ask = async (actor: string, method: string, path: string, body?: unknown) => {
        const response = await scim.handle({
          method,
          url: `https://example.com/scim/v2${path}`,
          headers: { "content-type": "application/scim+json", "x-actor": actor },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return { status: response.status, body: JSON.parse(String(response.body ?? "{}") || "{}") };
      };
      return { ask, run, scim, storage };
    }

    test("A NOT NULL column that SCIM does not know has what defaults says, in each row that is made", async () => {
      const { ask, run } = await open();
      const { body, status } = await ask("eve", "POST", "/Users", { schemas: [USER], userName: "ada@x.org" });
      expect([status, body.displayName]).toEqual([201, "ada@x.org"]);
      await ask("bob", "POST", "/Bulk", {
        schemas: [BULK],
        Operations: [
          {
            method: "POST",
            path: "/Users",
            bulkId: "1",
            data: { schemas: [USER], userName: "bo@x.org", displayName: "Bo" },
          },
        ],
      });
      const rows = await run(
        "SELECT email, display_name, plan_id, slug, created_by, joined_at, seat FROM @users ORDER BY email",
      );
      const joined_at = new Date(0).toISOString();
      expect(rows).toEqual([
        {
          email: "ada@x.org",
          display_name: "ada@x.org",
          plan_id: 7,
          slug: "ada",
          created_by: "eve",
          joined_at,
          seat: "none",
        },
        { email: "bo@x.org", display_name: "Bo", plan_id: 7, slug: "bo", created_by: "bob", joined_at, seat: "none" },
      ]);
    });

    test("A default is set once: a change, a replacement and a client's removal leave the column as it is", async () => {
      const { ask, run } = await open();
      const { body } = await ask("eve", "POST", "/Users", { schemas: [USER], userName: "ada@x.org" });
      await run("UPDATE @users SET plan_id = 9, slug = 'own'");
      const given = { schemas: [USER], userName: "new@x.org", displayName: "Ada" };
      expect((await ask("bob", "PUT", `/Users/${body.id}`, given)).status).toBe(200);
      expect(await run("SELECT plan_id, slug, created_by FROM @users")).toEqual([
        { plan_id: 9, slug: "own", created_by: "eve" },
      ]);
    });

    test("Columns of join tables have defaults too, in a create, in a delta and in a replacement, by the element where they ask for it", async () => {
      const { ask, run } = await open();
      const user = await ask("eve", "POST", "/Users", { schemas: [USER], userName: "ada@x.org" });
      const other = await ask("eve", "POST", "/Users", { schemas: [USER], userName: "bo@x.org" });
      const third = await ask("eve", "POST", "/Users", { schemas: [USER], userName: "cy@x.org" });
      const inner = await ask("eve", "POST", "/Groups", { schemas: [GROUP], displayName: "inner" });
      const members = [{ value: user.body.id }];
      const group = await ask("eve", "POST", "/Groups", { schemas: [GROUP], displayName: "outer", members });
      const add = (value: unknown) => ({ schemas: [PATCH], Operations: [{ op: "add", path: "members", value }] });
      const path = `/Groups/${group.body.id}`;
      await ask("bob", "PATCH", path, add([{ value: other.body.id }]));
      await ask("bob", "PATCH", path, add([{ value: inner.body.id }]));
      const whole = [...members, { value: other.body.id }, { value: third.body.id }, { value: inner.body.id }];
      const { body } = await ask("cat", "PUT", path, { schemas: [GROUP], displayName: "outer", members: whole });
      expect(body.members).toHaveLength(4);
      expect(await run("SELECT role, added_by FROM @memberships ORDER BY added_by")).toEqual([
        { role: "member", added_by: `bob of ${other.body.id}` },
        { role: "member", added_by: `cat of ${third.body.id}` },
        { role: "member", added_by: `eve of ${user.body.id}` },
      ]);
      expect(await run("SELECT role FROM @nested")).toEqual([{ role: "part" }]);
    });

    test("Columns of audit tell who wrote last: who creates, replaces, changes, gives members and takes them, and deletes what is one", async () => {
      const { ask, run } = await open();
      const writers = async () =>
        [...(await run("SELECT updated_by FROM @users")), ...(await run("SELECT updated_by FROM @teams"))].map(
          (row) => row.updated_by,
        );
      const user = await ask("amy", "POST", "/Users", { schemas: [USER], userName: "ada@x.org" });
      const group = await ask("amy", "POST", "/Groups", { schemas: [GROUP], displayName: "g" });
      expect(await writers()).toEqual(["amy ada@x.org", "amy"]);
      const path = `/Users/${user.body.id}`;
      await ask("bob", "PUT", path, { schemas: [USER], userName: "ad@x.org", displayName: "ada@x.org" });
      expect(await writers()).toEqual(["bob ad@x.org", "amy"]);
      const patch = (Operations: readonly object[]) => ({ schemas: [PATCH], Operations });
      await ask("cat", "PATCH", path, patch([{ op: "replace", path: "title", value: "Dr" }]));
      const [value] = [[{ value: user.body.id }]];
      await ask("dan", "PATCH", `/Groups/${group.body.id}`, patch([{ op: "add", path: "members", value }]));
      expect(await writers()).toEqual(["cat ad@x.org", "dan"]);
      const remove = { op: "remove", path: `members[value eq "${user.body.id}"]` };
      await ask("eve", "PATCH", `/Groups/${group.body.id}`, patch([remove]));
      expect(await writers()).toEqual(["cat ad@x.org", "eve"]);
      await ask("fay", "PATCH", path, patch([{ op: "replace", path: "title", value: "Dr" }]));
      expect(await writers(), "a write that changes nothing is nobody's").toEqual(["cat ad@x.org", "eve"]);
      await ask("gus", "PATCH", `/Groups/${group.body.id}`, patch([{ op: "add", path: "members", value }]));
      await ask("hal", "DELETE", path);
      expect(await writers()).toEqual(["hal"]);
    });

    test("Of a row that stays out of sight the columns of audit tell who deleted it, and then who brought it back", async () => {
      const { ask, run } = await open({ adopt: () => "restore", lifecycle: { delete: "deactivate" } });
      const given = { schemas: [USER], userName: "ada@x.org", externalId: "x1" };
      const { body } = await ask("amy", "POST", "/Users", given);
      expect((await ask("kim", "DELETE", `/Users/${body.id}`)).status).toBe(204);
      expect(await run("SELECT updated_by FROM @users WHERE gone_at IS NOT NULL")).toEqual([{ updated_by: "kim" }]);
      const back = await ask("leo", "POST", "/Users", given);
      expect(back).toMatchObject({ status: 201, body: { id: body.id, displayName: "ada@x.org" } });
      expect(await run("SELECT updated_by, created_by FROM @users")).toEqual([
        { updated_by: "leo ada@x.org", created_by: "amy" },
      ]);
    });

    test("prepare names a default for a NOT NULL column without one, and takes the mapping with it", async () => {
      const { db, tables } = await engine.open();
      const place = tables.schema === undefined ? {} : { schema: tables.schema };
      const at = tables.schema === undefined ? "" : `"${tables.schema}".`;
      await db.executeQuery(
        CompiledQuery.raw(
          `CREATE TABLE ${at}users (id text PRIMARY KEY, email text NOT NULL, plan_id integer NOT NULL, ${common})`,
        ),
      );
      const prepare = (more: Partial<TableMapping<typeof User>>) =>
        mappedStorage({
          db,
          tables: [
            mapTable(User, {
              ...place,
              ...meta,
              table: "users",
              id: "id",
              columns: { userName: "email" },
              rest: "rest",
              ...more,
            }),
          ],
        }).prepare();
      await expect(prepare({})).rejects.toThrow("plan_id is NOT NULL and nothing fills it: name it in defaults");
      await expect(prepare({ defaults: { plan_id: 1 } })).resolves.toBeUndefined();
      await expect(prepare({ defaults: { plan_id: 1, plam: 2 } })).rejects.toThrow(
        "users.plam: there is no such column",
      );
      await expect(prepare({ audit: { plan_id: () => 1, by: () => "x" } })).rejects.toThrow(
        "users.by: there is no such column",
      );
    });
  });

test("What fills a column twice, or with what no driver takes, is refused when the storage is made", () => {
  const map = (more: object) => () =>
    mappedStorage({
      db: {} as never,
      tables: [
        mapTable(User, {
          table: "users",
          id: "id",
          ...meta,
          columns: { userName: { column: "email", key: "k" } },
          rest: "rest",
          ...more,
        } as never),
      ],
    });
  expect(map({ defaults: { version: 3 } })).toThrow("defaults names version, which has a value in every row");
  expect(map({ defaults: { email: "x" } })).toThrow("defaults names email");
  expect(map({ audit: { email: () => "x" } })).toThrow("audit names email, which is set by something else");
  expect(map({ defaults: { a: 1 }, audit: { a: () => 2 } })).toThrow("audit names a");
  expect(map({ defaults: { a: { b: 1 } } })).toThrow("defaults.a must be a single value");
  expect(map({ audit: { a: 1 } })).toThrow("audit.a must be a function of the context");
});
