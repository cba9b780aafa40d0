import { type Dialect, literal } from "./dialect.ts";
import type { DriverError, Fault, Refusal } from "./driver-error.ts";
import { join, raw, sql } from "./fragment.ts";
import { quotedMember } from "./json-words.ts";

/** SQLite: `openSqlite`, better-sqlite3. */
export const sqlite: Dialect = {
  name: "SQLite",
  adapter: { supportsReturning: true, supportsTransactionalDdl: false },
  placeholder: () => "?",
  mostParameters: 15_000,

  begin: { write: "BEGIN IMMEDIATE", read: "BEGIN" },
  hasOneWriter: true,
  supportsReturning: true,
  forUpdate: raw(""),
  forKeyShare: raw(""),

  // Readers of the file do not wait for writers, and what was answered survives a power cut [G-19].
  preparations: [raw("PRAGMA journal_mode = WAL"), raw("PRAGMA synchronous = FULL"), raw("PRAGMA foreign_keys = ON")],
  text: "TEXT",
  integer: "INTEGER",
  json: "BLOB",
  rowNumber: "INTEGER PRIMARY KEY",
  tableByKey: " WITHOUT ROWID",

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

  toJson: (text) => sql`jsonb(${text})`,
  jsonText: (column) => sql`json(${column})`,
  jsonIn: (column) => column,
  object: (json, name) => sql`(${json}->${memberPath(name)})`,
  member: (json, name) => sql`(${json}->>${memberPath(name)})`,
  first: (json, name) => sql`(${json}->>${memberPath(name, "[0]")})`,
  each: (json, name, alias) => sql`json_each(${json}, ${memberPath(name)}) ${raw(alias)}`,
  elementText: (alias) => raw(`${alias}.value`),
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
    find: (name) => sql`SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND name = ${name}`,
  },

  faultOf(error) {
    const result = resultOf(error);
    return result === undefined ? undefined : (FAULTS[result] ?? FAULTS[result & 0xff]);
  },
  refusalOf(error) {
    const result = resultOf(error);
    return result === undefined ? undefined : REFUSALS[result];
  },
  // "UNIQUE constraint failed: users.org_id, users.email", or "…: index 'name'", or the name of a CHECK.
  constraintOf({ message }) {
    const text = String(message ?? "");
    const start = text.lastIndexOf(FAILED);
    if (start === -1) return undefined;
    const what = text.slice(start + FAILED.length);
    return {
      name: what.startsWith("index '") ? what.slice("index '".length, -1) : what,
      columns: what.split(", ").map((part) => part.slice(part.lastIndexOf(".") + 1)),
    };
  },
};

function memberPath(name: string, behind = "") {
  return literal(`$.${quotedMember(name)}${behind}`);
}

const FAILED = "constraint failed: ";

/** The result code of an error, by number as node:sqlite has it or by name as better-sqlite3 does. */
function resultOf({ code, errcode }: DriverError): number | undefined {
  if (typeof errcode === "number") return errcode;
  if (typeof code !== "string" || !code.startsWith("SQLITE_")) return undefined;
  return code.startsWith("SQLITE_IOERR") ? RESULTS.SQLITE_IOERR : RESULTS[code];
}

const RESULTS: Readonly<Record<string, number>> = {
  SQLITE_BUSY: 5,
  SQLITE_BUSY_SNAPSHOT: 517,
  SQLITE_LOCKED: 6,
  SQLITE_READONLY: 8,
  SQLITE_IOERR: 10,
  SQLITE_FULL: 13,
  SQLITE_CANTOPEN: 14,
  SQLITE_CONSTRAINT_CHECK: 275,
  SQLITE_CONSTRAINT_FOREIGNKEY: 787,
  SQLITE_CONSTRAINT_NOTNULL: 1299,
  SQLITE_CONSTRAINT_PRIMARYKEY: 1555,
  SQLITE_CONSTRAINT_UNIQUE: 2067,
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

const REFUSALS: Readonly<Record<number, Refusal>> = {
  275: "check",
  1299: "missing",
};
