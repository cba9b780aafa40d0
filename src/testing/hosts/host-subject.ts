import { unauthorized } from "../../error.ts";
import type { ScimRequest, ScimResponse } from "../../protocol/message.ts";
import { Group } from "../../schema/core/group.ts";
import { User } from "../../schema/core/user.ts";
import { createScim, type Scim } from "../../scim.ts";
import { memoryStorage } from "../../storage/memory/index.ts";
import { Connection, requestText, type Soon, soonWithin, type WireAnswer } from "./connection.ts";

/** The path that the service is below, for clients and, unless the host takes it off, for scimkit. */
export const MOUNT = "/scim/v2";

/** The most bytes of a body that the service of the kit takes. */
export const BODY_LIMIT = 1000;

const AUTHORIZATION = "Bearer a-token-of-the-kit-0123";

/** What a case has to say of itself. */
export const CREDENTIALS = ["Authorization", AUTHORIZATION] as const;

/** The headers of a request with a body. */
export const WRITES = [CREDENTIALS, ["Content-Type", "application/scim+json"]] as const;

/** A server that a host was mounted in. */
export interface StartedHost {
  /** Where it listens, without a path: `http://127.0.0.1:49152`. */
  readonly url: string;
  /** Stops it; called when the case is over. */
  readonly close?: () => void | Promise<void>;
}

/** A request as the host gave it to `scim.handle`, and what became of it. */
export interface Given {
  readonly request: ScimRequest;
  readonly answer: Promise<ScimResponse>;
}

/** A started host, what it gives to the service, and connections to it. */
export interface HostSubject {
  /** Every request that the host has given to the service, in this order. */
  readonly given: readonly Given[];
  /** Settles when the host has given the service so many requests. */
  arrived(count: number): Promise<Given>;
  /** Answers the requests to a path below the service (`/Script`) in place of the service. */
  script(path: string, answer: (request: ScimRequest) => ScimResponse | Promise<ScimResponse>): void;
  /** Waits for what must come to pass, as long as the kit is patient. */
  readonly soon: Soon;
  connect(): Promise<Connection>;
  /** Sends one request on a connection of its own and reads its answer. */
  ask(rule: string, method: string, path: string, headers?: Headers, body?: string): Promise<WireAnswer>;
  close(): Promise<void>;
}

type Headers = readonly (readonly [name: string, value: string])[];

/** The service of the kit, with the host around it. `path`: below which path requests arrive at scimkit. */
export async function hostSubject(
  start: (scim: Scim) => StartedHost | Promise<StartedHost>,
  { path, patience }: { readonly path: string | undefined; readonly patience: number },
): Promise<HostSubject> {
  const soon = soonWithin(patience);
  const given: Given[] = [];
  const scripts = new Map<string, (request: ScimRequest) => ScimResponse | Promise<ScimResponse>>();
  const waiting: { readonly count: number; readonly resolve: (given: Given) => void }[] = [];
  const scim = createScim({
    resourceTypes: [User, Group],
    storage: memoryStorage(),
    baseUrl: `https://host.example${MOUNT}`,
    ...(path === undefined ? {} : { path }),
    limits: { body: BODY_LIMIT },
    authenticate: ({ headers }) => {
      if (headers.authorization === AUTHORIZATION) return {};
      throw unauthorized();
    },
  });
  const handle: Scim["handle"] = (request) => {
    const script = scripts.get(pathOf(request.url));
    const answer = script === undefined ? scim.handle(request) : Promise.resolve(script(request));
    const one = { request, answer };
    given.push(one);
    for (const { count, resolve } of waiting) if (given.length >= count) resolve(one);
    return answer;
  };
  const { url, close } = await start({ ...scim, handle });
  const opened: Connection[] = [];
  const connect = async (): Promise<Connection> => {
    const connection = await Connection.open(url, soon);
    opened.push(connection);
    return connection;
  };
  return {
    given,
    arrived: (count) =>
      given.length >= count
        ? Promise.resolve(given[count - 1] as Given)
        : new Promise((resolve) => waiting.push({ count, resolve })),
    script: (at, answer) => void scripts.set(at, answer),
    soon,
    connect,
    async ask(rule, method, at, headers = [CREDENTIALS], body) {
      const connection = await connect();
      connection.send(requestText(method, MOUNT + at, headers, body));
      const answer = await connection.answer(rule, method === "HEAD");
      connection.leave();
      return answer;
    },
    async close() {
      for (const connection of opened) connection.leave();
      await close?.();
    },
  };
}

/** The last segment of a URL's path, with a slash in front. */
function pathOf(url: string): string {
  return `/${(url.split(/[?#]/, 1)[0] ?? "").split("/").at(-1)}`;
}
