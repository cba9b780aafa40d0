import type { ClientAnswer } from "./answer.ts";
import { ScimClientError } from "./error.ts";
import { kindOfFault } from "./network-fault.ts";
import type { ClientFetch } from "./options.ts";
import { unlessAborted } from "./signals.ts";

/** A request as it goes out. */
export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string | Uint8Array | undefined;
}

/** What bounds one attempt. */
export interface AttemptLimits {
  /** Milliseconds, until the answer is read. */
  readonly timeout: number;
  /** Bytes of the answer. */
  readonly maxAnswerSize: number;
}

/**
 * Asks once.
 * @throws {ScimClientError} where there is no answer, or one that is too large
 * @throws {TypeError} where there can be no such request
 */
export async function attempt(
  fetch: ClientFetch,
  { method, url, headers, body }: Outgoing,
  { timeout, maxAnswerSize }: AttemptLimits,
  callers: AbortSignal,
): Promise<ClientAnswer> {
  const ending = new AbortController();
  const { signal } = ending;
  const end = (): void => ending.abort(callers.reason);
  const fail = (code: ScimClientError["code"], message: string, cause?: unknown): ScimClientError =>
    new ScimClientError(`${method} ${url.href} ${message}`, {
      code,
      method,
      url: url.href,
      cause,
      mayHaveHappened: !["GET", "HEAD"].includes(method) && code !== "unreachable" && code !== "tls",
    });
  // A fetch of somebody's own may pass a signal over, and would send it.
  if (callers.aborted) throw fail("aborted", "was aborted.", callers.reason).with({ mayHaveHappened: false });
  const request = new Request(url, { method, headers, signal, redirect: "manual", body: (body as BodyInit) ?? null });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    ending.abort();
  }, timeout);
  callers.addEventListener("abort", end);
  const ask = async (): Promise<ClientAnswer> => {
    const response = await fetch(request);
    const text = await readText(response, maxAnswerSize);
    if (text === undefined)
      throw fail("too-large", `was answered more than ${maxAnswerSize} bytes; ask for less, or raise maxAnswerSize.`);
    return { status: response.status, headers: response.headers, text, body: parsed(text), url: url.href };
  };
  try {
    return await unlessAborted(ask(), signal);
  } catch (error) {
    if (error instanceof ScimClientError) throw error;
    if (isLate) throw fail("timeout", `was not answered within ${timeout} ms.`, error);
    if (signal.aborted) throw fail("aborted", "was aborted.", error);
    const { code, words } = kindOfFault(error);
    throw fail(code, `${FAULTS[code] ?? "was cut off"}: ${words}`, error);
  } finally {
    clearTimeout(timer);
    callers.removeEventListener("abort", end);
  }
}

const FAULTS: { readonly [code: string]: string } = {
  unreachable: "did not reach the server",
  tls: "was not sent, as the server's certificate is not trusted",
};

/** The body as text, `undefined` where it is larger than that. */
async function readText(response: Response, most: number): Promise<string | undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = decoderOf(response.headers.get("content-type") ?? "");
  let text = "";
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > most) {
      // It settles whenever the server lets go.
      void reader.cancel().catch(() => undefined);
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** By the charset that the answer names, UTF-8 where it names none that there is. It drops a byte order mark. */
function decoderOf(contentType: string): TextDecoder {
  try {
    return new TextDecoder(/charset="?([^\s";]+)/i.exec(contentType)?.[1]);
  } catch {
    return new TextDecoder();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
