import type { ClientAnswer } from "./answer.ts";
import type { Endpoint } from "./endpoint.ts";
import { ScimClientError } from "./error.ts";
import { lookUp } from "./look-up.ts";
import { backOff } from "./patience.ts";
import { notScim } from "./problem.ts";
import { type AnyResource, expectSuccess, resourceOf } from "./read-answer.ts";
import { joinSignals } from "./signals.ts";

/** Answers after which a POST may have been done, and after which another may go well. */
const PASSING: readonly (number | undefined)[] = [408, 502, 503, 504];

/**
 * Creates a resource once. A POST that was cut off, timed out or answered with a server error may have been done: it is looked for by its
 * `externalId` and by the attributes that are unique or required, and taken where it is the one. Only where it is not there, it is sent again.
 * @throws {ScimClientError} with `mayHaveHappened` where nobody can tell
 */
export async function createOnce(
  endpoint: Endpoint,
  body: Readonly<Record<string, unknown>>,
  signal: AbortSignal | undefined,
): Promise<AnyResource> {
  const { patience } = endpoint;
  const { clock, retry } = patience;
  const began = clock.now();
  let deadline: number | undefined;
  for (let number = 1; ; number++) {
    const outcome = await post(endpoint, body, signal);
    if (!(outcome instanceof ScimClientError)) return outcome;
    // From the first answer on: who has waited for a place has not lost patience with the server.
    deadline ??= clock.now() + retry.time;
    const kind = kindOf(outcome, number > 1);
    if (kind === "refused") throw outcome;
    const wait = backOff(number, patience);
    const isLast = kind === "final" || number >= retry.attempts || clock.now() + wait > deadline;
    try {
      if (!isLast) await sleep(endpoint, wait, signal);
      const found = await lookUp(endpoint, body, { signal, since: clock.now() - began });
      if (found !== undefined) return found;
    } catch (cause) {
      throw unsure(outcome, cause);
    }
    if (isLast) throw unsure(outcome, outcome.cause);
  }
}

/** `"passing"`: it may be done, and may be asked for again; `"final"`: it may be done, and asking again will not help. */
function kindOf({ code, status }: ScimClientError, isRepeat: boolean): "passing" | "final" | "refused" {
  if (code === "cut" || code === "timeout" || PASSING.includes(status)) return "passing";
  // What is in the way of a second attempt may be what the first has made.
  return status === 500 || Math.trunc((status ?? 0) / 100) === 2 || (isRepeat && status === 409) ? "final" : "refused";
}

/** The resource that a POST has made, or the error that it ended with. */
async function post({ type, send }: Endpoint, body: object, signal: AbortSignal | undefined) {
  try {
    const answer = await send({ method: "POST", path: type.endpoint, body, signal, retry: "refused" });
    const created = resourceOf("POST", expectSuccess("POST", answer)) ?? (await readAt(send, answer, signal));
    return created ?? notScim("POST", { ...answer, status: 201 }, "a resource was expected, with its id");
  } catch (error) {
    if (error instanceof ScimClientError) return error;
    throw error;
  }
}

/**
 * What is at the address that the answer names, where it names one that can be read. Whatever goes wrong with that says nothing of the
 * POST, which has been done.
 */
async function readAt(send: Endpoint["send"], { headers, url }: ClientAnswer, signal: AbortSignal | undefined) {
  const location = headers.get("location");
  if (location === null) return undefined;
  try {
    const answer = await send({ method: "GET", path: new URL(location, url).href, signal });
    return answer.status === 200 ? resourceOf("GET", answer) : undefined;
  } catch {
    return undefined;
  }
}

async function sleep({ patience }: Endpoint, ms: number, signal: AbortSignal | undefined): Promise<void> {
  const joined = joinSignals([patience.signal, signal]);
  try {
    await patience.clock.sleep(ms, joined.signal);
  } finally {
    joined.letGo();
  }
}

function unsure(problem: ScimClientError, cause: unknown): ScimClientError {
  return problem.with({ mayHaveHappened: true, cause });
}
