// A host written out: what stands between a server and `scim.handle`, here Node's. For node:http there is `nodeHandler` already; this
// is what another server or framework needs. `hostConformance` of scimkit/testing says whether all of it is there.
import type { IncomingMessage, ServerResponse } from "node:http";
import { discard, headersFromList, readBody, type Scim, type ScimRequest, type ScimResponse } from "scimkit/host";

export function ownHost(scim: Scim): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    // The signal reaches storage, so that nobody works for a client that has left.
    const gone = new AbortController();
    response.on("close", () => response.writableFinished || gone.abort());
    response.on("error", () => gone.abort());
    const headers = headersFromList(request.rawHeaders);
    const asked: ScimRequest = {
      method: request.method ?? "GET",
      // As it was sent: neither decoded nor resolved.
      url: request.url ?? "/",
      headers,
      // A function, because nobody's body is read before it is known who sends it.
      body: () => readBody(request.iterator({ destroyOnReturn: false }), headers, scim.limits.body),
      signal: gone.signal,
    };
    const answer = await scim.handle(asked);
    // What could not be read to its end stands in front of the next request.
    const isRead = request.complete || hasNoBody(request);
    if (!isRead) request.on("error", () => undefined).resume();
    await send(response, answer, isRead ? {} : { Connection: "close" });
  };
}

function hasNoBody({ headers }: IncomingMessage): boolean {
  return Number(headers["content-length"] ?? 0) === 0 && headers["transfer-encoding"] === undefined;
}

async function send(response: ServerResponse, answer: ScimResponse, more: Readonly<Record<string, string>>) {
  if (response.destroyed) return discard(answer);
  response.writeHead(answer.status, { ...answer.headers, ...more });
  const { body } = answer;
  if (typeof body !== "object") return void response.end(body);
  const reader = body.getReader();
  // It holds what others need: it is freed when the client leaves.
  response.on("close", () => reader.cancel().catch(() => undefined));
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      // As fast as the client reads, and no faster.
      if (!response.write(part.value)) await drained(response);
    }
    response.end();
  } catch {
    // Broken off, so that nobody takes a part for the whole.
    response.destroy();
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off("drain", settle).off("close", settle);
      resolve();
    };
    response.on("drain", settle).on("close", settle);
  });
}
