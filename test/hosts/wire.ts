import { once } from "node:events";
import { Agent, createServer, type IncomingHttpHeaders, type RequestListener, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "vitest";
import {
  type Context,
  createScim,
  EnterpriseUserSchema,
  Group,
  type Scim,
  type ScimOptions,
  User,
} from "../../src/index.ts";
import { bearerToken } from "../../src/protocol/bearer.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { ERROR } from "../support/directory.ts";

export const TOKEN = "a-token-of-the-tests-0123";
export const AUTHORIZED = { Authorization: `Bearer ${TOKEN}` };
export const JSON_BODY = { ...AUTHORIZED, "Content-Type": "application/scim+json" };

/** A service whose bodies may have 1,000 bytes. */
export function smallScim(given: Partial<ScimOptions<Context>> = {}): Scim {
  return createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage: memoryStorage(),
    baseUrl: "https://example.com/scim/v2",
    authenticate: bearerToken(TOKEN),
    limits: { body: 1000 },
    ...given,
  });
}

/** Listens on a free port until the test file ends. */
export async function listening(
  listener: RequestListener,
): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, server };
}

export async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

export interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
  /** Without Content-Length. */
  readonly chunked?: boolean;
  /** The client would like to keep the connection; without, Node's client says of itself that it ends. */
  readonly keepAlive?: boolean;
}

export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly json: any;
}

/** Sends one request on a connection of its own. */
export function send(
  port: number,
  { method = "GET", path, headers = {}, body, chunked = false, keepAlive = false }: Sent,
): Promise<Received> {
  const agent = keepAlive ? new Agent({ keepAlive }) : false;
  return new Promise((resolve, reject) => {
    const length = body === undefined || chunked ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
    const outgoing = request({
      port,
      host: "127.0.0.1",
      method,
      path,
      agent,
      headers: { ...headers, ...length } as never,
    });
    outgoing.on("error", reject);
    outgoing.on("response", async (response) => {
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        if (agent !== false) agent.destroy();
        const text = Buffer.concat(chunks).toString("utf8");
        const isJson = response.headers["content-type"]?.includes("json") === true && text !== "";
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: isJson ? JSON.parse(text) : undefined,
        });
      } catch (error) {
        reject(error);
      }
    });
    if (body === undefined) outgoing.end();
    else if (chunked) {
      const bytes = Buffer.from(body);
      for (let offset = 0; offset < bytes.length; offset += 400) outgoing.write(bytes.subarray(offset, offset + 400));
      outgoing.end();
    } else outgoing.end(body);
  });
}

/** What every refusal must look like. */
export function expectScimError(received: Received, status: number, detail?: RegExp): void {
  expect(received.status).toBe(status);
  expect(received.headers["content-type"]).toBe("application/scim+json");
  expect(received.json).toMatchObject({ schemas: [ERROR], status: String(status), detail: expect.any(String) });
  if (detail !== undefined) expect(received.json.detail).toMatch(detail);
}
