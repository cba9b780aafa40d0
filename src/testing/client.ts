import type { HostArgument, ScimRequest, ScimResponse } from "../protocol/message.ts";
import { isObject, type ResourceObject } from "../schema/value.ts";
import type { Scim } from "../scim.ts";

/** Options of `testClient`. */
export interface TestClientOptions<H = unknown> {
  /** Headers of every request, e.g. `Authorization`. Those of a request come on top, whatever the letter case. Default none. */
  readonly headers?: ScimRequest["headers"] | undefined;
  /** What the host gives beside each request; see `Scim.handle`. Needed where `authenticate` asks for it. */
  readonly host?: H | undefined;
  /**
   * Below which path the endpoints are, e.g. `/acme/scim`. Default: the path of the service; needed where that is a function of the
   * request.
   */
  readonly path?: string | undefined;
}

/** What a test client was answered. */
export interface TestAnswer {
  readonly status: number;
  /** By names in lower case: `headers.location`, `headers.etag`. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The JSON of the body, streams included; `{}` where there is none (204, 304, HEAD). */
  readonly body: ResourceObject;
  /** The resources of a list; none where the body is no list. */
  readonly resources: readonly ResourceObject[];
}

/**
 * A client for tests of a host: one method for each verb. A path is below that of the service: `/Users?filter=…`; an absolute URL, such as
 * a `Location`, is taken as it is. What the service refuses is an answer like any other: nothing is thrown for it.
 */
export interface TestClient {
  /** GET. */
  get(path: string, headers?: ScimRequest["headers"]): Promise<TestAnswer>;
  /** POST: creates a resource, sends a bulk request or a search. */
  post(path: string, body: unknown, headers?: ScimRequest["headers"]): Promise<TestAnswer>;
  /** PUT. */
  put(path: string, body: unknown, headers?: ScimRequest["headers"]): Promise<TestAnswer>;
  /** PATCH, by a body or by the list of its operations alone. */
  patch(path: string, body: unknown, headers?: ScimRequest["headers"]): Promise<TestAnswer>;
  /** DELETE. */
  delete(path: string, headers?: ScimRequest["headers"]): Promise<TestAnswer>;
  /** POST to `<path>/.search`, e.g. `search("/Users", { filter: 'userName eq "ada"' })`. The message's `schemas` are added. */
  search(path: string, search: object, headers?: ScimRequest["headers"]): Promise<TestAnswer>;
  /** Any verb, with any body: bytes and text go as they are, anything else as JSON. */
  send(method: string, path: string, body?: unknown, headers?: ScimRequest["headers"]): Promise<TestAnswer>;
}

const PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const SEARCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/**
 * Makes a client that asks a service without a server: a request in, an answer out, its body read and parsed. It needs no test
 * runner, and nothing but the service.
 *
 * @throws {TypeError} where the service has no one path and the option `path` is missing; by a request whose answer breaks off.
 * @example
 * ```ts
 * import { bearerToken, createScim, User } from "scimkit";
 * import { memoryStorage } from "scimkit/memory";
 * import { testClient } from "scimkit/testing";
 * const scim = createScim({
 *   resourceTypes: [User], storage: memoryStorage(), baseUrl: "https://example.com/scim/v2",
 *   authenticate: bearerToken("a-long-random-secret"),
 * });
 * const client = testClient(scim, { headers: { Authorization: "Bearer a-long-random-secret" } });
 * const created = await client.post("/Users", { schemas: [User.schema.id], userName: "ada" });
 * const path = `/Users/${created.body.id}`;
 * await client.patch(path, [{ op: "replace", path: "active", value: false }]);
 * console.log(created.status, (await client.get(path)).body.active); // 201 false
 * ```
 */
export function testClient<H = unknown>(
  scim: Pick<Scim<H>, "handle" | "path">,
  ...[options = {}]: unknown extends H
    ? [options?: TestClientOptions<H>]
    : [options: TestClientOptions<H> & { readonly host: H }]
): TestClient {
  const { headers: always = {}, host, path: mount = scim.path } = options as TestClientOptions<H>;
  if (mount === undefined)
    throw new TypeError(
      "testClient: the service has no one path (baseUrl or path is a function); say it in the option path.",
    );

  const send: TestClient["send"] = async (method, path, body, headers = {}) => {
    const url = /^https?:\/\//.test(path) ? path : mount.replace(/\/$/, "") + path;
    const content = body === undefined ? {} : { "content-type": "application/scim+json" };
    const request = {
      method,
      url,
      headers: { ...content, ...lowered(always), ...lowered(headers) },
      ...(body === undefined ? {} : { body: wireOf(body) }),
    };
    return answerOf(await scim.handle(request, ...([host] as HostArgument<H>)));
  };
  return {
    send,
    get: (path, headers) => send("GET", path, undefined, headers),
    post: (path, body, headers) => send("POST", path, body, headers),
    put: (path, body, headers) => send("PUT", path, body, headers),
    patch: (path, body, headers) =>
      send("PATCH", path, Array.isArray(body) ? { schemas: [PATCH_SCHEMA], Operations: body } : body, headers),
    delete: (path, headers) => send("DELETE", path, undefined, headers),
    search: (path, search, headers) =>
      send("POST", `${path.replace(/\/$/, "")}/.search`, { schemas: [SEARCH_SCHEMA], ...search }, headers),
  };
}

function lowered(headers: ScimRequest["headers"]): ScimRequest["headers"] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** A body as it comes over a wire. */
function wireOf(body: unknown): string | Uint8Array {
  return typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
}

async function answerOf({ status, headers, body }: ScimResponse): Promise<TestAnswer> {
  const text = typeof body === "object" ? await new Response(body).text() : (body ?? "");
  const parsed: unknown = text === "" ? {} : JSON.parse(text);
  if (!isObject(parsed)) throw new TypeError("testClient: the body of the answer is no JSON object.");
  const names = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const { Resources } = parsed;
  const resources = Array.isArray(Resources) ? Resources.filter(isObject) : [];
  return { status, headers: Object.fromEntries(names), body: parsed, resources };
}
