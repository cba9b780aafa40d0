import { Group, User } from "scimkit";
import { createClient, type ServerProfile } from "scimkit/client";
import { fetchHandler } from "scimkit/fetch";
import { directory } from "../../support/directory.ts";
import { testClock } from "../time.ts";

/** A request as a server reads it. */
export interface Read {
  readonly method: string;
  /** Below the base URL, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly bytes: number;
  readonly operations: readonly { readonly op: string; readonly path?: string; readonly value?: unknown }[];
  // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
  readonly body: any;
  /** Seconds since the client was made. */
  readonly time: number;
}

/** What a server refuses, by the pages that its profile names: a status, and why. */
export type Refuses = (read: Read) => readonly [status: number, why: string] | undefined;

/** In what a server's own form differs from the RFC's, made one of the RFC. */
export type Translates = (operation: Read["operations"][number]) => Read["operations"][number];

/** How many members a PATCH adds and removes. */
export function memberChanges({ operations }: Read): number {
  return operations
    .filter(({ path, value }) => path?.startsWith("members") || (path === undefined && "members" in Object(value)))
    .reduce((sum, { value }) => sum + membersOf(value).length, 0);
}

/** The members that a value lists, in whatever form; one where it lists none, as in a removal by path. */
export function membersOf(value: unknown): readonly unknown[] {
  const list = Array.isArray(value) ? value : Object(value).members;
  return Array.isArray(list) ? list : [value];
}

/** scimkit, behind what refuses that which the server refuses. `profile`: what the client knows of it. */
export function imitation(refuses: Refuses, profile: ServerProfile | undefined, translates?: Translates) {
  const handle = fetchHandler(directory().scim);
  const clock = testClock();
  const begin = clock.now();
  const refusals: string[] = [];
  const sent: Read[] = [];
  const client = createClient({
    baseUrl: "https://example.com/scim/v2",
    token: "good",
    resourceTypes: [User, Group],
    server: profile,
    clock,
    retry: { attempts: 1 },
    async fetch(request) {
      const url = new URL(request.url);
      const text = await request.clone().text();
      const body = text === "" ? undefined : JSON.parse(text);
      const read: Read = {
        method: request.method,
        path: url.pathname.replace("/scim/v2", ""),
        query: url.searchParams,
        headers: request.headers,
        bytes: new TextEncoder().encode(text).length,
        operations: request.method === "PATCH" ? (body?.Operations ?? []) : [],
        body,
        time: (clock.now() - begin) / 1000,
      };
      sent.push(read);
      const refused = refuses(read);
      if (refused !== undefined) {
        refusals.push(refused[1]);
        const error = {
          schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
          status: `${refused[0]}`,
          detail: refused[1],
        };
        return Response.json(refused[0] === 200 ? { totalResults: 0, Resources: [] } : error, { status: refused[0] });
      }
      if (translates === undefined || read.operations.length === 0) return handle(request);
      const Operations = read.operations.map(translates);
      return handle(new Request(request, { body: JSON.stringify({ ...body, Operations }) }));
    },
  });
  return { client, users: client.resource(User), groups: client.resource(Group), refusals, sent, seed: seeder(handle) };
}

/** Makes users, and a group of them, as they were there before. */
function seeder(handle: ReturnType<typeof fetchHandler>) {
  const post = async (path: string, body: object): Promise<string> => {
    const headers = { authorization: "Bearer good", "content-type": "application/scim+json" };
    const url = `https://example.com/scim/v2${path}`;
    const answer = await handle(new Request(url, { method: "POST", headers, body: JSON.stringify(body) }));
    return ((await answer.json()) as { readonly id: string }).id;
  };
  return async (count: number, members = count) => {
    const ids: string[] = [];
    for (let index = 0; index < count; index++)
      ids.push(await post("/Users", { schemas: [User.schema.id], userName: `user${index}` }));
    const value = ids.slice(0, members).map((id) => ({ value: id }));
    const group = await post("/Groups", { schemas: [Group.schema.id], displayName: "Team", members: value });
    return { ids, group };
  };
}
