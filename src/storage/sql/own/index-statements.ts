import { type Dialect, literal } from "../dialect/dialect.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import { indexName, type KeyIndex } from "./index-plan.ts";
import type { Tables } from "./tables.ts";

/** The statements that make an index, and fill it from what is there. All of them can be repeated. */
export function createKeyIndex(dialect: Dialect, tables: Tables, index: KeyIndex): readonly Fragment[] {
  const { resource } = tables;
  const name = tables.index(`by_${indexName(index)}`);
  if (!index.isList) {
    const text = dialect.beginning(dialect.member(raw("keys"), index.member));
    return [sql`CREATE INDEX IF NOT EXISTS ${name} ON ${resource} (tenant, type, ${text}, id)`];
  }
  if (dialect.name === "postgres")
    return [
      sql`CREATE INDEX IF NOT EXISTS ${name} ON ${resource} USING gin ((keys->${literal(index.member)}) jsonb_path_ops)`,
    ];
  return sqliteListIndex(dialect, tables, index);
}

/** SQLite has no index over the elements of an array: a table holds them, kept by triggers, whoever writes. */
function sqliteListIndex(dialect: Dialect, tables: Tables, index: KeyIndex): readonly Fragment[] {
  const { resource, listed } = tables;
  const path = literal(index.path);
  const remember = (row: string, from: Fragment): Fragment =>
    sql`INSERT OR IGNORE INTO ${listed} (tenant, type, attribute, key, id) SELECT ${raw(`${row}.tenant, ${row}.type`)}, ${path}, ${partText(dialect, index)}, ${raw(`${row}.id`)} FROM ${from}${dialect.each(raw(`${row}.keys`), index.member, "e")} WHERE ${partText(dialect, index)} IS NOT NULL`;
  const forget = sql`DELETE FROM ${listed} WHERE tenant = old.tenant AND id = old.id AND attribute = ${path}`;
  return [
    ...triggers(tables, `by_${indexName(index)}`, remember("new", raw("")), forget),
    remember("r", sql`${resource} r, `),
  ];
}

/** Triggers that keep what is derived from the keys. */
function triggers(tables: Tables, name: string, remember: Fragment, forget: Fragment): readonly Fragment[] {
  const trigger = (short: string, event: string, body: Fragment): Fragment =>
    sql`CREATE TRIGGER ${tables.index(`${name}_${short}`)} AFTER ${raw(event)} ON ${tables.resource} BEGIN ${body}; END`;
  return [
    trigger("insert", "INSERT", remember),
    trigger("update", "UPDATE OF keys", sql`${forget}; ${remember}`),
    trigger("delete", "DELETE", forget),
  ];
}

/** The statements that make an index for what a text contains: trigrams. They fail where the extension is missing. */
export function createTextIndex(dialect: Dialect, tables: Tables, index: KeyIndex): readonly Fragment[] {
  const name = tables.index(`in_${indexName(index)}`);
  if (dialect.name === "postgres")
    return [
      sql`CREATE EXTENSION IF NOT EXISTS pg_trgm`,
      sql`CREATE INDEX IF NOT EXISTS ${name} ON ${tables.resource} USING gin (${dialect.member(raw("keys"), index.member)} gin_trgm_ops)`,
    ];
  const text = (row: string): Fragment => {
    const keys = raw(`${row}.keys`);
    return index.isList
      ? sql`(SELECT group_concat(${partText(dialect, index)}, char(10)) FROM ${dialect.each(keys, index.member, "e")})`
      : dialect.member(keys, index.member);
  };
  const remember = (row: string, from: string): Fragment =>
    sql`INSERT INTO ${name} (rowid, body) SELECT ${raw(`${row}.position`)}, coalesce(${text(row)}, '')${raw(from)}`;
  const forget = sql`DELETE FROM ${name} WHERE rowid = old.position`;
  return [
    sql`CREATE VIRTUAL TABLE ${name} USING fts5(body, content='', contentless_delete=1, tokenize='trigram case_sensitive 1')`,
    ...triggers(tables, `in_${indexName(index)}`, remember("new", ""), forget),
    sql`${remember("r", " FROM ")}${tables.resource} r`,
  ];
}

/** Whether what SQLite derives from the keys by triggers is there. */
export function hasTriggers(tables: Tables, kind: "by" | "in", index: KeyIndex): Fragment {
  return sql`SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = ${`${tables.prefix}${kind}_${indexName(index)}_insert`}`;
}

function partText(dialect: Dialect, { part }: KeyIndex): Fragment {
  return part === undefined ? dialect.elementText("e") : dialect.member(raw("e.value"), part);
}
