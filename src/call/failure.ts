import { internalError, isScimError, ownError, type ScimError, unavailable } from "../error.ts";
import type { Asked, FaultEvent, RefusedEvent } from "../events/event.ts";
import type { Context } from "../storage/adapter.ts";
import { storageBehind } from "../storage/watch.ts";

const GIVEN_UP = "The request was given up before it was done: it took too long, or the client left. Repeat it.";

/** What the client is answered when something was thrown. */
export function problemOf(thrown: unknown, signal: AbortSignal | undefined): ScimError {
  if (isScimError(thrown)) return ownError(thrown);
  return isAbort(thrown, signal) ? unavailable(GIVEN_UP) : internalError();
}

/** Whether an error says no more than that the request was aborted: nothing failed in itself. */
export function isAbort(error: unknown, signal: AbortSignal | undefined): boolean {
  if (signal?.aborted !== true) return false;
  return error === signal.reason || nameOf(error) === "AbortError";
}

/** Whether the client has left. A request whose time was up, or that the host ended with an error of its own, has an answer. */
export function isLeft(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && !isScimError(signal.reason) && nameOf(signal.reason) !== "TimeoutError";
}

function nameOf(error: unknown): unknown {
  return typeof error === "object" && error !== null ? (error as { readonly name?: unknown }).name : undefined;
}

/** Whether a status says that the fault is the server's own. A 501 is a refusal: what is asked for is switched off. */
export function isFault({ status }: ScimError): boolean {
  return status >= 500 && status !== 501;
}

/** What `onNotice` is told of an answer that is an error. */
export function failureEvent<C extends Context>(
  thrown: unknown,
  problem: ScimError,
  asked: Asked,
  context: C | undefined,
): RefusedEvent<C> | FaultEvent<C> {
  const { status, scimType } = problem;
  const { summary: detail } = problem;
  if (isFault(problem)) {
    const storage = storageBehind(thrown);
    return {
      type: "fault",
      error: thrown,
      ...(storage === undefined ? {} : { storage }),
      status,
      detail,
      ...asked,
      context,
    };
  }
  const event = {
    type: "refused" as const,
    status,
    ...(scimType === undefined ? {} : { scimType }),
    detail,
    ...asked,
    context,
  };
  const cause = causeOf(problem);
  // What a driver says quotes rows: who logs events whole does not mean to log that.
  return cause === undefined ? event : Object.defineProperty(event, "cause", { value: cause, enumerable: false });
}

/** What lies behind an error that is no ScimError: of another one all is told, or quotes what must not be. */
function causeOf({ cause }: ScimError): unknown {
  return isScimError(cause) ? causeOf(cause) : cause;
}
