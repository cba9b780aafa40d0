import { CompiledQuery } from "kysely";
import { EnterpriseUserSchema, Group, User } from "scimkit";
import { type ColumnCondition, type MappedDeleted, mappedStorage, mapTable } from "scimkit/sql";
import { afterAll, describe, expect, test } from "vitest";
import { newTenant, serve } from "../../../support/adopting.ts";
import { hasMariadb } from "../engines/mariadb.ts";
import { hasPostgres, pgliteEngine, postgresEngine, sqliteEngine } from "../engines.ts";
import { inWordsOf, mariadbTables } from "./mariadb.ts";

const ENTERPRISE = EnterpriseUserSchema.id;
const USERS = User.extend(EnterpriseUserSchema);
const ENGINES = [
  sqliteEngine("SQLite in memory"),
  hasPostgres ? postgresEngine() : pgliteEngine(),
  ...(hasMariadb ? [mariadbTables()] : []),
];

/** A status of which one value says that the row is deleted. */
const status = {
  column: "status",
  read: (value: unknown) => value === "enabled",
  write: (value: boolean | undefined) => (value === undefined ? undefined : value ? "enabled" : "disabled"),
  filter: (operator: string, operand: unknown): ColumnCondition | undefined =>
    operator === "eq" ? { is: "=", value: operand === true ? "enabled" : "disabled" } : undefined,
};

/** The ways in which tables say that a row is deleted. */
const WAYS: readonly {
  readonly name: string;
  readonly column: (time: string) => string;
  readonly there: string;
  readonly deleted: MappedDeleted;
  readonly columns?: { readonly active: typeof status };
  /** What the column has of a deleted row. */
  readonly has: unknown;
}[] = [
  {
    name: "a time",
    column: (time) => `gone_at ${time}`,
    there: "gone_at IS NULL",
    deleted: { column: "gone_at" },
    has: { gone_at: expect.anything() },
  },
  {
    name: "a boolean",
    column: () => "is_gone boolean NOT NULL",
    there: "NOT is_gone",
    deleted: { column: "is_gone", write: true },
    has: { is_gone: expect.toSatisfy((value) => Number(value) === 1) },
  },
  {
    name: "a status that is active's column too",
    column: () => "status text NOT NULL CHECK (status IN ('enabled', 'disabled', 'deleted'))",
    there: "status <> 'deleted'",
    deleted: { column: "status", write: "deleted", otherwise: "enabled" },
    columns: { active: status },
    has: { status: "deleted" },
  },
  {
    name: "seconds, and 0 otherwise",
    column: () => "gone bigint NOT NULL",
    there: "gone = 0",
    deleted: { column: "gone", write: (at) => Math.floor(Date.parse(at) / 1000), otherwise: 0 },
    has: { gone: expect.toSatisfy((value) => Number(value) > 1_700_000_000) },
  },
];

describe.each(ENGINES)("rows that every delete keeps, on $name", (engine) => {
  afterAll(() => engine.close());

  /** `isFull`: the unique index is over deleted rows as well. */
  async function open(way: (typeof WAYS)[number], { restore = false, isFull = false, isKeyed = true } = {}) {
    const { db, tables, sent } = await engine.open();
    const { schema } = tables;
    const place = schema === undefined ? {} : { schema };
    const table = (name: string) => (schema === undefined ? name : `"${schema}".${name}`);
    const run = async (text: string) =>
      (await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(inWordsOf(engine, text)))).rows;
    const time = engine.isPostgres ? "timestamptz" : "text";
    const meta = `version integer NOT NULL DEFAULT 1, created_at ${time}, updated_at ${time}, extra text`;
    const where = isFull ? "" : ` WHERE ${way.there}`;
    const [people, teams, members] = [table("people"), table("teams"), table("members")];
    await run(`CREATE TABLE ${people} (id text PRIMARY KEY, org text, login text NOT NULL, login_key text, hash text, title text,
      boss text REFERENCES ${people} (id), ${way.column(time)}, ${meta})`);
    await run(`CREATE UNIQUE INDEX people_login ON ${people} (org, ${isKeyed ? "login_key" : "login"})${where}`);
    await run(`CREATE TABLE ${teams} (id text PRIMARY KEY, org text, name text, ${way.column(time)}, ${meta})`);
    await run(
      `CREATE TABLE ${members} (team text REFERENCES ${teams} (id), person text REFERENCES ${people} (id), PRIMARY KEY (team, person))`,
    );
    const deleted = { ...way.deleted, restore };
    const common = {
      ...place,
      version: "version",
      created: "created_at",
      lastModified: "updated_at",
      id: "id",
      tenant: "org",
      deleted,
      rest: "extra",
    };
    const storage = mappedStorage({
      db,
      hashSecret: () => "hashed",
      ledger: schema === undefined ? "scim_ledger" : { schema, table: "scim_ledger" },
      tables: [
        mapTable(USERS, {
          ...common,
          table: "people",
          columns: {
            userName: isKeyed ? { column: "login", key: "login_key" } : "login",
            title: "title",
            password: "hash",
            [`${ENTERPRISE}:manager.value` as const]: "boss",
            ...way.columns,
          },
        }),
        mapTable(Group, {
          ...common,
          table: "teams",
          columns: { displayName: "name" },
          collections: {
            members: {
              ...place,
              table: "members",
              holder: "team",
              value: "person",
              resourceType: "User",
              forgotten: ["display"],
            },
          },
        }),
      ],
    });
    await storage.prepare();
    const tenant = newTenant();
    const served = serve(storage, { resourceTypes: [USERS, Group] }, tenant);
    const rows = (id: string) => run(`SELECT * FROM ${people} WHERE id = '${id}'`);
    return { ...served, run, rows, storage, people, members, sent };
  }

  describe.each(WAYS)("by $name", (way) => {
    test("a delete sets the column, and the row is 404, in no list, filter, total, group or reference", async () => {
      const { user, send, names, rows, patch, events } = await open(way);
      const { body: ada } = await user({ userName: "ada", password: "p", title: "Countess" });
      const { body: bea } = await user({ userName: "bea", [ENTERPRISE]: { manager: { value: ada.id } } });
      const members = [ada, bea].map(({ id }) => ({ value: id }));
      const { body: team } = await send("POST", "/Groups", { displayName: "Engines", members });
      expect((await send("DELETE", `/Users/${ada.id}`)).status).toBe(204);
      expect(await rows(ada.id)).toMatchObject([
        { login: "ada", title: "Countess", hash: null, ...(way.has as object) },
      ]);
      expect(events.at(-1)).toMatchObject({ type: "deleted", id: ada.id });
      for (const answer of [
        await send("GET", `/Users/${ada.id}`),
        await send("DELETE", `/Users/${ada.id}`),
        await send("PUT", `/Users/${ada.id}`, { schemas: [User.schema.id], userName: "ada" }),
        await patch(`/Users/${ada.id}`, { op: "replace", path: "title", value: "x" }),
      ])
        expect(answer.status).toBe(404);
      expect(await names()).toEqual(["bea"]);
      for (const [filter, total] of [
        ["", 1],
        ['?filter=userName eq "ada"', 0],
        ['?filter=title eq "Countess"', 0],
        ['?filter=not (userName eq "bea")', 0],
        [`?filter=${ENTERPRISE}:manager.value eq "${ada.id}"`, 0],
      ] as const)
        expect((await send("GET", `/Users${filter}`)).body.totalResults).toBe(total);
      const { body: left } = await send("GET", `/Groups/${team.id}`);
      expect(left.members.map(({ value }: { value: string }) => value)).toEqual([bea.id]);
      expect(left.meta.version).not.toBe(team.meta.version);
      expect((await send("GET", `/Users/${bea.id}`)).body[ENTERPRISE]).toBeUndefined();
      const again = await patch(`/Groups/${team.id}`, { op: "add", path: "members", value: [{ value: ada.id }] });
      expect(again.status).toBe(400);
    });

    test("a group that is deleted is gone for who was in it, and a delta on it is 404", async () => {
      const { user, send, patch } = await open(way);
      const { body: ada } = await user({ userName: "ada" });
      const { body: team } = await send("POST", "/Groups", { displayName: "Engines", members: [{ value: ada.id }] });
      expect((await send("DELETE", `/Groups/${team.id}`)).status).toBe(204);
      const delta = { op: "add", path: "members", value: [{ value: ada.id }] };
      expect((await patch(`/Groups/${team.id}`, delta)).status).toBe(404);
      expect((await send("GET", `/Users/${ada.id}`)).body.groups).toBeUndefined();
      const { body } = await send("GET", `/Users?filter=groups.value eq "${team.id}"`);
      expect(body.totalResults).toBe(0);
    });

    test("a name is free where the unique index leaves deleted rows out, and 409 where it does not", async () => {
      for (const isKeyed of [true, false]) {
        const free = await open(way, { isKeyed });
        const { body: ada } = await free.user({ userName: "ada" });
        await free.send("DELETE", `/Users/${ada.id}`);
        const { status, body } = await free.user({ userName: "ada" });
        expect([status, body.id === ada.id]).toEqual([201, false]);
        expect(free.types()).toEqual(["created", "deleted", "created"]);

        const taken = await open(way, { isFull: true, isKeyed });
        const { body: eve } = await taken.user({ userName: "eve" });
        await taken.send("DELETE", `/Users/${eve.id}`);
        const refused = await taken.user({ userName: "eve" });
        expect(refused).toMatchObject({ status: 409, body: { scimType: "uniqueness" } });
        expect(refused.body.detail).toContain("userName");
      }
    });

    test("with restore a create takes the deleted row again, with what it asserts and nothing of before", async () => {
      for (const options of [{ isFull: true }, { isFull: false }, { isFull: true, isKeyed: false }]) {
        const { user, send, names, rows, events } = await open(way, { restore: true, ...options });
        const { body: ada } = await user({ userName: "Ada", password: "p", title: "Countess" });
        const { body: team } = await send("POST", "/Groups", { displayName: "Engines", members: [{ value: ada.id }] });
        await send("DELETE", `/Users/${ada.id}`);
        const back = await user({ userName: "ADA", active: true });
        expect(back).toMatchObject({ status: 201, body: { id: ada.id, userName: "ADA", active: true } });
        expect(back.body.title).toBeUndefined();
        expect(back.body.groups).toBeUndefined();
        expect(back.body.meta.created).toBe(ada.meta.created);
        expect([ada.meta.version, back.body.meta.version]).toEqual(['W/"1"', 'W/"3"']);
        expect(await rows(ada.id)).toMatchObject([{ login: "ADA", hash: null, title: null }]);
        expect(events.at(-1)).toMatchObject({
          type: "restored",
          id: ada.id,
          reason: { type: "attribute", attribute: "userName" },
        });
        expect(await names()).toEqual(["ADA"]);
        expect((await send("GET", `/Groups/${team.id}`)).body.members).toBeUndefined();
        expect((await user({ userName: "ada" })).status).toBe(409);
      }
    });
  });

  const [byTime] = WAYS as [(typeof WAYS)[number]];

  test("members whom the application has marked as deleted are no members, for reads, filters and the next create", async () => {
    const { user, send, run, people, members } = await open(byTime, { restore: true });
    const { body: ada } = await user({ userName: "ada" });
    const { body: bea } = await user({ userName: "bea" });
    const both = [ada, bea].map(({ id }) => ({ value: id }));
    const { body: team } = await send("POST", "/Groups", { displayName: "Engines", members: both });
    await run(`UPDATE ${people} SET gone_at = '2026-01-01T00:00:00Z' WHERE id = '${ada.id}'`);
    const { body } = await send("GET", `/Groups/${team.id}`);
    expect(body.members.map(({ value }: { value: string }) => value)).toEqual([bea.id]);
    for (const [filter, total] of [
      [`members.value eq "${ada.id}"`, 0],
      [`members[value eq "${ada.id}"] or displayName eq "x"`, 0],
      [`members.value eq "${bea.id}"`, 1],
    ] as const)
      expect((await send("GET", `/Groups?filter=${filter}`)).body.totalResults).toBe(total);
    const back = await user({ userName: "ada" });
    expect(back.body.id).toBe(ada.id);
    expect(back.body.groups).toBeUndefined();
    expect(await run(`SELECT person FROM ${members}`)).toEqual([{ person: bea.id }]);
  });

  test("of several deleted rows with one name the one that went last comes back", async () => {
    const { user, send, run, people } = await open(byTime, { restore: true });
    const { body: first } = await user({ userName: "ada" });
    await send("DELETE", `/Users/${first.id}`);
    await run(
      `INSERT INTO ${people} (id, org, login, login_key, gone_at, updated_at) SELECT 'later', org, login, login_key, '2099-01-01T00:00:00Z', '2099-01-01T00:00:00Z' FROM ${people}`,
    );
    expect((await user({ userName: "ada" })).body.id).toBe("later");
    expect((await send("GET", `/Users/${first.id}`)).status).toBe(404);
  });

  test("of two creates at once that would take one deleted row, one does and the other is 409", async () => {
    const { user, send, names, types } = await open(byTime, { restore: true, isFull: true });
    const { body: ada } = await user({ userName: "ada" });
    await send("DELETE", `/Users/${ada.id}`);
    const answers = await Promise.all([1, 2, 3, 4].map(() => user({ userName: "ada" })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 201)?.body.id).toBe(ada.id);
    expect(await names()).toEqual(["ada"]);
    expect(types()).toEqual(["created", "deleted", "restored"]);
  });

  test("another tenant's deleted row is nobody's to take", async () => {
    const { user, send, storage } = await open(byTime, { restore: true });
    const { body: ada } = await user({ userName: "ada" });
    await send("DELETE", `/Users/${ada.id}`);
    const other = serve(storage, { resourceTypes: [USERS, Group] }, newTenant());
    const { status, body } = await other.user({ userName: "ada" });
    expect([status, body.id === ada.id]).toEqual([201, false]);
    expect((await user({ userName: "ada" })).body.id).toBe(ada.id);
  });
});

test("what deleted does not know is an error when the storage is made", () => {
  const make = (deleted: object) => () =>
    mappedStorage({
      db: ENGINES[0] as never,
      tables: [
        mapTable(User, {
          table: "t",
          id: "id",
          version: "v",
          created: "c",
          lastModified: "m",
          columns: { userName: "u" },
          deleted,
          rest: "r",
        } as never),
      ],
    });
  expect(make({ write: true })).toThrow("deleted.column is missing");
  expect(make({ column: "x", revive: true })).toThrow("deleted.revive is no option");
});
