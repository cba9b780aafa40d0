import { CompiledQuery, type Kysely } from "kysely";
import { type MappedTable, mappedStorage } from "../../../../../src/storage/sql/index.ts";
import type { Engine } from "../../engines.ts";
import { type Database, TABLES, typicalTables } from "./ddl.ts";
import { typicalMapping } from "./mapping.ts";

const MADE = [...TABLES, "member_status", "scim_ledger", "orphans"];

function databaseOf({ name, isPostgres }: Engine): Database {
  if (isPostgres) return "PostgreSQL";
  return String(name).includes("MariaDB") ? "MariaDB" : "SQLite";
}

/** The typical schema on an engine, and the storage over it. `isForKit`: what the kit gives comes back to the letter, so that no attribute follows another one. */
export async function openTypical(engine: Engine, isForKit = false) {
  const { db, tables } = await engine.open();
  const { schema } = tables;
  const database = databaseOf(engine);
  const run = async (text: string) => {
    const { rows } = await (db as Kysely<unknown>).executeQuery<Record<string, unknown>>(
      CompiledQuery.raw(schema === undefined ? text : inSchema(text, schema)),
    );
    return rows;
  };
  for (const text of typicalTables(database)) await run(text);
  const place = schema === undefined ? {} : { schema };
  const storage = mappedStorage({
    db,
    tables: isForKit ? typicalMapping(place).map(withoutElements) : typicalMapping(place),
    hashSecret: (_, value) => `hash of ${String(value).length}`,
    ledger: schema === undefined ? "scim_ledger" : { schema, table: "scim_ledger" },
  });
  await storage.prepare();
  /** Makes an organisation, and gives its id. */
  const organization = async (name: string): Promise<string> => {
    const id = crypto.randomUUID();
    await run(`INSERT INTO organizations (id, name) VALUES ('${id}', '${name.replaceAll("'", "''")}')`);
    return id;
  };
  const named = (table: string) => (schema === undefined ? table : `"${schema}".${table}`);
  return { db: db as Kysely<unknown>, storage, run, organization, named, place };
}

function withoutElements({ resourceType, mapping }: MappedTable): MappedTable {
  const { elements: _, ...others } = mapping;
  return { resourceType, mapping: others };
}

/** Names tables and types with their schema. */
function inSchema(text: string, schema: string): string {
  const words = /\b(TABLE|REFERENCES|FROM|INTO|UPDATE|ON|TYPE|status) (\w+)/g;
  return text.replace(words, (all, word, name) => (MADE.includes(name) ? `${word} "${schema}".${name}` : all));
}
