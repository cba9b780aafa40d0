import { EnterpriseUserSchema, Group, User } from "scimkit";
import { type ClientOptions, createClient } from "scimkit/client";
import { LIST } from "../support/directory.ts";
import { type TestClock, testClock } from "./time.ts";

export const Employee = User.extend(EnterpriseUserSchema);

/** A request as a server got it. */
export interface Asked {
  readonly method: string;
  /** Path and query, decoded. */
  readonly path: string;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly body: any;
}

/** What a server answers: a response, a fault to throw, or nothing for as long as the client waits. */
export type Reply = (asked: Asked, request: Request) => Response | Promise<Response>;

/** A client of a server that is nothing but a function, with all that it was asked. */
export function clientOf(reply: Reply, options: Partial<ClientOptions> & { readonly clock?: TestClock } = {}) {
  const asked: Asked[] = [];
  const clock = options.clock ?? testClock();
  const client = createClient({
    baseUrl: "https://example.com/scim/v2",
    token: "good",
    resourceTypes: [Employee, Group],
    ...options,
    clock,
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      const text = await request.clone().text();
      const one = {
        method: request.method,
        path: decodeURIComponent(pathname.replace("/scim/v2", "") + search),
        headers: request.headers,
        body: text === "" ? undefined : JSON.parse(text),
      };
      asked.push(one);
      return reply(one, request);
    },
  });
  return { client, asked, clock, users: client.resource(Employee), groups: client.resource(Group) };
}

/** An answer with a JSON body. */
export function json(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/scim+json", ...headers },
  });
}

/** A SCIM error. */
export function refusal(status: number, detail = "No.", headers: Readonly<Record<string, string>> = {}): Response {
  return json(
    { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: `${status}`, detail },
    status,
    headers,
  );
}

export function listOf(resources: readonly object[], more: object = {}): Response {
  return json({ schemas: [LIST], Resources: resources, ...more });
}

/** What `fetch` of Node rejects with. */
export function networkFault(code: string): TypeError {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(`it is ${code}`), { code }) });
}
