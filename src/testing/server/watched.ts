import { isScimError, ScimError } from "../../error.ts";
import type { ScimRequest, ScimResponse } from "../../protocol/message.ts";
import { splitUrl } from "../../protocol/path.ts";
import type { Scim } from "../../scim.ts";
import type { Failures, TestFailure } from "./failures.ts";
import type { TestRequest } from "./options.ts";

/** A request that is being noted. */
type Noted = { -readonly [K in keyof TestRequest]: TestRequest[K] };

/** What a test server is behind its hosts. */
interface Watch {
  /** The service of now: `reset` makes another one. */
  readonly current: () => Scim;
  readonly failures: Failures;
  readonly requests: TestRequest[];
  /** Breaks the connection of a request, given as its host knows it. */
  readonly cut: (host: unknown) => void;
}

/** A service that notes what it is asked, and fails where the test has asked for it, for any host. */
export function watched({ current, failures, requests, cut }: Watch): Scim {
  const base = current();
  return {
    ...base,
    drain: (handler, options) => current().drain(handler, options),
    lag: () => current().lag(),
    error: (error, request) => current().error(error, request),
    async handle(arrived, host) {
      const { request, noted } = await note(arrived, base.path ?? "");
      requests.push(noted);
      const failure = failures.take(noted.method, noted.path);
      if (failure === undefined) {
        const answer = await current().handle(request, host);
        noted.status = answer.status;
        return answer;
      }
      noted.isFailed = failure.cut === true || failure.status !== undefined;
      return failed(failure, noted, { request, cut: () => cut(host), ask: () => current().handle(request, host) });
    },
  };
}

interface Failing {
  readonly request: ScimRequest;
  readonly cut: () => void;
  readonly ask: () => Promise<ScimResponse>;
}

async function failed(failure: TestFailure, noted: Noted, { request, cut, ask }: Failing): Promise<ScimResponse> {
  const isRight = failure.cut !== true && failure.status === undefined;
  const done = isRight || failure.when === "after" ? await ask() : undefined;
  if (failure.delay !== undefined) await pause(failure.delay, request.signal);
  if (failure.cut === true) {
    cut();
    return { status: 500, headers: {}, body: undefined };
  }
  const answer = isRight && done !== undefined ? done : refusal(failure);
  noted.status = answer.status;
  return answer;
}

function refusal({ status = 500, retryAfter, headers = {}, body }: TestFailure): ScimResponse {
  const error = new ScimError(status, `The test has asked for a ${status}.`);
  return {
    status,
    headers: {
      "Content-Type": body === undefined ? "application/scim+json" : "text/html",
      ...(retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) }),
      ...headers,
    },
    body: body ?? JSON.stringify(error),
  };
}

/** Ends early where the client leaves. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Reads the body, so that it can be looked at whatever becomes of the request; the service gets it as it came. */
async function note(
  arrived: ScimRequest,
  mount: string,
): Promise<{ readonly request: ScimRequest; readonly noted: Noted }> {
  const { method, url, headers } = arrived;
  const { path, query } = splitUrl(url);
  const below = path.startsWith(mount) ? path.slice(mount.length) : path;
  const { body, request } = await readBody(arrived);
  const noted: Noted = {
    method,
    path: query === "" ? below : `${below}?${query}`,
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        value === undefined ? [] : [[name.toLowerCase(), [value].flat().join(", ")] as const],
      ),
    ),
    body,
    status: undefined,
    isFailed: false,
  };
  return { request, noted };
}

async function readBody(arrived: ScimRequest): Promise<{ readonly request: ScimRequest; readonly body: unknown }> {
  try {
    const read: unknown = typeof arrived.body === "function" ? await arrived.body() : arrived.body;
    return { request: { ...arrived, body: read }, body: parsed(read) };
  } catch (error) {
    if (!isScimError(error)) throw error;
    // A body that is too large, for example: the service says so when it would read it.
    const refuse = () => {
      throw error;
    };
    return { request: { ...arrived, body: refuse }, body: undefined };
  }
}

function parsed(body: unknown): unknown {
  const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : body;
  if (typeof text !== "string") return text;
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
