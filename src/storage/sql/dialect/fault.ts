/** What went wrong in the database, as far as it makes a difference. */
export type Fault =
  /** Another transaction stood in the way: a deadlock, a serialization failure. Doing it again may work. */
  | "contention"
  /** SQLite: another connection writes. */
  | "busy"
  | "unique"
  | "reference"
  /** The database cannot be reached, is full or is shutting down; whether a write took effect is not known. */
  | "unavailable";

/** PostgreSQL's SQLSTATEs. */
const STATES: Readonly<Record<string, Fault>> = {
  "40001": "contention",
  "40P01": "contention",
  "55P03": "contention",
  "23505": "unique",
  "23503": "reference",
  "57014": "unavailable",
  "57P01": "unavailable",
  "57P02": "unavailable",
  "57P03": "unavailable",
  "25006": "unavailable",
  "58030": "unavailable",
};

/** Classes of SQLSTATEs: connection exceptions, and insufficient resources. */
const STATE_CLASSES: Readonly<Record<string, Fault>> = {
  "08": "unavailable",
  "53": "unavailable",
  "58": "unavailable",
};

/** SQLite's result codes; the low byte is the primary code. */
const RESULTS: Readonly<Record<number, Fault>> = {
  5: "busy",
  6: "busy",
  10: "unavailable",
  13: "unavailable",
  14: "unavailable",
  787: "reference",
  1555: "unique",
  2067: "unique",
};

/** The same as better-sqlite3 names them. */
const RESULT_NAMES: Readonly<Record<string, Fault>> = {
  SQLITE_BUSY: "busy",
  SQLITE_BUSY_SNAPSHOT: "busy",
  SQLITE_LOCKED: "busy",
  SQLITE_FULL: "unavailable",
  SQLITE_CANTOPEN: "unavailable",
  SQLITE_CONSTRAINT_FOREIGNKEY: "reference",
  SQLITE_CONSTRAINT_PRIMARYKEY: "unique",
  SQLITE_CONSTRAINT_UNIQUE: "unique",
};

/** System errors of a connection that is gone or was never there. */
const CONNECTION_CODES = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EHOSTUNREACH"]);

/** What pg says of a connection that ended, without a code. */
const CONNECTION_MESSAGES = [
  "Connection terminated",
  "timeout exceeded when trying to connect",
  "Client has encountered",
];

/** What a driver's error means; undefined where it means nothing that is expected. */
export function faultOf(error: unknown): Fault | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, errcode, message, name } = error as Record<string, unknown>;
  if (name === "AbortedTransactionError") return "contention";
  if (typeof errcode === "number") return RESULTS[errcode] ?? RESULTS[errcode & 0xff];
  if (typeof code === "string") {
    const fault = STATES[code] ?? RESULT_NAMES[code] ?? STATE_CLASSES[code.slice(0, 2)];
    if (fault !== undefined && (code.length === 5 || code.startsWith("SQLITE_"))) return fault;
    if (code.startsWith("SQLITE_IOERR")) return "unavailable";
    if (CONNECTION_CODES.has(code)) return "unavailable";
  }
  const text = typeof message === "string" ? message : "";
  return CONNECTION_MESSAGES.some((part) => text.includes(part)) ? "unavailable" : undefined;
}
