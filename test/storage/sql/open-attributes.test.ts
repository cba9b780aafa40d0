import { CompiledQuery } from "kysely";
import { afterAll, describe, expect, test } from "vitest";
import { Group, User } from "../../../src/index.ts";
import { mappedStorage, mapTable, type TableMapping } from "../../../src/storage/sql/index.ts";
import { filtered, USER } from "../../support/directory.ts";
import {
  checkFound,
  checkKept,
  OPEN_TYPES,
  openDirectory,
  RELAYED,
  said,
  UNDECLARED,
} from "../../support/open-attributes.ts";
import { someEngines } from "./engines.ts";

for (const engine of someEngines())
  describe(`${engine.name}: attributes that nobody declared`, () => {
    afterAll(() => engine.close());

    /** Tables of an application, of which that of the users has a column for the rest, or has none. */
    async function application(hasRest = true) {
      const { db, tables } = await engine.open();
      const [at, place] = tables.schema === undefined ? ["", {}] : [`"${tables.schema}".`, { schema: tables.schema }];
      const run = async (text: string) =>
        (await db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(text.replaceAll("@", at)))).rows;
      const common = `version integer NOT NULL DEFAULT 1, created_at text, updated_at text, rest ${engine.isPostgres ? "jsonb" : "text"}`;
      await run(`CREATE TABLE @users (id text PRIMARY KEY, email text NOT NULL UNIQUE, cost text, ${common})`);
      await run(`CREATE TABLE @teams (id text PRIMARY KEY, name text NOT NULL, ${common})`);
      await run(`CREATE TABLE @members (team text, member text, PRIMARY KEY (team, member))`);
      const meta = { ...place, version: "version", created: "created_at", lastModified: "updated_at", id: "id" };
      const users: TableMapping<typeof User> = { ...meta, table: "users", columns: { userName: "email" } };
      const members = { ...place, table: "members", holder: "team", value: "member", resourceType: "User" } as const;
      const storage = mappedStorage({
        db,
        tables: [
          mapTable(User.open(), hasRest ? { ...users, rest: "rest" } : users),
          mapTable(Group, {
            ...meta,
            table: "teams",
            columns: { displayName: "name" },
            collections: { members: { ...members, forgotten: ["display"] as const } },
            rest: "rest",
          }),
        ],
      });
      return { storage, run };
    }

    test("sqlStorage keeps them in the document", async () => {
      const { storage } = await engine.open();
      await checkKept(storage);
    });

    test("sqlStorage finds by them, row by row", async () => {
      const { storage } = await engine.open();
      await checkFound(storage);
    });

    test("a reindex takes them for known while the type is open, and forgets them once it is not", async () => {
      const { storage } = await engine.open();
      const { ask } = openDirectory(storage);
      const { json } = await ask("POST", "/Users", { schemas: [USER], userName: "ada", ...UNDECLARED });
      await storage.reindex({ resourceTypes: OPEN_TYPES, forget: ["User.costCode2"] });
      expect((await ask("GET", `/Users/${json.id}`)).json).toEqual(json);
      const open = await storage.reindex({ resourceTypes: OPEN_TYPES, dryRun: true });
      expect(JSON.stringify(open)).not.toContain("undeclared");
      const closed = await storage.reindex({ resourceTypes: [User, Group], dryRun: true });
      expect(JSON.stringify(closed)).toContain("$undeclared");
      await storage.reindex({ resourceTypes: [User, Group], forget: ["User.$undeclared"] });
      expect(said((await ask("GET", `/Users/${json.id}`)).json)).toEqual({ schemas: [USER], userName: "ada" });
    });

    test("they are looked at within maxScanned, beyond which a filter by them is refused and says so", async () => {
      const { storage } = await engine.open({ maxScanned: 2 });
      const { ask } = openDirectory(storage);
      for (const userName of ["a", "b", "c"])
        await ask("POST", "/Users", { schemas: [USER], userName, costCode2: userName });
      const refused = await ask("GET", filtered("/Users", 'costCode2 eq "b"'));
      expect(refused).toMatchObject({ status: 400, json: { scimType: "tooMany" } });
      const narrowed = await ask("GET", filtered("/Users", 'userName eq "b" and costCode2 eq "b"'));
      expect(narrowed.json).toMatchObject({ totalResults: 1 });
    });

    test("mappedStorage keeps them in the rest, beside what else is there, and in no column", async () => {
      const { storage, run } = await application();
      await checkKept(storage);
      const { ask } = openDirectory(storage);
      const { json } = await ask("POST", "/Users", { schemas: [USER], userName: "z", title: "t", ...UNDECLARED });
      expect(json).toMatchObject({ title: "t", ...UNDECLARED });
      const [row] = await run(`SELECT rest, cost FROM @users WHERE email = 'z'`);
      const rest = typeof row?.rest === "string" ? JSON.parse(row.rest) : row?.rest;
      expect(rest).toMatchObject({
        title: "t",
        $undeclared: { costCode2: "Zürich-7", [RELAYED]: UNDECLARED[RELAYED] },
      });
      expect(row?.cost).toBeNull();
    });

    test("mappedStorage finds by them, row by row", async () => {
      const { storage } = await application();
      await checkFound(storage);
    });

    test("a mapping without a column for the rest has no place for them, and is refused as it is made", async () => {
      await expect(application(false)).rejects.toThrow(/what nobody declared.*rest/s);
    });
  });
