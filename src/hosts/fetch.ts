import { bodyTooLarge } from "../error.ts";
import { discard, type ScimResponse } from "../protocol/message.ts";
import type { Scim } from "../scim.ts";
import { bodyIncomplete, bodyTaken, joinChunks, refuseEncoding } from "./body.ts";

/**
 * Mounts scimkit wherever requests and responses are the web's own: Hono, Workers, Deno, Bun, Next.js. Give it the
 * request with its body unread: that is read here once the client is authenticated, with `limits.body` as its bound, so
 * that a larger one is refused (413) before it is in memory. Never rejects.
 *
 * @example
 * ```ts
 * import { createScim, Group, User } from "scimkit";
 * import { fetchHandler } from "scimkit/fetch";
 * import { memoryStorage } from "scimkit/memory";
 * const scim = createScim({
 *   resourceTypes: [User, Group], storage: memoryStorage(), baseUrl: "https://example.com/scim/v2", authenticate: () => ({}),
 * });
 * export default { fetch: fetchHandler(scim) };
 * ```
 */
export function fetchHandler(scim: Scim): (request: Request) => Promise<Response> {
  return async (request) => {
    const { method, url, signal } = request;
    let answer: ScimResponse | undefined;
    const body = () => readBody(request, scim.limits.body);
    const asked = { method, url, headers: Object.fromEntries(request.headers), body, signal };
    try {
      answer = await scim.handle(asked);
      return toResponse(answer);
    } catch (error) {
      // The runtime refuses the response: a header with a line break, made of an id that a storage adapter gave [T-H2].
      if (answer !== undefined) discard(answer);
      return toResponse(scim.error(error, asked));
    }
  };
}

function toResponse({ status, headers, body }: ScimResponse): Response {
  // The runtime reads a stream as the client does, and cancels it when the client leaves.
  return new Response((body as BodyInit | undefined) ?? null, { status, headers });
}

/** The body as bytes, nothing where there is none. @throws {ScimError} why it is not taken */
async function readBody(request: Request, limit: number): Promise<Uint8Array | undefined> {
  const { headers, body } = request;
  if (request.bodyUsed || body?.locked === true) throw bodyTaken();
  if (body === null) return undefined;
  refuseEncoding(headers.get("content-encoding"));
  if (Number(headers.get("content-length") ?? 0) > limit) throw bodyTooLarge(limit);
  // A reader, because not every runtime can iterate over a stream.
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw bodyIncomplete();
    });
    if (done) return joinChunks(chunks);
    size += value.length;
    if (size > limit) {
      reader.cancel().catch(() => undefined);
      throw bodyTooLarge(limit);
    }
    if (value.length > 0) chunks.push(value);
  }
}
