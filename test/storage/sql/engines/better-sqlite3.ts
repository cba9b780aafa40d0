import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { Kysely, SqliteDialect } from "kysely";
import { type Engine, noteIn, opened, type Sent } from "../engines.ts";

/** A file by better-sqlite3, as Kysely has it: one connection, in this thread. */
export function betterSqlite3Engine(): Engine {
  const open: Kysely<unknown>[] = [];
  let folder: string | undefined;
  return {
    name: "better-sqlite3",
    isPostgres: false,
    async open(options) {
      folder ??= mkdtempSync(join(tmpdir(), "scimkit-"));
      const sent: Sent[] = [];
      const database = new Database(join(folder, `${open.length}.db`));
      const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database }), log: noteIn(sent) });
      open.push(db);
      return opened(db, sent, { ...options });
    },
    async close() {
      for (const db of open.splice(0)) await db.destroy();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
