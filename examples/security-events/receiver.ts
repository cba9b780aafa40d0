// The other side: it checks the signature, and takes each token once. A receiver of your customers' does the same.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";

export interface Receiver {
  readonly endpoint: string;
  /** What was taken, in its order, each once. */
  readonly taken: readonly JWTPayload[];
  close(): void;
}

/** Listens on a free port. `failures`: so many times it is unavailable at first. */
export async function listen(
  keys: JSONWebKeySet,
  {
    issuer,
    audience,
    failures = 0,
  }: { readonly issuer: string; readonly audience: string; readonly failures?: number },
): Promise<Receiver> {
  const taken = new Map<string, JWTPayload>();
  const keySet = createLocalJWKSet(keys);
  let failed = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = await text(request);
    if (failed++ < failures) {
      response.writeHead(503).end();
      return;
    }
    try {
      const { payload } = await jwtVerify(token, keySet, { issuer, audience, typ: "secevent+jwt" });
      if (payload.jti !== undefined && !taken.has(payload.jti)) taken.set(payload.jti, payload);
      response.writeHead(202).end();
    } catch (error) {
      // RFC 8935 §2.3.
      const description = error instanceof Error ? error.message : "not a token";
      response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify({ err: "authentication_failed", description }));
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    endpoint: `http://127.0.0.1:${port}/events`,
    get taken() {
      return [...taken.values()];
    },
    close: () => void server.close(),
  };
}
