import type { CatalogColumn, ColumnKind, ColumnUse } from "./catalog-words.ts";
import type { StatementLimit } from "./dialect.ts";
import type { Constraint, DriverError, Fault, Refusal } from "./driver-error.ts";
import { raw, sql } from "./fragment.ts";

// How MariaDB and MySQL are written to, and what they answer.

/** Lower-case words of statements that are names, and that these databases would take for words of their own. */
const TOKENS = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\b(?:keys?|before)\b|\bAS MATERIALIZED\b|\bCROSS JOIN\b/g;

/**
 * Names go into backticks. A literal that holds a backslash is written by its bytes, because whether one escapes is a setting of the
 * server; so is one with a question mark, which drivers would take for a parameter.
 */
export function spell(text: string): string {
  return text.replaceAll(TOKENS, (token) => {
    if (token === "AS MATERIALIZED") return "AS";
    if (token === "CROSS JOIN") return "STRAIGHT_JOIN";
    if (token.startsWith("'")) return /[\\?]/.test(token) ? bytesOf(token.slice(1, -1).replaceAll("''", "'")) : token;
    const name = token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token;
    return `\`${name.replaceAll("`", "``")}\``;
  });
}

function bytesOf(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return `_utf8mb4 x'${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}'`;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A value of a row; texts that are compared by their bytes come as bytes. */
export function readValue(value: unknown): unknown {
  return value instanceof Uint8Array ? decoder.decode(value) : value;
}

/** The text of a statement has all values in it, hashes too: it stays on the error for who asks for it, and logs pass over it. */
export function hideValues(error: unknown): void {
  if (typeof error === "object" && error !== null && "sql" in error)
    Object.defineProperty(error, "sql", { value: error.sql, enumerable: false, configurable: true, writable: true });
}

/** The number of an error of the server, which all drivers tell. */
function numberOf({ errno }: DriverError): number | undefined {
  return typeof errno === "number" && errno > 0 ? errno : undefined;
}

export function faultOf(error: DriverError): Fault | undefined {
  const number = numberOf(error);
  return number === undefined ? CLIENT_FAULTS.get(error.code) : FAULTS[number];
}

export function refusalOf(error: DriverError): Refusal | undefined {
  const number = numberOf(error);
  return number === undefined ? undefined : REFUSALS[number];
}

/** The message of a SIGNAL. */
export function raisedBy(error: DriverError): readonly string[] {
  return numberOf(error) === 1644 ? [String(error.message)] : [];
}

/** What `mysql2` says of a connection. */
const CLIENT_FAULTS = new Map<unknown, Fault>([
  ["PROTOCOL_CONNECTION_LOST", "unavailable"],
  ["PROTOCOL_SEQUENCE_TIMEOUT", "unavailable"],
  ["PROTOCOL_PACKETS_OUT_OF_ORDER", "unavailable"],
]);

const FAULTS: Readonly<Record<number, Fault>> = {
  // A deadlock, or a transaction that a cluster did not certify; the row has changed since the snapshot was made.
  1213: "contention",
  1020: "contention",
  // The server has waited for a lock for as long as it is set to: 50 seconds, if nothing is said. Nobody waits for five times that.
  1205: "busy",
  3572: "contention",
  1062: "unique",
  1586: "unique",
  1216: "reference",
  1217: "reference",
  1451: "reference",
  1452: "reference",
  // Too many connections, of all or of a user; a host that is blocked; no rights to connect, or no database yet.
  1040: "unavailable",
  1203: "unavailable",
  1226: "unavailable",
  1129: "unavailable",
  1044: "unavailable",
  1045: "unavailable",
  1049: "unavailable",
  // A node of a cluster that is not ready; the server ends, or has ended the connection or the statement.
  1047: "unavailable",
  1053: "unavailable",
  1077: "unavailable",
  1080: "unavailable",
  1152: "unavailable",
  1158: "unavailable",
  1159: "unavailable",
  1160: "unavailable",
  1161: "unavailable",
  1184: "unavailable",
  1317: "unavailable",
  1927: "unavailable",
  1969: "unavailable",
  3024: "unavailable",
  4031: "unavailable",
  2006: "unavailable",
  2013: "unavailable",
  // It only reads: a replica, or a primary that has just become one.
  1290: "unavailable",
  1792: "unavailable",
  1836: "unavailable",
  3100: "unavailable",
  // Out of disk, memory, files or locks.
  1021: "unavailable",
  1037: "unavailable",
  1041: "unavailable",
  1114: "unavailable",
  1135: "unavailable",
  1206: "unavailable",
};

const REFUSALS: Readonly<Record<number, Refusal>> = {
  1048: "missing",
  1364: "missing",
  // SIGNAL, and what a view's WITH CHECK OPTION says.
  1644: "raised",
  1369: "check",
  3819: "check",
  4025: "check",
  1153: "large",
  1301: "large",
  1071: "large",
  1118: "large",
  1264: "unfit",
  1265: "unfit",
  1292: "unfit",
  1366: "unfit",
  1367: "unfit",
  1406: "unfit",
  1411: "unfit",
  3140: "unfit",
};

/** Whether an error says that what was to be made is there. */
export function isThereAlready(error: DriverError): boolean {
  return THERE.has(error.errno);
}

/** A database, a table, a column, an index, a trigger; and what is not there to be dropped. */
const THERE = new Set<unknown>([1007, 1050, 1060, 1061, 1359, 1091, 1360]);

/** Whether a value was longer than its column. */
export function isTooLong({ errno }: DriverError): boolean {
  return errno === 1406 || errno === 1153;
}

/** The driver writes values into the text, and a backslash in front of some characters. A statement beyond the server's packet ends the connection. */
export const statementLimit: StatementLimit = {
  bytesOf: (text, parameters) => parameters.reduce<number>((sum, value) => sum + sizeOf(value), text.length),
  askedFrom: 500_000,
  query: raw("SELECT @@max_allowed_packet AS most"),
  refusal: () => Object.assign(new Error("Got a packet bigger than 'max_allowed_packet' bytes"), { errno: 1153 }),
};

function sizeOf(value: unknown): number {
  if (typeof value !== "string") return 0;
  if (value.length < 1000) return value.length;
  return new TextEncoder().encode(value).length + (value.match(/["'\\\n\r\t]/g)?.length ?? 0);
}

/** What a message tells of the constraint: drivers have no more than the message. */
export function constraintOf({ errno, message }: DriverError): Constraint | undefined {
  const text = String(message ?? "");
  switch (errno) {
    case 1062:
    case 1586:
      return uniqueIn(text);
    case 1451:
    case 1452: {
      const [, name, columns] = /CONSTRAINT `((?:[^`]|``)+)` FOREIGN KEY \(([^)]+)\)/.exec(text) ?? [];
      return name === undefined ? undefined : { name, columns: (columns ?? "").replaceAll("`", "").split(", ") };
    }
    case 3819:
    case 4025: {
      const name = /^(?:CONSTRAINT `(?:\w+\.)?([^`]+)`|Check constraint '([^']+)')/.exec(text);
      return name === null ? undefined : checkNamed(String(name[1] ?? name[2]));
    }
    default: {
      const column = /\b(?:[Cc]olumn|Field) [`']([^'\s]+)[`']/.exec(text)?.[1];
      return column === undefined ? undefined : { columns: [column.split("`.`").at(-1) ?? column] };
    }
  }
}

/** "for key 'name'", with the table in front of it on MySQL. */
function uniqueIn(text: string): Constraint | undefined {
  const [, table, name] = /for key '(?:([^'.]+)\.)?([^'.]+)'$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  return {
    ...(table === undefined ? {} : { table }),
    name,
    columnsQuery: sql`SELECT COLUMN_NAME AS name FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE()
      AND INDEX_NAME = ${name} AND ${table === undefined ? sql`(1 = 1)` : sql`TABLE_NAME = ${table}`}`,
  };
}

function checkNamed(name: string): Constraint {
  return {
    name,
    columnsQuery: sql`SELECT CHECK_CLAUSE AS name FROM information_schema.CHECK_CONSTRAINTS
      WHERE CONSTRAINT_SCHEMA = DATABASE() AND CONSTRAINT_NAME = ${name}`,
    columnsIn: (clause) => clause.match(/\w+/g) ?? [],
  };
}

/** Why a column of an application's table does not fit what it is for. */
export function misfitOf({ type, collation }: CatalogColumn, use: ColumnUse): string | undefined {
  const kind = kindOf(type);
  switch (use) {
    case "id":
      return /^(?:binary|bit|\w*blob)/i.test(type)
        ? `is ${type}, of which ids cannot be read: make it uuid, or char(36).`
        : undefined;
    case "key":
      if (/^varbinary/i.test(type) || /_nopad_bin$|_0900_bin$/.test(collation ?? "")) return undefined;
      return `is ${type}${collation ? ` COLLATE ${collation}` : ""}, and keys are compared by their bytes: make it varbinary(1000), or give it COLLATE utf8mb4_nopad_bin (utf8mb4_0900_bin on MySQL).`;
    case "time":
      return kind === "time" && !/^(?:date|time)$/i.test(type)
        ? undefined
        : `is ${type}, and holds a time: make it datetime(6).`;
    case "rest":
      return kind === "text" || kind === "json"
        ? undefined
        : `is ${type}, and rest holds JSON: make it json, or longtext.`;
  }
}

/** Kinds of columns by what the catalogue calls their types. */
export function kindOf(type: string): ColumnKind | undefined {
  if (/^tinyint\(1\)/i.test(type)) return "boolean";
  return KINDS[type.toLowerCase().replace(/[( ].*$/, "")];
}

const KINDS: Readonly<Record<string, ColumnKind>> = {
  char: "text",
  varchar: "text",
  tinytext: "text",
  text: "text",
  mediumtext: "text",
  longtext: "text",
  enum: "text",
  tinyint: "integer",
  smallint: "integer",
  mediumint: "integer",
  int: "integer",
  bigint: "integer",
  decimal: "number",
  float: "number",
  double: "number",
  uuid: "uuid",
  json: "json",
  date: "time",
  datetime: "time",
  timestamp: "time",
};
