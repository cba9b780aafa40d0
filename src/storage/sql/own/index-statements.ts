import { type Dialect, literal } from "../dialect/dialect.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import type { TextTable, Triggers } from "../dialect/index-words.ts";
import { indexName, type KeyIndex } from "./index-plan.ts";
import type { Tables } from "./tables.ts";

/** What an index is for: `by`, for values that are equal, in an order, or begin so; `in`, for what a text contains. */
export type IndexKind = "by" | "in";

/** The statements that make an index, and fill it from what is there. */
export function createKeyIndex(dialect: Dialect, tables: Tables, index: KeyIndex): readonly Fragment[] {
  const name = nameOf("by", index);
  const keys = raw("keys");
  if (!index.isList) {
    const text = dialect.beginning(dialect.member(keys, index.member));
    return [sql`CREATE INDEX IF NOT EXISTS ${tables.index(name)} ON ${tables.resource} (type, tenant, ${text}, id)`];
  }
  const { listIndex, triggers } = dialect;
  if (listIndex !== undefined) return [listIndex.create(tables.index(name), tables.resource, keys, index.member)];
  if (triggers === undefined) throw new TypeError(`${dialect.name} has neither an index over lists nor triggers.`);
  return createListed(dialect, triggers, tables, index);
}

/** The statements that make an index for what a text contains: trigrams. They fail where the database has none. */
export function createTextIndex(dialect: Dialect, tables: Tables, index: KeyIndex): readonly Fragment[] {
  const { textIndex, textTable, triggers } = dialect;
  if (textIndex !== undefined)
    return textIndex(tables.index(nameOf("in", index)), tables.resource, dialect.member(raw("keys"), index.member));
  if (textTable === undefined || triggers === undefined)
    throw new Error(`${dialect.name} finds no texts by their parts.`);
  return createTexts(dialect, { textTable, triggers }, tables, index);
}

/** The query for what keeps an index by triggers; undefined where the dialect needs none. */
export function findTriggers(
  { triggers }: Dialect,
  tables: Tables,
  kind: IndexKind,
  index: KeyIndex,
): Fragment | undefined {
  return triggers?.find(`${tables.prefix}${nameOf(kind, index)}_insert`);
}

/**
 * A condition that the row `r` of every resource meets whose text contains the part; undefined where an index cannot
 * tell.
 */
export function findText(dialect: Dialect, tables: Tables, index: KeyIndex, part: string): Fragment | undefined {
  if (dialect.textTable !== undefined)
    return sql`r.position IN (${dialect.textTable.find(tables.index(nameOf("in", index)), part)})`;
  // A list is searched as JSON text, in which some characters are written otherwise.
  if (index.isList && JSON.stringify(part) !== `"${part}"`) return undefined;
  const pattern = part.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
  return sql`${dialect.member(raw("r.keys"), index.member)} LIKE ${`%${pattern}%`}`;
}

function nameOf(kind: IndexKind, index: KeyIndex): string {
  return `${kind}_${indexName(index)}`;
}

/** Without an index over the elements of an array, a table holds them, kept by triggers, whoever writes. */
function createListed(dialect: Dialect, triggers: Triggers, tables: Tables, index: KeyIndex): readonly Fragment[] {
  const { resource, listed } = tables;
  const path = literal(index.path);
  const text = partText(dialect, index);
  const remember = (
    row: string,
    from: Fragment,
  ): Fragment => sql`INSERT INTO ${listed} (tenant, type, attribute, key, id)
    SELECT ${raw(`${row}.tenant, ${row}.type`)}, ${path}, ${text}, ${raw(`${row}.id`)}
    FROM ${from}${dialect.each(raw(`${row}.keys`), index.member, "e")} WHERE ${text} IS NOT NULL
    ON CONFLICT DO NOTHING`;
  const forget = sql`DELETE FROM ${listed} WHERE tenant = old.tenant AND id = old.id AND attribute = ${path}`;
  return [
    ...keepUp(triggers, tables, nameOf("by", index), remember("new", raw("")), forget),
    remember("r", sql`${resource} r, `),
  ];
}

function createTexts(
  dialect: Dialect,
  { textTable, triggers }: { readonly textTable: TextTable; readonly triggers: Triggers },
  tables: Tables,
  index: KeyIndex,
): readonly Fragment[] {
  const name = tables.index(nameOf("in", index));
  const textOf = (keys: Fragment): Fragment =>
    index.isList
      ? textTable.concat(partText(dialect, index), dialect.each(keys, index.member, "e"))
      : dialect.member(keys, index.member);
  const remember = (row: string, from: Fragment): Fragment => sql`INSERT INTO ${name} (rowid, body)
    SELECT ${raw(`${row}.position`)}, coalesce(${textOf(raw(`${row}.keys`))}, '')${from}`;
  const forget = sql`DELETE FROM ${name} WHERE rowid = old.position`;
  return [
    textTable.create(name),
    ...keepUp(triggers, tables, nameOf("in", index), remember("new", raw("")), forget),
    remember("r", sql` FROM ${tables.resource} r`),
  ];
}

/** Triggers that keep what is derived from the keys. */
function keepUp(
  { create }: Triggers,
  tables: Tables,
  name: string,
  remember: Fragment,
  forget: Fragment,
): readonly Fragment[] {
  const trigger = (short: string, event: string, statements: readonly Fragment[]): Fragment =>
    create(tables.index(`${name}_${short}`), event, tables.resource, statements);
  return [
    trigger("insert", "INSERT", [remember]),
    trigger("update", "UPDATE OF keys", [forget, remember]),
    trigger("delete", "DELETE", [forget]),
  ];
}

function partText(dialect: Dialect, { part }: KeyIndex): Fragment {
  return part === undefined ? dialect.elementText("e") : dialect.partText("e", part);
}
