import { ENTERPRISE, GROUP, USER } from "../client/urns.ts";
import { decoded } from "./encoded.ts";
import type { Session, SessionExchange } from "./session.ts";

type Json = Readonly<Record<string, unknown>>;

/** A resource that was there before the session began. */
export interface ResourceBefore {
  readonly endpoint: "/Users" | "/Groups";
  readonly id: string;
  readonly body: Json;
}

/** How much of a resource is shown: its id alone, what `attributes` asked for, or all of it. */
type Known = ResourceBefore & { readonly shows: "id" | "part" | "all" };

/** What a server gives, and no client. */
const OF_THE_SERVER = ["id", "meta", "groups"];

/** Users and groups that a session speaks of without having made them, as they are first shown; users before groups. */
export function resourcesBefore({ exchanges }: Session): readonly ResourceBefore[] {
  const made = new Set<string>();
  const before = new Map<string, Known>();
  for (const exchange of exchanges) {
    for (const found of [...shown(exchange), ...named(exchange)])
      if (!made.has(found.id)) before.set(found.id, fuller(before.get(found.id), found));
    const id = idOf(exchange.response.body);
    if (exchange.response.status === 201 && id !== undefined && !before.has(id)) made.add(id);
  }
  const all = [...before.values()];
  const users = all.filter(({ endpoint }) => endpoint === "/Users");
  return [...managersFirst(users), ...all.filter(({ endpoint }) => endpoint === "/Groups")];
}

/** What is shown first is how it was; what was only shown in part is filled up by the first that shows all. */
function fuller(known: Known | undefined, found: Known): Known {
  if (known === undefined || (known.shows === "id" && found.shows !== "id")) return found;
  const isFilledUp = known.shows === "part" && found.shows === "all";
  return isFilledUp ? { ...found, body: { ...found.body, ...known.body } } : known;
}

/** Who manages stands before whom they manage; a manager of whom nothing else is known is left away. */
function managersFirst(users: readonly Known[]): readonly ResourceBefore[] {
  const ordered = new Map<string, ResourceBefore>();
  const open = new Set<string>();
  const visit = (user: Known): void => {
    if (ordered.has(user.id) || open.has(user.id)) return;
    open.add(user.id);
    const manager = users.find(({ id }) => id === managerOf(user.body));
    if (manager !== undefined) visit(manager);
    const isKnown = manager !== undefined && ordered.has(manager.id);
    ordered.set(user.id, isKnown ? user : { ...user, body: withoutManager(user.body) });
  };
  for (const user of users) visit(user);
  return [...ordered.values()];
}

const managerOf = (body: Json): unknown => ((body[ENTERPRISE] as Json | undefined)?.manager as Json | undefined)?.value;

function withoutManager(body: Json): Json {
  const { manager: _, ...work } = (body[ENTERPRISE] as Json | undefined) ?? {};
  return ENTERPRISE in body ? { ...body, [ENTERPRISE]: work } : body;
}

function shown({ request, response }: SessionExchange): Known[] {
  const endpoint = endpointOf(request.path);
  if (endpoint === undefined || response.status === 201 || response.status >= 300) return [];
  const body = response.body as Json | undefined;
  const shows = /[?&](?:excludedA|a)ttributes=/i.test(request.path) ? "part" : "all";
  const resources = Array.isArray(body?.Resources) ? (body.Resources as readonly Json[]) : [body ?? {}];
  return resources.flatMap((resource) => {
    const id = idOf(resource);
    return id === undefined ? [] : [{ endpoint, id, body: asCreated(resource, endpoint), shows }];
  });
}

/** Ids that are in a path or among members, and of which nothing is shown. */
function named({ request, response }: SessionExchange): Known[] {
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

function assumed(endpoint: ResourceBefore["endpoint"], id: string): Known {
  return { endpoint, id, body: required(endpoint, id), shows: "id" };
}

const required = (endpoint: ResourceBefore["endpoint"], id: string): Json =>
  endpoint === "/Users" ? { schemas: [USER], userName: id } : { schemas: [GROUP], displayName: id };

/** As a client would have created it: members by their ids alone. */
function asCreated(resource: Json, endpoint: ResourceBefore["endpoint"]): Json {
  const body = Object.fromEntries(Object.entries(resource).filter(([name]) => !OF_THE_SERVER.includes(name)));
  const members = Array.isArray(body.members)
    ? { members: (body.members as readonly Json[]).map(({ value }) => ({ value })) }
    : {};
  // Of a part of a resource, what is required may be missing.
  return { ...required(endpoint, String(resource.id)), ...body, ...members };
}

function endpointOf(path: string): ResourceBefore["endpoint"] | undefined {
  const found = /^\/(Users|Groups)(?:[/?]|$)/.exec(path)?.[1];
  return found === undefined ? undefined : (`/${found}` as ResourceBefore["endpoint"]);
}

function idOf(body: unknown): string | undefined {
  const id = (body as { readonly id?: unknown } | undefined | null)?.id;
  return typeof id === "string" ? id : undefined;
}
