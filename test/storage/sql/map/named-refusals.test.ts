import { CompiledQuery } from "kysely";
import { afterAll, describe, expect, test } from "vitest";
import { createScim, errors, Group, type RefusedEvent, type ScimEvent, User } from "../../../../src/index.ts";
import { mappedStorage, mapTable, type RefusedWrite, type TableMapping } from "../../../../src/storage/sql/index.ts";
import { USER } from "../../../support/directory.ts";
import { hasMariadb } from "../engines/mariadb.ts";
import { type Engine, someEngines } from "../engines.ts";
import { inWordsOf, mariadbTables } from "./mariadb.ts";

const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const meta = { version: "version", created: "created_at", lastModified: "updated_at" };
const common = "version integer NOT NULL DEFAULT 1, created_at text, updated_at text, extra text";

/** How PostgreSQL's triggers name what they raise. */
const RAISES = {
  "by the constraint": "RAISE EXCEPTION 'the team % needs an owner', 'x' USING CONSTRAINT = 'last_owner'",
  "by a code": "RAISE EXCEPTION 'the team needs an owner' USING ERRCODE = 'LO001'",
  "by the message": "RAISE EXCEPTION 'last_owner'",
};

/** The application's rules: a user called Guard can be neither made, changed into nor deleted; nor the members of a closed team. */
function ddl(
  { name, isPostgres }: Pick<Engine, "name" | "isPostgres">,
  at: string,
  raise: string,
  deferred: boolean,
): readonly string[] {
  const tables = [
    `CREATE TABLE ${at}users (id text PRIMARY KEY, email text NOT NULL UNIQUE, title text,
      age integer, seat text, ${common}, CONSTRAINT seat_free CHECK (seat <> 'taken'))`,
    `CREATE TABLE ${at}teams (id text PRIMARY KEY, name text NOT NULL, ${common})`,
    `CREATE TABLE ${at}memberships (team text, member text, PRIMARY KEY (team, member))`,
    `CREATE TABLE ${at}closed (team text)`,
    `CREATE TABLE ${at}invoices (payer text, CONSTRAINT invoices_payer FOREIGN KEY (payer) REFERENCES ${at}users (id))`,
  ];
  if (!isPostgres) {
    const isMariadb = name === "MariaDB";
    const trigger = (name: string, event: string, table: string, when: string) =>
      isMariadb
        ? `CREATE TRIGGER ${name} BEFORE ${event} ON ${table} FOR EACH ROW BEGIN
            IF ${when} THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'last_owner'; END IF; END`
        : `CREATE TRIGGER ${name} BEFORE ${event} ON ${table} WHEN ${when} BEGIN SELECT RAISE(ABORT, 'last_owner'); END`;
    const isClosed = (row: string) => `EXISTS (SELECT 1 FROM closed c WHERE c.team = ${row}.team)`;
    return [
      ...tables,
      trigger("t1", "INSERT", "users", "NEW.title = 'Guard'"),
      trigger("t2", "UPDATE", "users", "NEW.title = 'Guard'"),
      trigger("t3", "DELETE", "users", "OLD.title = 'Keep'"),
      trigger("t4", "INSERT", "memberships", isClosed("NEW")),
      trigger("t5", "DELETE", "memberships", isClosed("OLD")),
    ];
  }
  const made = deferred ? "CREATE CONSTRAINT TRIGGER" : "CREATE TRIGGER";
  const when = deferred ? "AFTER" : "BEFORE";
  const each = deferred ? "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW" : "FOR EACH ROW";
  return [
    ...tables,
    `CREATE FUNCTION ${at}guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF TG_OP = 'DELETE' THEN IF OLD.title = 'Keep' THEN ${raise}; END IF; RETURN OLD; END IF;
      IF NEW.title = 'Guard' THEN ${raise}; END IF; RETURN NEW; END $$`,
    `CREATE FUNCTION ${at}guard_members() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE row record; BEGIN
      row := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
      IF EXISTS (SELECT 1 FROM ${at}closed c WHERE c.team = row.team) THEN ${raise}; END IF; RETURN row; END $$`,
    `${made} t1 ${when} INSERT OR UPDATE OR DELETE ON ${at}users ${each} EXECUTE FUNCTION ${at}guard()`,
    `${made} t2 ${when} INSERT OR DELETE ON ${at}memberships ${each} EXECUTE FUNCTION ${at}guard_members()`,
  ];
}

for (const engine of [...someEngines(), ...(hasMariadb ? [mariadbTables()] : [])])
  describe(`${engine.name}: rules of the database`, () => {
    afterAll(() => engine.close());

    interface Opening {
      readonly decide?: () => undefined;
      readonly raise?: string;
      readonly deferred?: boolean;
      readonly refusals?: TableMapping["refusals"];
    }

    async function open({ raise = RAISES["by the message"], deferred = false, refusals, ...options }: Opening) {
      const { db, tables } = await engine.open();
      const place = tables.schema === undefined ? {} : { schema: tables.schema };
      const at = tables.schema === undefined ? "" : `"${tables.schema}".`;
      const run = async (text: string) =>
        (await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(inWordsOf(engine, text.replaceAll("@", at)))))
          .rows;
      for (const text of ddl(engine, at, raise, deferred)) await run(text);
      if (engine.name.startsWith("SQLite")) await run("PRAGMA foreign_keys = ON");
      const named = refusals === undefined ? {} : { refusals };
      const users = mapTable(User, {
        ...place,
        ...meta,
        ...named,
        table: "users",
        id: "id",
        columns: { userName: "email", title: "title", userType: "seat" },
        rest: "extra",
      });
      const groups = mapTable(Group, {
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
            forgotten: ["display"],
          },
        },
        rest: "extra",
      });
      const told: ScimEvent[] = [];
      const turns = engine.name === "MariaDB" ? { ledger: "scim_ledger" } : {};
      const storage = mappedStorage({ db, tables: [users, groups], ...turns });
      if (engine.name === "MariaDB") await storage.prepare();
      const scim = createScim({
        ...options,
        resourceTypes: [User, Group],
        storage,
        baseUrl: "https://example.com/scim/v2",
        authenticate: () => ({}),
        onNotice: (event) => void told.push(event),
      });
      const ask = async (method: string, path: string, body?: unknown) => {
        const response = await scim.handle({
          method,
          url: `https://example.com/scim/v2${path}`,
          headers: { "content-type": "application/scim+json" },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        return { status: response.status, body: JSON.parse(String(response.body ?? "{}") || "{}") };
      };
      return { ask, run, told };
    }
    type Ask = Awaited<ReturnType<typeof open>>["ask"];

    const patched = (op: object) => ({ schemas: [PATCH], Operations: [op] });

    /** Every verb, each against a rule; gives the status of each by its name. */
    async function everyVerb(ask: Ask, run: (text: string) => Promise<unknown>) {
      const user = (more: object) => ({ schemas: [USER], userName: `u${crypto.randomUUID().slice(0, 8)}`, ...more });
      const plain = await ask("POST", "/Users", user({}));
      const kept = await ask("POST", "/Users", user({ title: "Keep" }));
      const team = await ask("POST", "/Groups", {
        schemas: [GROUP],
        displayName: "Open",
        members: [{ value: kept.body.id }],
      });
      expect([plain.status, kept.status, team.status]).toEqual([201, 201, 201]);
      await run("INSERT INTO @closed SELECT id FROM @teams");
      const [path, group] = [`/Users/${plain.body.id}`, `/Groups/${team.body.id}`];
      const before = [
        await run("SELECT * FROM @users ORDER BY id"),
        await run("SELECT * FROM @teams"),
        await run("SELECT * FROM @memberships"),
      ];
      const bulk = await ask("POST", "/Bulk", {
        schemas: [BULK],
        Operations: [
          { method: "POST", path: "/Users", bulkId: "1", data: user({ title: "Guard" }) },
          { method: "DELETE", path: `/Users/${kept.body.id}` },
        ],
      });
      const answers = {
        create: await ask("POST", "/Users", user({ title: "Guard" })),
        replace: await ask("PUT", path, user({ title: "Guard" })),
        patch: await ask("PATCH", path, patched({ op: "replace", path: "title", value: "Guard" })),
        add: await ask("PATCH", group, patched({ op: "add", path: "members", value: [{ value: plain.body.id }] })),
        take: await ask("PATCH", group, patched({ op: "remove", path: `members[value eq "${kept.body.id}"]` })),
        delete: await ask("DELETE", `/Users/${kept.body.id}`),
        member: await ask("DELETE", group),
        bulk: { status: Number(bulk.body.Operations[0].status), body: bulk.body.Operations[0].response },
        bulkDelete: { status: Number(bulk.body.Operations[1].status), body: bulk.body.Operations[1].response },
      };
      const after = [
        await run("SELECT * FROM @users ORDER BY id"),
        await run("SELECT * FROM @teams"),
        await run("SELECT * FROM @memberships"),
      ];
      expect(after, "nothing is stored, nothing half-applied").toEqual(before);
      return answers;
    }

    const ways: readonly [string, Opening][] = [
      ...Object.entries(RAISES).map(([name, raise]): [string, Opening] => [name, { raise }]),
      ["by the message, within a transaction of a decision", { decide: () => undefined }],
      ["by the message, at the end of a write", { deferred: true }],
      ["by the message, at the end of a transaction of a decision", { deferred: true, decide: () => undefined }],
    ];
    test.each(
      engine.isPostgres
        ? ways
        : ways.filter(
            ([, { raise, deferred }]) =>
              (raise === undefined && deferred !== true) || raise === RAISES["by the message"],
          ),
    )("What a trigger raises is what refusals says of it, on every verb, and the operator is told the cause: %s", async (_, way) => {
      const asked: RefusedWrite[] = [];
      const answer = (refused: RefusedWrite) => {
        asked.push(refused);
        return errors.forbidden("Somebody must own the team; name another owner first.");
      };
      const { ask, run, told } = await open({ ...way, refusals: { last_owner: answer, LO001: answer } });
      for (const [verb, { status, body }] of Object.entries(await everyVerb(ask, run)))
        expect([verb, status, body.detail]).toEqual([
          verb,
          403,
          expect.stringMatching(/^(Operations\[0\]: )?Somebody must own the team/),
        ]);
      expect(told.filter(({ type }) => type === "fault")).toEqual([]);
      const refused = told.filter((event): event is RefusedEvent => event.type === "refused");
      expect(refused).toHaveLength(9);
      for (const { cause } of refused) expect((cause as Error).message).toMatch(/last_owner|needs an owner/);
      const operations = new Set(asked.map(({ operation }) => operation));
      if (way.deferred === true && way.decide === undefined)
        expect(operations.delete("commit"), "of a bulk request").toBe(true);
      const [atEnd, single] = [["commit"], ["applyDelta", "create", "delete", "replace"]];
      expect([...operations].sort()).toEqual(way.deferred === true && way.decide !== undefined ? atEnd : single);
      if (operations.has("create"))
        expect(asked.find(({ operation }) => operation === "delete")).toEqual({
          operation: "delete",
          resourceType: "User",
          id: expect.any(String),
          constraint: way.raise === RAISES["by a code"] ? "LO001" : "last_owner",
        });
    });

    test.each(
      ways.filter(
        ([, { raise, deferred }]) =>
          engine.isPostgres ||
          (raise !== RAISES["by a code"] && raise !== RAISES["by the constraint"] && deferred !== true),
      ),
    )("What a trigger raises that has no name here is 400, and 409 of a deletion, and never a fault: %s", async (_, way) => {
      const { ask, run, told } = await open(way);
      const statuses = Object.fromEntries(
        Object.entries(await everyVerb(ask, run)).map(([verb, { status }]) => [verb, status]),
      );
      const isAtEnd = way.deferred === true && way.decide !== undefined;
      const [wrong, kept] = [isAtEnd ? 409 : 400, 409];
      expect(statuses).toEqual({
        create: wrong,
        replace: wrong,
        patch: wrong,
        add: wrong,
        take: wrong,
        delete: kept,
        member: kept,
        // Each operation of a bulk request is a transaction.
        bulk: way.deferred === true ? 409 : wrong,
        bulkDelete: kept,
      });
      expect(told.filter(({ type }) => type === "fault")).toEqual([]);
    });

    test("A refusal that gives no ScimError is a fault, which names it", async () => {
      const { ask, told } = await open({ refusals: { seat_free: () => ({}) as never } });
      const { status } = await ask("POST", "/Users", { schemas: [USER], userName: "ada", userType: "taken" });
      expect(status).toBe(500);
      expect(told).toMatchObject([
        { type: "fault", error: { message: expect.stringContaining("refusals.seat_free") } },
      ]);
    });

    test("A CHECK and a foreign key have answers of the host by their names", async () => {
      const answers = {
        seat_free: () => errors.conflict("No seat is left."),
        invoices_payer: ({ id }: RefusedWrite) => errors.conflict(`An invoice names ${id}.`),
      };
      const { ask, run, told } = await open({ refusals: answers });
      const given = { schemas: [USER], userName: "ada" };
      const { body } = await ask("POST", "/Users", given);
      const path = `/Users/${body.id}`;
      expect(await ask("POST", "/Users", { ...given, userName: "eve", userType: "taken" })).toMatchObject({
        status: 409,
        body: { detail: "No seat is left." },
      });
      expect(await ask("PATCH", path, patched({ op: "add", path: "userType", value: "taken" }))).toMatchObject({
        status: 409,
        body: { detail: expect.stringContaining("No seat is left.") },
      });
      await run(`INSERT INTO @invoices VALUES ('${body.id}')`);
      const detail = !engine.name.startsWith("SQLite")
        ? `An invoice names ${body.id}.`
        : expect.stringMatching(/^Other records/);
      expect(await ask("DELETE", path)).toMatchObject({ status: 409, body: { detail } });
      expect(told.filter(({ type }) => type === "fault")).toEqual([]);
    });
  });

test("A refusal that is no function is refused when the storage is made", () => {
  const make = () =>
    mappedStorage({
      db: {} as never,
      tables: [
        mapTable(User, {
          table: "users",
          id: "id",
          ...meta,
          columns: { userName: "email" },
          rest: "extra",
          refusals: { a: 1 },
        } as never),
      ],
    });
  expect(make).toThrow("refusals.a must be a function that gives a ScimError.");
});
