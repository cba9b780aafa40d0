import type { ColumnKind } from "./catalog-words.ts";
import { type Dialect, literal } from "./dialect.ts";
import type { Constraint, DriverError, Fault, Refusal } from "./driver-error.ts";
import { join, raw, sql } from "./fragment.ts";
import { quotedMember } from "./json-words.ts";
import { sqliteFit } from "./sqlite-fit.ts";
import { sqliteTriggers } from "./sqlite-triggers.ts";

/** SQLite: `openSqlite`, better-sqlite3, libSQL, Bun. */
export const sqlite: Dialect = {
  hostTriggers: sqliteTriggers,
  name: "SQLite",
  adapter: { supportsReturning: true, supportsTransactionalDdl: false },
  placeholder: () => "?",
  fit: sqliteFit,
  mostParameters: 15_000,

  begin: { write: "BEGIN IMMEDIATE", read: "BEGIN" },
  hasOneWriter: true,
  supportsReturning: true,
  insertedId: raw("last_insert_rowid()"),
  forUpdate: raw(""),
  forUpdateOfFree: raw(""),
  forKeyShare: raw(""),
  forKeyShareOfFree: raw(""),
  deferReferences: raw("PRAGMA defer_foreign_keys = ON"),

  // Readers of the file do not wait for writers, and what was answered survives a power cut [G-19].
  preparations: [raw("PRAGMA journal_mode = WAL")],
  settings: [raw("PRAGMA synchronous = FULL"), raw("PRAGMA foreign_keys = ON")],
  text: "TEXT",
  integer: "INTEGER",
  json: "BLOB",
  rowNumber: "INTEGER PRIMARY KEY",
  ascending: { type: "INTEGER PRIMARY KEY AUTOINCREMENT", isKey: true },
  canLackForeignKeys: true,
  tableByKey: " WITHOUT ROWID",

  now: raw("CAST(unixepoch('subsec') * 1000 AS INTEGER)"),
  driverValue(value) {
    if (typeof value === "boolean") return value ? 1 : 0;
    return value instanceof Date ? value.toISOString() : value;
  },
  casts: { text: "TEXT", integer: "BIGINT", number: "REAL", uuid: "TEXT" },
  // Values have types here, and columns do not.
  columnText: (column) => column,
  ordered: (text) => text,
  includes: (text, part) => sql`instr(${text}, ${part}) > 0`,
  startsWith: (text, part) => sql`substr(${text}, 1, length(${part})) = ${part}`,
  endsWith: (text, part) => sql`substr(${text}, -length(${part})) = ${part}`,
  isBeyondAscii: (text) => sql`((length(CAST(${text} AS BLOB)) - length(${text})) > 0)`,
  ofMost: (condition) => sql`likelihood(${condition}, 0.9)`,

  toJson: (text) => sql`jsonb(${text})`,
  jsonText: (column) => sql`json(${column})`,
  jsonIn: (column) => column,
  object: (json, name) => sql`(${json}->${memberPath(name)})`,
  member: (json, name) => sql`(${json}->>${memberPath(name)})`,
  first: (json, name) => sql`(${json}->>${memberPath(name, "[0]")})`,
  each: (json, name, alias) => sql`json_each(${json}, ${memberPath(name)}) ${raw(alias)}`,
  elementText: (alias) => raw(`${alias}.value`),
  // To look into what is no JSON is an error here.
  elementMember: (alias, name) =>
    sql`CASE WHEN ${raw(`${alias}.type`)} = 'object' THEN ${raw(`${alias}.value`)}->>${memberPath(name)} END`,
  field: (column, name) => sql`(${column}->>${memberPath(name)})`,
  nested: (column) => sql`json(${column})`,
  rows: (json, columns, alias) => {
    const named = columns.map((column, index) => `v.value->>${index} AS ${column}`);
    return sql`(SELECT ${raw(named.join(", "))} FROM json_each(${json}) v) ${raw(alias)}`;
  },
  list: (json) => sql`json_each(${json}) AS listed`,
  aggregate: (elements, source) => sql`(SELECT json_group_array(json_array(${join(elements, ", ")})) FROM ${source})`,

  longestBeginning: Number.POSITIVE_INFINITY,
  beginning: (text) => text,
  textTable: {
    create: (name) => sql`CREATE VIRTUAL TABLE ${name}
      USING fts5(body, content='', contentless_delete=1, tokenize='trigram case_sensitive 1')`,
    find: (name, part) => sql`SELECT rowid FROM ${name} WHERE ${name} MATCH ${`"${part.replaceAll('"', '""')}"`}`,
    concat: (text, source) => sql`(SELECT group_concat(${text}, char(10)) FROM ${source})`,
  },
  triggers: {
    create: (name, event, table, statements) =>
      sql`CREATE TRIGGER ${name} AFTER ${raw(event)} ON ${table} BEGIN ${join(statements, "; ")}; END`,
  },

  faultOf(error) {
    const result = resultOf(error);
    return result === undefined ? LIBSQL_FAULTS[String(error.code)] : (FAULTS[result] ?? FAULTS[result & 0xff]);
  },
  refusalOf(error) {
    const result = resultOf(error);
    return result === undefined ? undefined : REFUSALS[result];
  },
  raisedBy: (error) =>
    resultOf(error) === RESULTS.SQLITE_CONSTRAINT_TRIGGER ? [String(error.message).replace(/^SQLITE_\w+: /, "")] : [],
  columnsOfTable: ({
    table,
  }) => sql`SELECT name, lower(type) AS type, CASE WHEN "notnull" = 1 OR pk > 0 THEN 1 ELSE 0 END AS is_filled,
    CASE WHEN dflt_value IS NOT NULL OR hidden > 1 OR (pk = 1 AND upper(type) = 'INTEGER') THEN 1 ELSE 0 END AS has_default,
    CASE WHEN hidden > 1 THEN 1 ELSE 0 END AS is_generated, NULL AS longest FROM pragma_table_xinfo(${table})`,
  uniqueIndexes: ({ table }, withPartial = false) => sql`SELECT i.name AS name, c.name AS "column"
    FROM pragma_index_list(${table}) i, pragma_index_info(i.name) c
    WHERE i."unique" = 1 AND ${raw(withPartial ? "(1 = 1)" : "i.partial = 0")}
      AND NOT EXISTS (SELECT 1 FROM pragma_index_info(i.name) other WHERE other.name IS NULL)
    UNION ALL SELECT '(rowid)', name FROM pragma_table_info(${table}) t WHERE pk = 1
      AND NOT EXISTS (SELECT 1 FROM pragma_table_info(${table}) other WHERE other.pk > 1)
    UNION ALL SELECT name, NULL FROM sqlite_master WHERE type = 'view' AND name = ${table} COLLATE NOCASE`,
  indexColumns: ({ table }) => sql`SELECT i.name AS name, c.name AS "column", c.seqno + 1 AS place
    FROM pragma_index_list(${table}) i, pragma_index_info(i.name) c WHERE c.name IS NOT NULL
    UNION ALL SELECT '(rowid)', name, 1 FROM pragma_table_info(${table}) WHERE pk = 1`,
  foreignKeys: ({ table }) => sql`SELECT "from" AS "column", "table" AS target FROM pragma_foreign_key_list(${table})`,
  thingsNamed: (
    beginning,
  ) => sql`SELECT name, type AS kind, tbl_name AS owner, NULL AS method, sql AS definition, 1 AS is_valid
    FROM sqlite_master WHERE substr(name, 1, length(${beginning})) = ${beginning}`,
  kindOf: kindOfDeclared,

  // "UNIQUE constraint failed: users.org_id, users.email", or "…: index 'name'", or the name of a CHECK.
  constraintOf({ message }) {
    // libSQL puts the code before it.
    const text = String(message ?? "").replace(/^SQLITE_\w+: /, "");
    const misfit = /^cannot store .* value in .* column (.+)$/.exec(text)?.[1];
    if (misfit !== undefined) return columnsNamed(misfit);
    const start = text.lastIndexOf(FAILED);
    if (start === -1) return undefined;
    const what = text.slice(start + FAILED.length);
    if (text.startsWith("CHECK")) return checkNamed(what);
    return { name: what.startsWith("index '") ? what.slice("index '".length, -1) : what, ...columnsNamed(what) };
  },
};

/** The columns of "users.org_id, users.email". */
function columnsNamed(what: string): Constraint {
  const names = what.split(", ").map((part) => part.split("."));
  const [first = []] = names;
  return { table: first.length > 1 ? first[0] : undefined, columns: names.map((parts) => parts.at(-1) as string) };
}

/** A CHECK is told by its name, or by its text where it has none; the columns are words of its text. */
function checkNamed(what: string): Constraint {
  if (!/^\w+$/.test(what)) return { columns: wordsOf(what) };
  return {
    name: what,
    columnsQuery: sql`SELECT sql AS name FROM sqlite_master WHERE type = 'table' AND instr(lower(sql), lower(${what}))`,
    columnsIn: (ddl) => wordsOf(checkIn(ddl, what)),
  };
}

/** The text of a named CHECK in that of its table. */
function checkIn(ddl: string, name: string): string {
  const start = ddl.toLowerCase().indexOf(name.toLowerCase()) + name.length;
  let depth = 0;
  for (let index = ddl.indexOf("(", start); index !== -1 && index < ddl.length; index++) {
    if (ddl[index] === "(") depth++;
    else if (ddl[index] === ")" && --depth === 0) return ddl.slice(start, index);
  }
  return "";
}

function wordsOf(text: string): readonly string[] {
  return text.match(/\w+/g) ?? [];
}

/** What a declared type makes of values. @see https://sqlite.org/datatype3.html */
function kindOfDeclared(type: string): ColumnKind | undefined {
  const name = type.toLowerCase();
  if (/bool/.test(name)) return "boolean";
  if (/int/.test(name)) return "integer";
  if (/char|clob|text/.test(name)) return "text";
  return /real|floa|doub/.test(name) ? "number" : undefined;
}

function memberPath(name: string, behind = "") {
  return literal(`$.${quotedMember(name)}${behind}`);
}

const FAILED = "constraint failed: ";

/** The result code of an error, by number as node:sqlite and libSQL have it or by name as better-sqlite3 and Bun do. */
function resultOf({ code, errcode, rawCode }: DriverError): number | undefined {
  if (typeof errcode === "number") return errcode;
  if (typeof code !== "string" || !code.startsWith("SQLITE_")) return undefined;
  if (typeof rawCode === "number") return rawCode;
  // What is told more closely, as SQLITE_BUSY_TIMEOUT, is a kind of what stands before: SQLITE_BUSY.
  let name = code;
  while (RESULTS[name] === undefined && name.includes("_")) name = name.slice(0, name.lastIndexOf("_"));
  return RESULTS[name];
}

const RESULTS: Readonly<Record<string, number>> = {
  SQLITE_BUSY: 5,
  SQLITE_BUSY_SNAPSHOT: 517,
  SQLITE_LOCKED: 6,
  SQLITE_READONLY: 8,
  SQLITE_IOERR: 10,
  SQLITE_FULL: 13,
  SQLITE_CANTOPEN: 14,
  SQLITE_TOOBIG: 18,
  SQLITE_MISMATCH: 20,
  SQLITE_CONSTRAINT_CHECK: 275,
  SQLITE_CONSTRAINT_FOREIGNKEY: 787,
  SQLITE_CONSTRAINT_NOTNULL: 1299,
  SQLITE_CONSTRAINT_PRIMARYKEY: 1555,
  SQLITE_CONSTRAINT_TRIGGER: 1811,
  SQLITE_CONSTRAINT_UNIQUE: 2067,
  SQLITE_CONSTRAINT_DATATYPE: 3091,
};

/** By result code; the low byte is the primary code. */
const FAULTS: Readonly<Record<number, Fault>> = {
  5: "busy",
  6: "busy",
  8: "unavailable",
  10: "unavailable",
  13: "unavailable",
  14: "unavailable",
  787: "reference",
  1555: "unique",
  2067: "unique",
};

/** What a client of libSQL says of itself. */
const LIBSQL_FAULTS: Readonly<Record<string, Fault>> = {
  // Transactions have all of its connections.
  TRANSACTION_ACTIVE: "busy",
  TRANSACTION_CLOSED: "unavailable",
  CLIENT_CLOSED: "unavailable",
};

const REFUSALS: Readonly<Record<number, Refusal>> = {
  18: "large",
  20: "unfit",
  275: "check",
  1299: "missing",
  1811: "raised",
  3091: "unfit",
};
