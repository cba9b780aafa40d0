import {
  createScim,
  defineProfile,
  EnterpriseUserSchema,
  errors,
  Group,
  type ProfileName,
  type ProfileSettings,
  profiles,
  type RefusedEvent,
  type Scim,
  type ScimEvent,
  type ScimOptions,
  type ScimResponse,
  User,
} from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import type { Fixtures } from "./samples.ts";

export const BASE_URL = "https://example.com/scim/v2";
export const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
export const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";
export const LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/** A response with its body read and parsed. */
export interface Answer extends ScimResponse {
  readonly body: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly json: any;
}

/** A SCIM service for a test, its events, and a short way to ask it. */
export interface Directory {
  readonly scim: Scim;
  /** What `onChange` and `onNotice` were told, but for refusals: most tests refuse on purpose, and look at the answer. */
  readonly events: ScimEvent[];
  readonly refusals: RefusedEvent[];
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

/** The names of the profiles that refuse nothing that the RFC allows. */
export const UNRESTRICTED = (Object.keys(profiles) as ProfileName[]).filter((name) =>
  profiles[name].quirks.every(({ refuses }) => refuses === undefined),
);

/** Options that depart from those of the service for tests; `settings` are those of its profile. */
export type Given = Partial<ScimOptions> & { readonly settings?: ProfileSettings };

/** Makes a service with users, groups and the enterprise extension over memory; `given` departs from that. */
export function directory({ settings, ...given }: Given = {}): Directory {
  const events: ScimEvent[] = [];
  const refusals: RefusedEvent[] = [];
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage: memoryStorage(),
    baseUrl: BASE_URL,
    authenticate: (request) => {
      if (request.headers.authorization !== "Bearer good") throw errors.unauthorized();
      return {};
    },
    onChange: (event) => events.push(event),
    onNotice: (event) => (event.type === "refused" ? refusals.push(event) : events.push(event)),
    ...given,
    ...(settings === undefined ? {} : { profile: defineProfile({ extends: given.profile ?? "lenient", settings }) }),
  });
  const ask: Directory["ask"] = async (method, path, body, headers = {}) => {
    const response = await scim.handle({
      method,
      url: `/scim/v2${path}`,
      headers: { authorization: "Bearer good", ...headers },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body) }),
    });
    const text = await bodyText(response);
    return { ...response, body: text, json: text === undefined ? undefined : JSON.parse(text) };
  };
  return { scim, events, refusals, ask };
}

/** The body of a response as text, whether it is streamed or not. */
export async function bodyText({ body }: ScimResponse): Promise<string | undefined> {
  if (typeof body !== "object") return body;
  let text = "";
  for await (const chunk of body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>))
    text += chunk;
  return text;
}

/** A service that holds the fixtures under their own ids. */
export async function directoryWith(state: Fixtures, given: Given = {}): Promise<Directory> {
  const ids: string[] = [];
  const loaded = directory({ ...given, newId: () => ids.shift() ?? crypto.randomUUID() });
  for (const [endpoint, resources] of [
    ["/Users", state.users],
    ["/Groups", state.groups],
  ] as const) {
    for (const resource of resources) {
      ids.push(resource.id);
      const created = await loaded.ask("POST", endpoint, resource);
      if (created.status !== 201) throw new Error(`the fixture ${resource.id} was refused: ${created.body}`);
    }
  }
  loaded.events.length = 0;
  loaded.refusals.length = 0;
  return loaded;
}

/** Percent-encodes a filter into a query. */
export function filtered(path: string, filter: string, more = ""): string {
  return `${path}?filter=${encodeURIComponent(filter)}${more}`;
}
