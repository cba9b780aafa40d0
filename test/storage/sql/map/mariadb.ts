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

const TEXT = "varchar(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin";

/** For statements of tests that are written in the words of SQLite: the same as an application on MariaDB would have it. */
export function inWordsOf({ name }: Pick<Engine, "name">, text: string): string {
  if (name !== "MariaDB") return text;
  const times = text.replaceAll(/'(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)Z'/g, "'$1 $2'");
  return /^CREATE UNIQUE INDEX/.test(times) ? withoutPartialIndex(times) : withTypes(times);
}

function withTypes(text: string): string {
  if (!text.startsWith("CREATE TABLE")) return text;
  return text
    .replaceAll(/\binteger PRIMARY KEY(?: AUTOINCREMENT)?/g, "bigint AUTO_INCREMENT PRIMARY KEY")
    .replaceAll(/\b((?:created|updated|gone|ended)_at) text\b/g, "$1 datetime(6)")
    .replaceAll(/\bextra text\b/g, "extra longtext")
    .replaceAll(/\btext\b/g, TEXT);
}

/** An index over some rows, or over an expression, is one over a generated column. */
function withoutPartialIndex(text: string): string {
  const [, index, table, columns = "", condition] =
    /^CREATE UNIQUE INDEX (\w+) ON (\w+) \((.+?)\)(?: WHERE (.+))?$/.exec(text) ?? [];
  if (condition !== undefined)
    return `ALTER TABLE ${table} ADD COLUMN ${index}_in tinyint AS (CASE WHEN ${condition} THEN 1 END) VIRTUAL,
      ADD UNIQUE INDEX ${index} (${columns}, ${index}_in)`;
  if (!columns.includes("(")) return text;
  return `ALTER TABLE ${table} ADD COLUMN ${index}_of ${TEXT} AS (${columns}) VIRTUAL, ADD UNIQUE INDEX ${index} (${index}_of)`;
}
