import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CompiledQuery, Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type * as core from "scimkit";
import type { Store } from "./server.ts";

/** A kind of storage that a change is played over. */
export interface Kind {
  readonly name: string;
  make(): Promise<Store>;
}

/** A hash that a test can tell from what it was made of, and search for. */
const hashSecret = (): string => "hashed";

export const memory: Kind = {
  name: "memory",
  async make() {
    let storage: core.StorageAdapter | undefined;
    return {
      async open({ memory: { memoryStorage } }) {
        storage ??= memoryStorage({ hashSecret });
        return storage;
      },
      close: async () => undefined,
    };
  },
};

export const sqlite: Kind = {
  name: "SQLite",
  async make() {
    const folder = mkdtempSync(join(tmpdir(), "releases-"));
    const open: Kysely<unknown>[] = [];
    return {
      async open({ sql: { openSqlite, sqlStorage } }, { resourceTypes }) {
        const db = (await openSqlite(join(folder, "directory.db"))) as Kysely<unknown>;
        open.push(db);
        const storage = sqlStorage({ db, hashSecret, resourceTypes });
        await storage.prepare();
        return storage;
      },
      async close() {
        await Promise.all(open.map((db) => db.destroy()));
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};

export function postgres(connectionString: string): Kind {
  return {
    name: "PostgreSQL",
    async make() {
      const db = new Kysely<unknown>({
        dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString, max: 4 }) }),
      });
      const schema = `releases_${crypto.randomUUID().slice(0, 8)}`;
      return {
        async open({ sql: { sqlStorage } }, { resourceTypes }) {
          const storage = sqlStorage({ db, schema, hashSecret, resourceTypes });
          await storage.prepare();
          return storage;
        },
        async close() {
          await db.executeQuery(CompiledQuery.raw(`DROP SCHEMA ${schema} CASCADE`));
          await db.destroy();
        },
      };
    },
  };
}

/** A table of an application, which keeps the attribute that changes in its JSON column. */
export const mapped: Kind = {
  name: "mapped tables",
  async make() {
    const folder = mkdtempSync(join(tmpdir(), "releases-"));
    const open: Kysely<unknown>[] = [];
    return {
      async open({ sql: { openSqlite, mappedStorage, mapTable } }, { resourceTypes, comparisonKey, unique, secret }) {
        const db = (await openSqlite(join(folder, "app.db"))) as Kysely<unknown>;
        open.push(db);
        await db.executeQuery(
          CompiledQuery.raw(`CREATE TABLE IF NOT EXISTS items (id text PRIMARY KEY, version integer NOT NULL, created_at text NOT NULL,
            updated_at text NOT NULL, item_name text NOT NULL, rest text, x text, code text, now text,
            item_name_key text, x_key text, x_secret text)`),
        );
        for (const column of ["item_name_key", "x_key"])
          await db.executeQuery(
            CompiledQuery.raw(`CREATE UNIQUE INDEX IF NOT EXISTS items_${column} ON items (${column})`),
          );
        // A key of the application's own needs a column to be kept in.
        const keyed = (column: string) => (comparisonKey === undefined ? column : { column, key: `${column}_key` });
        const columns = unique.map((path) => [path, keyed(path.slice(path.lastIndexOf(":") + 1))] as const);
        const secrets = secret.map((path) => [path, "x_secret"] as const);
        const storage = mappedStorage({
          db,
          hashSecret,
          ...(comparisonKey === undefined ? {} : { comparisonKey }),
          tables: resourceTypes.map((resourceType) =>
            mapTable(resourceType, {
              table: "items",
              id: "id",
              version: "version",
              created: "created_at",
              lastModified: "updated_at",
              columns: { name: keyed("item_name"), ...Object.fromEntries([...columns, ...secrets]) },
              rest: "rest",
            }),
          ),
        });
        // Whoever changes how keys are made fills them before serving: no row says how its keys were made.
        if (comparisonKey !== undefined) await storage.reindex({ resourceTypes, comparisonKey });
        return storage;
      },
      async close() {
        await Promise.all(open.map((db) => db.destroy()));
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};
