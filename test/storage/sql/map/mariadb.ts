import { Kysely, MysqlDialect } from "kysely";
import { createDatabase, dropDatabase, poolOf } from "../engines/mariadb.ts";
import { type Engine, noteIn, type Opened, type Sent } from "../engines.ts";

/** MariaDB for tables of an application: each in a database of its own, without those of scimkit. */
export function mariadbTables(connections = 8): Engine {
  const databases: string[] = [];
  const open: Kysely<unknown>[] = [];
  return {
    name: "MariaDB",
    isPostgres: false,
    async open(): Promise<Opened> {
      const database = await createDatabase();
      databases.push(database);
      const sent: Sent[] = [];
      const dialect = new MysqlDialect({ pool: poolOf(database, connections) });
      const db = new Kysely<unknown>({ dialect, log: noteIn(sent) });
      open.push(db);
      const tables = { prefix: "", schema: undefined };
      return { db, tables, sent } as unknown as Opened;
    },
    async close() {
      for (const db of open.splice(0)) await db.destroy();
      for (const database of databases.splice(0)) await dropDatabase(database);
    },
  };
}
