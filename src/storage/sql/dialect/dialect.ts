import { type Fragment, raw, sql } from "./fragment.ts";

/** What PostgreSQL and SQLite say differently. JSON is written to keys documents by scimkit alone; all of its leaves are strings. */
export interface Dialect {
  readonly name: "postgres" | "sqlite";
  placeholder(position: number): string;
  /** Most parameters of one statement, well below the limit of the database. */
  readonly mostParameters: number;
  /** Column types. */
  readonly text: string;
  readonly integer: string;
  readonly json: string;
  /** A JSON text as a value of the keys column. */
  toJson(text: unknown): Fragment;
  /** A value of the keys column as JSON text. */
  jsonText(column: Fragment): Fragment;
  /** The string under a name of a JSON object; NULL where there is none. */
  member(json: Fragment, name: string): Fragment;
  /** The first string of an array under a name. */
  first(json: Fragment, name: string): Fragment;
  /** A row source with the elements of an array under a name; each is `alias.value`. */
  each(json: Fragment, name: string, alias: string): Fragment;
  /** The element of `each` itself, as text, where it is a string. */
  elementText(alias: string): Fragment;
  /** Condition: an array under a name holds an element that contains this JSON; undefined where an index could not help. */
  contains?(json: Fragment, name: string, element: unknown): Fragment;
  /** A row source of text columns from a JSON text that is an array of arrays. */
  rows(json: string, columns: readonly string[], alias: string): Fragment;
  /** A row source with the single text column `value` from a JSON text that is an array of strings. */
  list(json: string): Fragment;
  /** A JSON text array of what a row source gives, in its order. */
  aggregate(elements: readonly Fragment[], source: Fragment): Fragment;
  /** The string under a name of a JSON object that a text column holds. */
  field(column: Fragment, name: string): Fragment;
  /** A text column that holds JSON, inside of `aggregate`. */
  nested(column: Fragment): Fragment;
  includes(text: Fragment, part: string): Fragment;
  startsWith(text: Fragment, part: string): Fragment;
  endsWith(text: Fragment, part: string): Fragment;
  /** Most characters of a key that an index over keys holds; PostgreSQL's entries end at 2,704 bytes. */
  readonly longestBeginning: number;
  /** What an index holds of a key, in the order of code points. */
  beginning(text: Fragment): Fragment;
  /** Behind a SELECT: locks the rows until the end of the transaction. */
  readonly forUpdate: Fragment;
  /** A text in the order of its code points, whatever the database's own order is. */
  ordered(text: Fragment): Fragment;
}

export const postgres: Dialect = {
  name: "postgres",
  placeholder: (position) => `$${position}`,
  mostParameters: 30_000,
  text: 'text COLLATE "C"',
  integer: "bigint",
  json: "jsonb",
  toJson: (text) => sql`${text}::jsonb`,
  jsonText: (column) => sql`${column}::text`,
  member: (json, name) => sql`(${json}->>${literal(name)})`,
  first: (json, name) => sql`(${json}->${literal(name)}->>0)`,
  // The lax path takes a single value for an array of one, should the schema have changed.
  each: (json, name, alias) =>
    sql`jsonb_path_query(${json}, ${literal(`$.${quotedMember(name)}[*]`)}) ${raw(alias)}(value)`,
  elementText: (alias) => raw(`(${alias}.value #>> '{}')`),
  contains: (json, name, element) => sql`(${json}->${literal(name)}) @> ${JSON.stringify([element])}::jsonb`,
  rows: (json, columns, alias) => {
    const named = columns.map((column, index) => `v.value->>${index} AS ${column}`);
    return sql`(SELECT ${raw(named.join(", "))} FROM json_array_elements(${json}::json) v(value)) ${raw(alias)}`;
  },
  list: (json) => sql`json_array_elements_text(${json}::json) AS listed(value)`,
  aggregate: (elements, source) => sql`(SELECT json_agg(json_build_array(${joined(elements)}))::text FROM ${source})`,
  field: (column, name) => sql`(${column}::json->>${literal(name)})`,
  nested: (column) => sql`${column}::json`,
  includes: (text, part) => sql`strpos(${text}, ${part}) > 0`,
  startsWith: (text, part) => sql`starts_with(${text}, ${part})`,
  endsWith: (text, part) => sql`right(${text}, length(${part}::text)) = ${part}`,
  longestBeginning: 256,
  beginning: (text) => sql`(left(${text}, 256) COLLATE "C")`,
  forUpdate: raw(" FOR UPDATE"),
  ordered: (text) => sql`(${text} COLLATE "C")`,
};

export const sqlite: Dialect = {
  name: "sqlite",
  placeholder: () => "?",
  mostParameters: 15_000,
  text: "TEXT",
  integer: "INTEGER",
  json: "BLOB",
  toJson: (text) => sql`jsonb(${text})`,
  jsonText: (column) => sql`json(${column})`,
  member: (json, name) => sql`(${json}->>${literal(`$.${quotedMember(name)}`)})`,
  first: (json, name) => sql`(${json}->>${literal(`$.${quotedMember(name)}[0]`)})`,
  each: (json, name, alias) => sql`json_each(${json}, ${literal(`$.${quotedMember(name)}`)}) ${raw(alias)}`,
  elementText: (alias) => raw(`${alias}.value`),
  rows: (json, columns, alias) => {
    const named = columns.map((column, index) => `v.value->>${index} AS ${column}`);
    return sql`(SELECT ${raw(named.join(", "))} FROM json_each(${json}) v) ${raw(alias)}`;
  },
  list: (json) => sql`json_each(${json}) AS listed`,
  aggregate: (elements, source) => sql`(SELECT json_group_array(json_array(${joined(elements)})) FROM ${source})`,
  field: (column, name) => sql`(${column}->>${literal(`$.${quotedMember(name)}`)})`,
  nested: (column) => sql`json(${column})`,
  includes: (text, part) => sql`instr(${text}, ${part}) > 0`,
  startsWith: (text, part) => sql`substr(${text}, 1, length(${part})) = ${part}`,
  endsWith: (text, part) => sql`substr(${text}, -length(${part})) = ${part}`,
  longestBeginning: Number.POSITIVE_INFINITY,
  beginning: (text) => text,
  forUpdate: raw(""),
  ordered: (text) => text,
};

function joined(elements: readonly Fragment[]): Fragment {
  return elements.reduce((all, element) => sql`${all}, ${element}`);
}

/** A constant of the schema as an SQL string. It is text and no parameter, so that indexes over expressions are found. */
export function literal(text: string): Fragment {
  return raw(`'${text.replaceAll("'", "''")}'`);
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A name as the member of a JSON path, which both databases write alike. */
function quotedMember(name: string): string {
  if (/["\\]/.test(name)) throw new TypeError(`The attribute name ${name} cannot be part of a JSON path.`);
  return `"${name}"`;
}
