import type { DriverError, Fault } from "./driver-error.ts";
import { DIALECTS } from "./find.ts";

/** System errors of a connection that is gone or was never there. */
const CONNECTION_CODES = new Set<unknown>([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EHOSTUNREACH",
]);

/** What pg says of a connection that ended, without a code. */
const CONNECTION_MESSAGES = [
  "Connection terminated",
  "timeout exceeded when trying to connect",
  "Client has encountered",
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
