import type { DriverError, Fault } from "./driver-error.ts";
import { DIALECTS } from "./find.ts";

/** System errors of a connection that is gone or was never there, and what postgres.js calls them. */
const CONNECTION_CODES = new Set<unknown>([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  // The socket file of a server that is not running.
  "ENOENT",
  // A name that no longer, or not yet, stands for an address.
  "ENOTFOUND",
  "EAI_AGAIN",
  // Out of ports, or of files.
  "EADDRNOTAVAIL",
  "EMFILE",
  "ENFILE",
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
]);

/** What pg and its pool say of a connection that ended or is not given, without a code. */
const CONNECTION_MESSAGES = [
  "Connection terminated",
  "Client has encountered",
  "Client was closed",
  "timeout exceeded when trying to connect",
  "timeout expired",
  "Query read timeout",
  "error establishing an SSL connection",
  "Cannot use a pool after calling end",
  // mysql2, of one that ended while its transaction was taken back.
  "connection is in closed state",
];

/**
 * What a driver's error means; undefined where it means nothing that is expected. All dialects are asked, because the
 * error of one is nothing to the others.
 */
export function faultOf(error: unknown): Fault | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const told: DriverError = error;
  if (told.name === "AbortedTransactionError") return "contention";
  for (const dialect of DIALECTS) {
    const fault = dialect.faultOf(told);
    if (fault !== undefined) return fault;
  }
  return isDisconnect(told) ? "unavailable" : undefined;
}

/** Whether the connection is gone, which drivers tell in much the same ways. */
function isDisconnect({ code, message }: DriverError): boolean {
  if (CONNECTION_CODES.has(code)) return true;
  return typeof message === "string" && CONNECTION_MESSAGES.some((part) => message.includes(part));
}

/** What is said of a prepared statement by a server that was not told of it, or was by somebody else. */
const STATEMENT_CODES = new Set<unknown>(["26000", "42P05"]);

/** What an operator is told of an error that a client gets as a 503: the error, or what is behind it where that takes knowing. */
export function causeOf(error: unknown): unknown {
  if (typeof error !== "object" || error === null || !STATEMENT_CODES.has((error as DriverError).code)) return error;
  return new Error(
    "A pooler between this process and PostgreSQL keeps no prepared statements. PgBouncer does from 1.21 on, with max_prepared_statements; behind one that does not, postgres.js takes `prepare: false`, and pg needs nothing but namedStatements of scimkit/sql.",
    { cause: error },
  );
}

/** What Cloudflare's D1 says to a transaction, and to the settings of a connection. */
const D1_REFUSALS = ["D1_ERROR: To execute a transaction", "D1_ERROR: not authorized"];

/**
 * What an operator is told of an error that no other try mends: the error, or what is behind it where that takes knowing. D1 cannot be told by
 * its adapter, which is that of SQLite.
 */
export function refusalOfDatabase(error: unknown): unknown {
  const { message } = Object(error) as DriverError;
  if (typeof message !== "string" || !D1_REFUSALS.some((beginning) => message.startsWith(beginning))) return error;
  return new Error(
    "D1 has no transactions but batch(), which cannot look at what it reads: sqlStorage and mappedStorage need more. documentStorage of scimkit/storage does not: see docs/databases.md#d1.",
    { cause: error },
  );
}
