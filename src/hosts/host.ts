import { bodyTooLarge } from "../error.ts";
import { bodyIncomplete, checkBodyHeaders, joinChunks } from "./body.ts";

/**
 * What an author of a host needs: the types of requests and answers, the error a body deserves, and the reading of one within
 * bounds. A host turns what its server has into a `ScimRequest`, hands it to `scim.handle`, and sends the `ScimResponse`;
 * `hostConformance` of `scimkit/testing` tells what is wrong with it.
 *
 * @see RFC 7644 §3.1, §3.8
 */

export { discard, type ScimRequest, type ScimResponse } from "../protocol/message.ts";
export { hasDotSegment } from "../protocol/path.ts";
export type { Scim } from "../scim.ts";
export { type BodyHeaders, bodyIncomplete, bodyTaken } from "./body.ts";

/**
 * Reads the body of a request within a bound: `scim.limits.body`. Call it in the function that is `body` of the `ScimRequest`, so that
 * nothing is read before it is known who asks. Gives nothing where there is no byte.
 *
 * What is too large is not read to its end. Iterators of Node's streams destroy the connection when they end early: give it
 * `request.iterator({ destroyOnReturn: false })`, and of a web stream `body.values({ preventCancel: true })`, so that the client
 * gets to read why.
 *
 * @throws {ScimError} 415 for a compressed one, 413 for one that is too large (by its Content-Length, before a byte of it is asked
 * for), 400 for one that breaks off.
 * @example
 * ```ts
 * import { readBody, type Scim, type ScimResponse } from "scimkit/host";
 * declare const incoming: { method: string; url: string; headers: Record<string, string>; bytes: AsyncIterable<Uint8Array> };
 * function serve(scim: Scim, signal: AbortSignal): Promise<ScimResponse> {
 *   const { method, url, headers, bytes } = incoming;
 *   return scim.handle({ method, url, headers, signal, body: () => readBody(bytes, headers, scim.limits.body) });
 * }
 * ```
 */
export async function readBody(
  chunks: AsyncIterable<Uint8Array>,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  limit: number,
): Promise<Uint8Array | undefined> {
  checkBodyHeaders(
    { "content-encoding": textOf(headers, "content-encoding"), "content-length": textOf(headers, "content-length") },
    limit,
  );
  const taken: Uint8Array[] = [];
  let size = 0;
  const iterator = chunks[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await iterator.next().catch(() => {
      throw bodyIncomplete();
    });
    if (done === true) return joinChunks(taken);
    size += value.length;
    if (value.length > 0) taken.push(value);
    if (size > limit) break;
  }
  await iterator.return?.().catch(() => undefined);
  throw bodyTooLarge(limit);
}

function textOf(headers: Parameters<typeof readBody>[1], name: string): string | undefined {
  const key = Object.keys(headers).find((one) => one.toLowerCase() === name);
  const value = key === undefined ? undefined : headers[key];
  return typeof value === "string" ? value : value?.join(", ");
}

/**
 * The headers of a request from a list of names and values, each as often as it came: Node's `rawHeaders`, or what a server of
 * another make has. Of a name that came more than once the value is a list, so that a second Authorization header is seen, which
 * servers like to hide.
 *
 * @example
 * ```ts
 * import { headersFromList } from "scimkit/host";
 * headersFromList(["Host", "x", "Authorization", "Bearer a", "authorization", "Bearer b"]);
 * // { host: "x", authorization: ["Bearer a", "Bearer b"] }
 * ```
 * @see RFC 9110 §5.2
 */
export function headersFromList(list: readonly string[]): Record<string, string | readonly string[]> {
  const headers = new Map<string, string | readonly string[]>();
  for (let index = 0; index + 1 < list.length; index += 2) {
    const name = (list[index] ?? "").toLowerCase();
    const value = list[index + 1] ?? "";
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(headers);
}
