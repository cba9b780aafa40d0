import type * as core from "scimkit";
import type * as memory from "scimkit/memory";
import type * as sql from "scimkit/sql";
import type { Change } from "./changes.ts";

/** The package as it was loaded: the source under the tests, a build or an older release in the bench. */
export interface Package {
  readonly core: typeof core;
  readonly memory: typeof memory;
  readonly sql: typeof sql;
}

/** With what a release opens a storage. */
export interface Opening {
  readonly resourceTypes: readonly core.ResourceTypeDefinition[];
  readonly comparisonKey: core.ComparisonKey | undefined;
  /** Paths of what is unique before or after: the tables of an application have a column for it all the time, as they must. */
  readonly unique: readonly string[];
  /** Paths of what is writeOnly. */
  readonly secret: readonly string[];
}

/** Storage that outlives releases: each opens it anew, with the resource types that it has. */
export interface Store {
  open(pack: Package, opening: Opening): Promise<core.StorageAdapter>;
  close(): Promise<void>;
}

export const SCHEMA = "urn:example:params:scim:schemas:Item";
export const EXTENSION = "urn:example:params:scim:schemas:extension:Item";

/** The resource type of one of the two releases. */
export function itemOf(
  { core: { defineResourceType, defineSchema } }: Package,
  change: Change,
  release: "before" | "after",
  urn = EXTENSION,
) {
  const attributes = release === "before" ? change.before : change.after;
  const own = change.inExtension === true ? {} : attributes;
  const item = defineResourceType({
    name: "Item",
    schema: defineSchema({
      id: SCHEMA,
      name: "Item",
      attributes: { name: { required: true, uniqueness: "server" }, note: {}, ...own },
    }),
  });
  const isGone = change.extension === (release === "before" ? "added" : "removed");
  return change.inExtension !== true || isGone
    ? item
    : item.extend(defineSchema({ id: urn, name: "Extension", attributes }));
}

/** An answer with its body parsed. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: what a client sees
  readonly body: any;
  readonly text: string;
}

/** One release of a host. */
export interface Release {
  readonly change: Change;
  readonly storage: core.StorageAdapter;
  readonly type: core.ResourceTypeDefinition;
  readonly comparisonKey: core.ComparisonKey | undefined;
  /** Everything that it answered and told. */
  readonly shown: string[];
  send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

export async function startRelease(
  pack: Package,
  store: Store,
  change: Change,
  release: "before" | "after",
  /** Of the extension. */
  urn = EXTENSION,
): Promise<Release> {
  const item = itemOf(pack, change, release, urn);
  const key = release === "after" ? change.comparisonKey : undefined;
  const comparisonKey: core.ComparisonKey | undefined =
    key && ((attribute, value) => (attribute.name === "x" ? key(value) : pack.core.comparisonKey(attribute, value)));
  const storage = await store.open(pack, {
    resourceTypes: [item],
    comparisonKey,
    unique: uniqueIn(change, release),
    secret: Object.keys(change[release]).filter((name) => change[release][name]?.mutability === "writeOnly"),
  });
  const shown: string[] = [];
  const show = (event: core.ChangeEvent | core.ScimNotice) =>
    shown.push(JSON.stringify({ ...event, error: event.type === "fault" ? String(event.error) : undefined }));
  const scim = pack.core.createScim({
    resourceTypes: [item],
    storage,
    baseUrl: "https://example.com",
    unsafeNoAuthentication: true,
    ...(comparisonKey === undefined ? {} : { comparisonKey }),
    onChange: show,
    onNotice: show,
  });
  return {
    change,
    storage,
    type: item,
    comparisonKey,
    shown,
    async send(method, path, body, headers = {}) {
      const answer = await scim.handle({
        method,
        url: path,
        headers: { "content-type": "application/scim+json", ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await new Response(answer.body).text();
      shown.push(text);
      return { status: answer.status, headers: answer.headers, body: text === "" ? undefined : JSON.parse(text), text };
    },
  };
}

/** What is unique in one of the releases, as far as this one has it. */
function uniqueIn(change: Change, release: "before" | "after"): readonly string[] {
  const isUnique = (name: string) =>
    [change.before, change.after].some((attributes) => (attributes[name]?.uniqueness ?? "none") !== "none");
  const prefix = change.inExtension === true ? `${EXTENSION}:` : "";
  return Object.keys(change[release]).flatMap((name) => (isUnique(name) ? [prefix + name] : []));
}

/** A body with a value of the attribute that changes. */
export function bodyOf(change: Change, name: string, x: unknown): Record<string, unknown> {
  const isThere = x !== undefined;
  const inside = change.inExtension === true ? { [EXTENSION]: { x } } : { x };
  return {
    schemas: [SCHEMA, ...(isThere && change.inExtension === true ? [EXTENSION] : [])],
    name,
    note: "before",
    ...(isThere ? inside : {}),
  };
}

/** The attribute that changes, as a resource shows it. */
export function xOf({ inExtension }: Change, body: Record<string, unknown>): unknown {
  return inExtension === true ? (body[EXTENSION] as Record<string, unknown> | undefined)?.x : body.x;
}

/** Its path in a filter. */
export function pathOf({ inExtension }: Change): string {
  return inExtension === true ? `${EXTENSION}:x` : "x";
}
