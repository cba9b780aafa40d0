import { CompiledQuery } from "kysely";
import { afterAll, describe, expect, test } from "vitest";
import { EnterpriseUserSchema, Group, User } from "../../../../src/index.ts";
import type { TableMapping } from "../../../../src/storage/sql/index.ts";
import { serve } from "../../../support/adopting.ts";
import { someEngines } from "../engines.ts";
import { documents, made, type NamedOptions, organizations, plain, storageOf } from "./tables.ts";

const resourceTypes = [User.extend(EnterpriseUserSchema), Group];
const meta = { version: "version", created: "created_at", lastModified: "updated_at" };
const key = "comparison_key";

for (const engine of someEngines()) {
  describe(`${engine.name}: prepare`, async () => {
    afterAll(() => engine.close());

    const problemsOf = async (ddl: readonly string[], mapped: NamedOptions["types"]): Promise<readonly string[]> => {
      const { db, tables } = await engine.open();
      const { schema } = tables;
      const at = schema === undefined ? "" : `"${schema}".`;
      for (const text of ddl) await db.executeQuery(CompiledQuery.raw(text.replaceAll("@", at)));
      const types = Object.fromEntries(
        Object.entries(mapped).map(([name, mapping]) => [
          name,
          schema === undefined ? mapping : inSchema(mapping, schema),
        ]),
      );
      const error = await storageOf({ db, types, resourceTypes })
        .prepare()
        .then(
          () => undefined,
          (thrown: Error) => thrown,
        );
      return (error?.message.split("\n- ").slice(1) ?? []).map((line) => line.replaceAll(`${schema}.`, ""));
    };

    const users = (more: Partial<TableMapping> = {}): TableMapping => ({
      table: "users",
      id: "id",
      ...meta,
      columns: { userName: { column: "email", key } },
      rest: "rest",
      ...more,
    });
    const json = engine.isPostgres ? "jsonb" : "text";
    const uuid = engine.isPostgres ? "uuid" : "integer";

    test("takes tables that fit", async () => {
      for (const application of [organizations, plain, documents]) {
        const { options } = await made(application, engine);
        await storageOf(options).prepare();
      }
    });

    test("without the ledger that it makes a request is 503, the operator is told to run it, and then all is well", async () => {
      const { options, schema } = await made(organizations, engine);
      const ledger = schema === undefined ? "remembered" : { schema, table: "remembered" };
      const storage = storageOf({ ...options, ledger });
      const { user, send: ask, faults } = serve(storage, { lifecycle: { remember: 3600 } }, "acme");
      const { body } = await user({ userName: "ada" });
      const message = expect.stringMatching(/the table remembered, which ledger names, is not there\. Run prepare\(\)/);
      expect((await ask("DELETE", `/Users/${body.id}`)).status).toBe(503);
      expect(faults).toMatchObject([{ status: 503, cause: { message } }]);
      expect((await ask("GET", `/Users/${body.id}`)).status).toBe(200);
      await expect(storage.deleteTenant("acme")).rejects.toMatchObject({ status: 503, cause: { message } });
      await storage.prepare();
      expect((await ask("DELETE", `/Users/${body.id}`)).status).toBe(204);
    });

    test("says in one error of every column that would fail later what to change", async () => {
      const problems = await problemsOf(
        [
          `CREATE TABLE @users (id ${uuid}, email text NOT NULL, ${key} text, version text, created_at text,
            seat text NOT NULL, plan text NOT NULL DEFAULT 'free', rest ${json})`,
        ],
        { User: users({ columns: { userName: { column: "email", key }, title: "titel" } }) },
      );
      const kind = engine.isPostgres ? "uuid" : "integer";
      expect(problems).toEqual([
        `users.id is ${uuid}, and the mapping takes it for text: say id: { column: "id", type: "${kind}" }.`,
        "users.version is text, and version must count: make it integer NOT NULL DEFAULT 1.",
        "users.updated_at: there is no such column. Add it, or change the mapping.",
        "users.titel: there is no such column. Add it, or change the mapping.",
        "users.seat is NOT NULL and nothing fills it: name it in defaults, give it a DEFAULT, allow NULL, or map an attribute to it.",
        `users.${key}: userName is unique, and no unique index keeps it so: CREATE UNIQUE INDEX ON users (${key}).`,
        "users.id: id is unique, and no unique index keeps it so: CREATE UNIQUE INDEX ON users (id).",
      ]);
    });

    test("names a table that is not there, rows without a version, and ids that nothing makes", async () => {
      expect(await problemsOf([], { User: users() })).toEqual([
        "users: there is no such table: make it, or name another one as table or schema.",
      ]);
      const columns = `email text, ${key} text UNIQUE, version integer, created_at text, updated_at text, rest ${json}`;
      expect(
        await problemsOf(
          [
            `CREATE TABLE @users (id text PRIMARY KEY, ${columns})`,
            "INSERT INTO @users (id, email) VALUES ('1', 'ada')",
          ],
          { User: users() },
        ),
      ).toEqual(["users.version is NULL in some rows: set it to 1 there, and make the column NOT NULL DEFAULT 1."]);
      const bare = engine.isPostgres ? "integer PRIMARY KEY" : "integer UNIQUE NOT NULL";
      expect(
        await problemsOf([`CREATE TABLE @users (id ${bare}, ${columns})`], {
          User: users({ id: { column: "id", type: "integer" } }),
        }),
      ).toEqual([
        expect.stringMatching(/^users\.id is to be made by the database and has no default: make it GENERATED/),
      ]);
    });

    test("looks at join tables: types, foreign keys that lead elsewhere, and what keeps a member single", async () => {
      const common = `version integer NOT NULL DEFAULT 1, created_at text, updated_at text, rest ${json}`;
      const group = (more: object): TableMapping => ({
        table: "teams",
        id: "id",
        ...meta,
        columns: { displayName: "name" },
        rest: "rest",
        collections: {
          members: {
            table: "memberships",
            holder: "team",
            value: "member",
            resourceType: "User",
            forgotten: ["display"],
            ...more,
          },
        },
      });
      const problems = await problemsOf(
        [
          `CREATE TABLE @users (id text PRIMARY KEY, email text, ${key} text UNIQUE, ${common})`,
          `CREATE TABLE @teams (id text PRIMARY KEY, name text, ${common})`,
          "CREATE TABLE @people (id text PRIMARY KEY)",
          "CREATE TABLE @memberships (team integer, member text UNIQUE REFERENCES @people (id), role text NOT NULL)",
        ],
        { User: users(), Group: group({}) },
      );
      expect(problems).toEqual([
        "memberships.team is integer and names ids of Group, which are text: make the two columns of one type.",
        "memberships.role is NOT NULL and nothing fills it: name it in defaults, give it a DEFAULT, allow NULL, or map an attribute to it.",
        "memberships.member has a foreign key to people, and the mapping says that it names rows of users: change one of them.",
        "memberships: a unique index over member alone lets it stand in one row: further ones would be lost.",
        "memberships: no unique index keeps (team, member) single: CREATE UNIQUE INDEX ON memberships (team, member).",
      ]);
    });

    if (!engine.isPostgres) return;
    test("says which values a column would not take, and which grants are missing", async () => {
      const role = `reader_${crypto.randomUUID().slice(0, 8)}`;
      const { db, tables } = await engine.open();
      const run = (text: string) => db.executeQuery(CompiledQuery.raw(text));
      await run(`CREATE TABLE "${tables.schema}".users (id text PRIMARY KEY, email text, ${key} text UNIQUE, enabled smallint,
        document jsonb, version integer NOT NULL, created_at integer, updated_at timestamptz, rest integer)`);
      const columns = { userName: { column: "email", key }, active: "enabled", title: "document" };
      const options = {
        types: { User: users({ schema: tables.schema as string, columns }) },
        resourceTypes,
      };
      await run(`CREATE ROLE ${role}`);
      try {
        await run(`GRANT USAGE ON SCHEMA "${tables.schema}" TO ${role}`);
        await run(`GRANT SELECT, UPDATE (email) ON "${tables.schema}".users TO ${role}`);
        const problems = await db.connection().execute(async (connection) => {
          await connection.executeQuery(CompiledQuery.raw(`SET ROLE ${role}`));
          try {
            await storageOf({ db: connection, ...options }).prepare();
          } catch (error) {
            return (error as Error).message;
          } finally {
            await connection.executeQuery(CompiledQuery.raw("RESET ROLE"));
          }
        });
        const lines = problems?.split("\n- ").map((line) => line.replaceAll(`${tables.schema}.`, ""));
        expect(lines?.slice(1)).toEqual([
          "users: this database user may not INSERT, DELETE: GRANT INSERT, DELETE ON users.",
          "users.created_at is integer, and holds a time: make it timestamptz, or text.",
          "users.enabled is smallint, and active is a boolean: change the column, or give it read and write.",
          "users.document is jsonb, and title is a string: change the column, or give it read and write.",
          "users.rest is integer, and rest holds JSON: make it jsonb, json or text.",
        ]);
      } finally {
        await run(`DROP OWNED BY ${role}`);
        await run(`DROP ROLE ${role}`);
      }
    });
  });
}

/** A mapping whose tables are in a schema. */
function inSchema(mapping: TableMapping, schema: string): TableMapping {
  const collections = Object.entries(mapping.collections ?? {}).map(([path, given]) => [path, { ...given, schema }]);
  return { ...mapping, schema, ...(collections.length === 0 ? {} : { collections: Object.fromEntries(collections) }) };
}
