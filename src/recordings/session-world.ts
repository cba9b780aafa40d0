import { decoded } from "./encoded.ts";
import type { Session, SessionExchange } from "./session.ts";

/** A resource that was there before the session began. */
export interface ResourceBefore {
  readonly endpoint: "/Users" | "/Groups";
  readonly id: string;
  readonly body: object;
}

type Json = Readonly<Record<string, unknown>>;

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
/** What a server gives, and no client. */
const OF_THE_SERVER = ["id", "meta", "groups"];

/** Users and groups that a session speaks of without having made them, as they are first shown; users before groups. */
export function resourcesBefore({ exchanges }: Session): readonly ResourceBefore[] {
  const made = new Set<string>();
  const before = new Map<string, ResourceBefore>();
  for (const exchange of exchanges) {
    for (const found of [...shown(exchange), ...named(exchange)])
      if (!made.has(found.id) && isFuller(before.get(found.id), found)) before.set(found.id, found);
    const id = idOf(exchange.response.body);
    if (exchange.response.status === 201 && id !== undefined && !before.has(id)) made.add(id);
  }
  const all = [...before.values()];
  return [
    ...all.filter(({ endpoint }) => endpoint === "/Users"),
    ...all.filter(({ endpoint }) => endpoint === "/Groups"),
  ];
}

/** The first that shows what it is replaces one of which no more than the id was known. */
const isFuller = (known: ResourceBefore | undefined, found: ResourceBefore): boolean =>
  known === undefined || ("isAssumed" in known && !("isAssumed" in found));

function shown({ request, response }: SessionExchange): ResourceBefore[] {
  const endpoint = endpointOf(request.path);
  if (endpoint === undefined || response.status === 201 || response.status >= 300) return [];
  const body = response.body as Json | undefined;
  const resources = Array.isArray(body?.Resources) ? (body.Resources as readonly Json[]) : [body ?? {}];
  return resources.flatMap((resource) => {
    const id = idOf(resource);
    return id === undefined ? [] : [{ endpoint, id, body: asCreated(resource, endpoint) }];
  });
}

/** Ids that are in a path or among members, and of which nothing is shown. */
function named({ request, response }: SessionExchange): ResourceBefore[] {
  if (response.status >= 400) return [];
  const endpoint = endpointOf(request.path);
  const id = decoded(/^\/(?:Users|Groups)\/([^/?]+)$/.exec(request.path.split("?")[0] ?? "")?.[1] ?? "");
  const inPath = endpoint === undefined || !id ? [] : [assumed(endpoint, id)];
  const members = endpoint === "/Groups" ? membersOf(request.body) : [];
  return [...inPath, ...members.map((value) => assumed("/Users", value))];
}

function membersOf(body: unknown, isMembers = false): readonly string[] {
  if (Array.isArray(body)) return body.flatMap((one) => membersOf(one, isMembers));
  if (typeof body !== "object" || body === null) return [];
  const { op, path, value, ...others } = body as Json;
  if (isMembers && typeof value === "string") return [value];
  const isOfMembers = op !== undefined && /^members/i.test(String(path ?? ""));
  const inside = Object.entries(others).flatMap(([name, member]) => membersOf(member, /^members$/i.test(name)));
  return [...membersOf(value, isOfMembers), ...inside];
}

function assumed(endpoint: ResourceBefore["endpoint"], id: string): ResourceBefore & { readonly isAssumed: true } {
  const body = endpoint === "/Users" ? { schemas: [USER], userName: id } : { schemas: [GROUP], displayName: id };
  return { endpoint, id, body, isAssumed: true };
}

/** Without what refers to others: managers may be anybody, and members are who is named in requests. */
function asCreated(resource: Json, endpoint: ResourceBefore["endpoint"]): object {
  const kept = Object.entries(resource)
    .filter(([name]) => !OF_THE_SERVER.includes(name))
    .map(([name, value]) => [name, name.startsWith("urn:") ? withoutManager(value) : value]);
  const body = Object.fromEntries(kept);
  // Of a part of a resource that `attributes` asked for, what is required may be missing.
  const required =
    endpoint === "/Users"
      ? { schemas: [USER], userName: idOf(resource) }
      : { schemas: [GROUP], displayName: idOf(resource) };
  const members = Array.isArray(body.members)
    ? { members: (body.members as readonly Json[]).map(({ value }) => ({ value })) }
    : {};
  return { ...required, ...body, ...members };
}

function withoutManager(extension: unknown): unknown {
  if (typeof extension !== "object" || extension === null) return extension;
  return Object.fromEntries(Object.entries(extension).filter(([name]) => name !== "manager"));
}

function endpointOf(path: string): ResourceBefore["endpoint"] | undefined {
  const found = /^\/(Users|Groups)(?:[/?]|$)/.exec(path)?.[1];
  return found === undefined ? undefined : (`/${found}` as ResourceBefore["endpoint"]);
}

function idOf(body: unknown): string | undefined {
  const id = (body as { readonly id?: unknown } | undefined | null)?.id;
  return typeof id === "string" ? id : undefined;
}
