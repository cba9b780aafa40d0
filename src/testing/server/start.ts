import { fetchHandler } from "../../hosts/fetch.ts";
import { nodeHandler } from "../../hosts/node.ts";
import type { Scim } from "../../scim.ts";
import { Failures } from "./failures.ts";
import { listen } from "./listen.ts";
import type { TestRequest, TestServer, TestServerOptions } from "./options.ts";
import { makeService } from "./service.ts";
import { watched } from "./watched.ts";

const PATH = "/scim/v2";

/** Where a server is that has no socket: a name that no network knows. */
const NOWHERE = "http://scim.test";

/**
 * Starts a SCIM server for the tests of a client, under whatever runs them: vitest, Jest, node:test. It is a real one, on a free port
 * of 127.0.0.1, with everything that scimkit serves; and it does what tests need: it begins with a `seed` and goes back to it with
 * `reset`, it says what it was asked and what it has, and it fails on demand. Its `fetch` answers without a socket; with
 * `listen: false` there is nothing else, and it runs on every runtime.
 *
 * @throws {TypeError} for options that `createScim` refuses. {Error} where the seed is refused, or the port is taken.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { after, beforeEach, test } from "node:test";
 * import { startTestServer } from "scimkit/testing";
 * declare function deactivate(baseUrl: string, token: string, userName: string): Promise<void>; // yours
 *
 * const server = await startTestServer({ seed: { users: [{ id: "ada", userName: "ada@example.com", active: true }] } });
 * after(() => server.close());
 * beforeEach(() => server.reset());
 *
 * test("tries again where it is told to wait", async () => {
 *   server.fail({ method: "PATCH", status: 429, retryAfter: 1 });
 *   await deactivate(server.url, server.token, "ada@example.com");
 *   const [ada] = await server.resources("User");
 *   assert.equal(ada?.active, false);
 *   assert.deepEqual(server.requests.map(({ status }) => status), [200, 429, 200]);
 * });
 * ```
 * @see RFC 7644 §3
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const failures = new Failures();
  const requests: TestRequest[] = [];
  const socket = options.listen === false ? undefined : await listen(options.port ?? 0);
  const token = options.token ?? "test-server-token";
  const url = (socket?.origin ?? NOWHERE) + PATH;
  try {
    let service = await makeService(options, { url, token });
    const facade = (cut: (host: unknown) => void): Scim =>
      watched({ current: () => service.scim, failures, requests, cut });
    socket?.answer(nodeHandler(facade((host) => socket.cut(host))));
    return {
      url,
      token,
      requests,
      fetch: withoutSocket(facade),
      get resourceTypes() {
        return service.scim.resourceTypes;
      },
      fail: (failure) => failures.fail(failure),
      resources: (resourceType) => service.resources(resourceType),
      async reset() {
        service = await makeService(options, { url, token });
        failures.clear();
        requests.length = 0;
      },
      close: async () => socket?.close(),
      [Symbol.asyncDispose]: async () => socket?.close(),
    };
  } catch (error) {
    await socket?.close();
    throw error;
  }
}

/** A `fetch` that asks the service: a cut connection is what a cut connection is to the `fetch` of every runtime. */
function withoutSocket(facade: (cut: (host: unknown) => void) => Scim): TestServer["fetch"] {
  const isCut = new WeakSet<object>();
  const handler = fetchHandler(facade((host) => isCut.add(host as object)));
  return async (input, init) => {
    const request = new Request(input, init);
    const { signal } = request;
    signal.throwIfAborted();
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    const response = await Promise.race([handler(request), aborted]);
    if (isCut.has(request)) throw new TypeError("fetch failed", { cause: new Error("The connection was cut.") });
    return response;
  };
}
