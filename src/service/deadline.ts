import type { ScimRequest } from "../protocol/message.ts";

/** A request, and the time that it has. */
export interface Deadline {
  /** Its signal is aborted by the host, and when the time is up. */
  readonly request: ScimRequest;
  /** Settles when the time is up; absent where there is no limit. */
  readonly expired: Promise<void> | undefined;
  /** To be called once the answer is there. */
  end(): void;
}

/** Starts the clock of a request. `timeout` is in milliseconds; without it, the request has all the time that its host gives. */
export function startDeadline(request: ScimRequest, timeout: number | undefined): Deadline {
  if (timeout === undefined) return { request, expired: undefined, end: () => undefined };
  const late = new AbortController();
  const signal = request.signal === undefined ? late.signal : AbortSignal.any([request.signal, late.signal]);
  const expired = new Promise<void>((resolve) =>
    late.signal.addEventListener("abort", () => resolve(), { once: true }),
  );
  const timer = setTimeout(
    () => late.abort(new DOMException("The time of the request is up.", "TimeoutError")),
    timeout,
  );
  return { request: { ...request, signal }, expired, end: () => clearTimeout(timer) };
}
