import { type Dialect, identifier, literal } from "../dialect/dialect.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import type { TextTable, Triggers } from "../dialect/index-words.ts";
import { orKeep } from "../dialect/write-words.ts";
import { indexName, type KeyIndex } from "./index-plan.ts";
import type { Tables } from "./tables.ts";

/** What an index is for: `by`, for values that are equal, in an order, or begin so; `in`, for what a text contains. */
export type IndexKind = "by" | "in";

/** An index that there is to be. */
export interface WantedIndex {
  readonly kind: IndexKind;
  readonly index: KeyIndex;
}

/** How an index is kept: by the database, or by triggers of ours that keep rows beside. */
export type MadeIndex =
  | {
      readonly method: string | null;
      /** What follows the table in CREATE INDEX. */
      readonly over: Fragment;
      /** What is done before. */
      readonly prepare: readonly Fragment[];
    }
  | {
      readonly triggers: readonly Fragment[];
      /** The table that the triggers fill, where it is for this index alone. */
      readonly table: Fragment | undefined;
      /** Enters what is there already. */
      readonly fill: Fragment;
    };

/** How an index is made in a dialect. @throws {Error} where the database has nothing of the kind. */
export function madeIndex(dialect: Dialect, tables: Tables, { kind, index }: WantedIndex): MadeIndex {
  return kind === "by" ? keyIndex(dialect, tables, index) : textIndex(dialect, tables, index);
}

function keyIndex(dialect: Dialect, tables: Tables, index: KeyIndex): MadeIndex {
  const keys = raw("keys");
  const { listIndex, triggers } = dialect;
  if (!index.isList) {
    const text = dialect.beginning(dialect.member(keys, index.member));
    const { computed } = dialect;
    if (computed === undefined) return { method: null, over: sql` (type, tenant, ${text}, id)`, prepare: [] };
    const column = columnOfIndex({ kind: "by", index });
    // A character has four bytes at most.
    const add = computed.add(tables.resource, column, text, 4 * dialect.longestBeginning);
    return { method: null, over: sql` (type, tenant, ${column}, id)`, prepare: [add] };
  }
  if (listIndex !== undefined)
    return { method: listIndex.method, over: listIndex.over(keys, index.member), prepare: [] };
  if (triggers === undefined) throw new TypeError(`${dialect.name} has neither an index over lists nor triggers.`);
  return keptList(dialect, triggers, tables, index);
}

/** Trigrams. */
function textIndex(dialect: Dialect, tables: Tables, index: KeyIndex): MadeIndex {
  const { textTable, triggers } = dialect;
  if (dialect.textIndex !== undefined) {
    const { method, prepare, over } = dialect.textIndex;
    return { method, prepare: [prepare], over: over(dialect.member(raw("keys"), index.member)) };
  }
  if (textTable === undefined || triggers === undefined)
    throw new Error(`${dialect.name} finds no texts by their parts.`);
  return keptTexts(dialect, { textTable, triggers }, tables, index);
}

/** Events that triggers follow, by the ends of their names. */
export const TRIGGER_EVENTS = { insert: "INSERT", update: "UPDATE OF keys", delete: "DELETE" } as const;

/**
 * A condition that the row `r` of every resource meets whose text contains the part; undefined where an index cannot
 * tell.
 */
export function findText(dialect: Dialect, tables: Tables, index: KeyIndex, part: string): Fragment | undefined {
  if (dialect.textTable !== undefined)
    return sql`r.position IN (${dialect.textTable.find(tables.index(nameOf({ kind: "in", index })), part)})`;
  // A list is searched as JSON text, in which some characters are written otherwise.
  if (index.isList && JSON.stringify(part) !== `"${part}"`) return undefined;
  const pattern = part.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
  return sql`${dialect.member(raw("r.keys"), index.member)} LIKE ${`%${pattern}%`}`;
}

/** What an index is called, without what all names begin with; triggers have more behind it. */
export function nameOf({ kind, index }: WantedIndex): string {
  return `${kind}_${indexName(index)}`;
}

/** The column that an index is over, where the dialect computes columns. */
export function columnOfIndex(wanted: WantedIndex, alias = ""): Fragment {
  return raw(alias + identifier(nameOf(wanted)));
}

/** What an index over a single value of the row `r` holds of it. */
export function beginningIn(dialect: Dialect, index: KeyIndex): Fragment {
  return dialect.computed === undefined
    ? dialect.beginning(dialect.member(raw("r.keys"), index.member))
    : columnOfIndex({ kind: "by", index }, "r.");
}

/** Without an index over the elements of an array, a table holds them, kept by triggers, whoever writes. */
function keptList(dialect: Dialect, triggers: Triggers, tables: Tables, index: KeyIndex): MadeIndex {
  const { resource, listed } = tables;
  const path = literal(index.path);
  const text = partText(dialect, index);
  const key = Number.isFinite(dialect.longestBeginning) ? dialect.beginning(text) : text;
  const remember = (
    row: string,
    from: Fragment,
  ): Fragment => sql`INSERT INTO ${listed} (tenant, type, attribute, key, id)
    SELECT ${raw(`${row}.tenant, ${row}.type`)}, ${path}, ${key}, ${raw(`${row}.id`)}
    FROM ${from}${dialect.each(raw(`${row}.keys`), index.member, "e")} WHERE ${text} IS NOT NULL${orKeep(dialect, listed, "key")}`;
  const forget = sql`DELETE FROM ${listed} WHERE tenant = old.tenant AND id = old.id AND attribute = ${path}`;
  return {
    table: undefined,
    triggers: keepUp(triggers, tables, nameOf({ kind: "by", index }), remember("new", raw("")), forget),
    fill: remember("r", sql`${resource} r, `),
  };
}

function keptTexts(
  dialect: Dialect,
  { textTable, triggers }: { readonly textTable: TextTable; readonly triggers: Triggers },
  tables: Tables,
  index: KeyIndex,
): MadeIndex {
  const short = nameOf({ kind: "in", index });
  const name = tables.index(short);
  const textOf = (keys: Fragment): Fragment =>
    index.isList
      ? textTable.concat(partText(dialect, index), dialect.each(keys, index.member, "e"))
      : dialect.member(keys, index.member);
  const remember = (row: string, from: Fragment): Fragment => sql`INSERT INTO ${name} (rowid, body)
    SELECT ${raw(`${row}.position`)}, coalesce(${textOf(raw(`${row}.keys`))}, '')${from}`;
  const forget = sql`DELETE FROM ${name} WHERE rowid = old.position`;
  return {
    table: textTable.create(name),
    triggers: keepUp(triggers, tables, short, remember("new", raw("")), forget),
    fill: remember("r", sql` FROM ${tables.resource} r`),
  };
}

/** Triggers that keep what is derived from the keys. */
function keepUp(
  { create }: Triggers,
  tables: Tables,
  name: string,
  remember: Fragment,
  forget: Fragment,
): readonly Fragment[] {
  const trigger = (end: keyof typeof TRIGGER_EVENTS, statements: readonly Fragment[]): Fragment =>
    create(tables.index(`${name}_${end}`), TRIGGER_EVENTS[end], tables.resource, statements);
  return [trigger("insert", [remember]), trigger("update", [forget, remember]), trigger("delete", [forget])];
}

/** The text of an element; rows that were written when elements were texts, and not objects yet, have none. */
function partText(dialect: Dialect, { part }: KeyIndex): Fragment {
  return part === undefined ? dialect.elementText("e") : dialect.elementMember("e", part);
}
