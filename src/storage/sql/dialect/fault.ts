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
