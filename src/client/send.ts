import type { ClientAnswer, ClientRequest, Send } from "./answer.ts";
import { attempt, type Outgoing } from "./attempt.ts";
import { type Credentials, credentialsOf } from "./credentials.ts";
import { ScimClientError } from "./error.ts";
import { type Gate, openGate } from "./gate.ts";
import { kindOfFault } from "./network-fault.ts";
import type { ClientClock, ClientFetch, ClientOptions } from "./options.ts";
import { baseOf, outgoingOf, withHeaders } from "./outgoing.ts";
import { backOff, type Patience } from "./patience.ts";
import { askedWait, rateLimit } from "./rate-limit.ts";
import { timetableOf } from "./rate-rules.ts";
import { retryOf } from "./repeat.ts";
import { joinSignals, unlessAborted } from "./signals.ts";

type Outcome = ClientAnswer | ScimClientError;

/** What every request of a client has in common. */
interface Sender {
  readonly fetch: ClientFetch;
  readonly credentials: Credentials;
  readonly gate: Gate;
  /** When a request may go, as the profile of the server has it. */
  readonly timetable: (request: Outgoing, now: number) => number;
  readonly patience: Patience;
  readonly limits: { readonly timeout: number; readonly maxAnswerSize: number };
}

/** What may be done again, whatever was asked: the server has not done it. */
const NOT_DONE = [425, 429];
/** What a moment later may be otherwise, and may have been done. */
const PASSING = [408, 502, 503, 504];

/** Makes the function that sends: it waits its turn, gives credentials, and goes on after faults that pass. */
export function senderOf(options: ClientOptions, patience: Patience): Send {
  const { concurrency = 8, timeout = 60_000, maxAnswerSize = 64 * 1024 * 1024 } = options;
  const base = baseOf(options.baseUrl);
  // Nobody would ever be let in.
  if (!(concurrency >= 1)) throw new TypeError(`createClient: concurrency must be 1 or more, and is ${concurrency}.`);
  const always = { ...options.server?.headers, ...options.headers };
  const sender: Sender = {
    fetch: options.fetch ?? ((request) => fetch(request)),
    credentials: credentialsOf(options),
    gate: openGate(concurrency, patience.clock),
    timetable: timetableOf(options.server?.rates ?? [], base),
    patience,
    limits: { timeout, maxAnswerSize },
  };
  return async (request) => {
    const outgoing = outgoingOf(request, base, always);
    const joined = joinSignals([patience.signal, request.signal]);
    try {
      return await goOn(request, outgoing, sender, joined.signal);
    } finally {
      joined.letGo();
    }
  };
}

/** Asks until there is an answer that stays, or no more patience. */
async function goOn(
  request: ClientRequest,
  outgoing: Outgoing,
  sender: Sender,
  signal: AbortSignal,
): Promise<ClientAnswer> {
  const { patience } = sender;
  const { clock, retry } = patience;
  const policy = retryOf(request);
  const turn: Turn = { signal, policy, spent: 0 };
  let isRepeat = false;
  for (let number = 1; ; number++) {
    const outcome = await letIn(request, outgoing, sender, turn);
    const wait = waitAfter(outcome, number, patience);
    if (!mayGoOn(outcome, policy) || number >= retry.attempts || turn.spent + wait > retry.time)
      return end(outcome, isRepeat);
    turn.spent += wait;
    isRepeat ||= mayHaveHappened(outcome);
    await clock.sleep(wait, signal).catch((cause) => end(aborted(outgoing, cause), isRepeat));
  }
}

function end(outcome: Outcome, isRepeat: boolean): ClientAnswer {
  if (!(outcome instanceof ScimClientError)) return isRepeat ? { ...outcome, isRepeat } : outcome;
  throw isRepeat ? outcome.with({ mayHaveHappened: true }) : outcome;
}

interface Turn {
  readonly signal: AbortSignal;
  readonly policy: boolean | "refused";
  /** Milliseconds that attempts and waits have taken, without those for a place: these cost no patience with the server. */
  spent: number;
}

/** One attempt, and where its credentials are refused another with new ones. */
async function letIn(request: ClientRequest, outgoing: Outgoing, sender: Sender, turn: Turn): Promise<Outcome> {
  const outcome = await once(request, outgoing, sender, turn, false);
  const isOver = turn.policy === false || !sender.credentials.canChange || !isStatus(outcome, [401]);
  return isOver ? outcome : once(request, outgoing, sender, turn, true);
}

/** One attempt, in its turn. */
async function once(
  request: ClientRequest,
  outgoing: Outgoing,
  { fetch, credentials, gate, timetable, patience: { clock, retry }, limits }: Sender,
  turn: Turn,
  isRefused: boolean,
): Promise<Outcome> {
  const { signal, policy } = turn;
  const leave = await gate.enter(policy === false ? 0 : retry.time, signal).catch((cause) => aborted(outgoing, cause));
  if (leave instanceof ScimClientError) return leave;
  let begun = clock.now();
  try {
    const wait = policy === false ? 0 : timetable(outgoing, clock.now()) - clock.now();
    if (wait > 0) await clock.sleep(wait, signal);
    begun = clock.now();
    const own = await lettingIn(credentials, outgoing, isRefused, signal);
    const headers = withHeaders(new Headers(outgoing.headers), own, outgoing);
    withHeaders(headers, request.headers ?? {}, outgoing);
    const answer = await attempt(fetch, { ...outgoing, headers }, limits, signal);
    const rest = restAfter(answer, gate, clock);
    if (rest !== undefined) gate.rest(clock.now() + rest);
    return answer;
  } catch (error) {
    if (error instanceof ScimClientError) return error;
    if (signal.aborted) return aborted(outgoing, error);
    throw error;
  } finally {
    turn.spent += clock.now() - begun;
    leave();
  }
}

async function lettingIn(
  { headers }: Credentials,
  { method, url }: Outgoing,
  isRefused: boolean,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  try {
    return await unlessAborted(headers({ method, url: url.href, isRefused }), signal);
  } catch (cause) {
    if (signal.aborted) throw cause;
    const message = `${method} ${url.href} was not sent, as token or authenticate of the client failed.`;
    throw new ScimClientError(message, { code: "credentials", method, url: url.href, cause });
  }
}

/** How long nobody is to ask: what the server says, and until there are new requests where the rest of them is under way. */
function restAfter({ status, headers }: ClientAnswer, gate: Gate, clock: ClientClock): number | undefined {
  if (status === 429 || status === 503) return askedWait(headers, clock.now());
  const limit = rateLimit(headers, clock.now());
  return limit !== undefined && limit.remaining < gate.inside() ? limit.wait : undefined;
}

function waitAfter(outcome: Outcome, number: number, patience: Patience): number {
  const { clock } = patience;
  const asked = outcome instanceof ScimClientError ? undefined : askedWait(outcome.headers, clock.now());
  // Who was told the same time does not come back at the same moment.
  return asked === undefined ? backOff(number, patience) : asked + backOff(1, patience);
}

function mayGoOn(outcome: Outcome, policy: boolean | "refused"): boolean {
  if (policy === false) return false;
  if (outcome instanceof ScimClientError) {
    if (outcome.code === "unreachable") return !kindOfFault(outcome.cause).isFinal;
    return policy === true && (outcome.code === "cut" || outcome.code === "timeout");
  }
  return isStatus(outcome, NOT_DONE) || (policy === true && isStatus(outcome, PASSING));
}

function mayHaveHappened(outcome: Outcome): boolean {
  return outcome instanceof ScimClientError ? outcome.mayHaveHappened : isStatus(outcome, PASSING);
}

function isStatus(outcome: Outcome, statuses: readonly number[]): boolean {
  return !(outcome instanceof ScimClientError) && statuses.includes(outcome.status);
}

function aborted({ method, url }: Outgoing, cause: unknown): ScimClientError {
  const message = `${method} ${url.href} was aborted.`;
  return new ScimClientError(message, { code: "aborted", method, url: url.href, cause });
}
