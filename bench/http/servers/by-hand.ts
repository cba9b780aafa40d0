// A SCIM server written by hand over node:http and maps, for the requests of this benchmark and the errors that belong to them, and for nothing
// else: what all others are compared with.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { BASE_URL, GROUP, type NewGroup, type NewUser, PATH, USER } from "../data.ts";
import { seed, serve } from "./serve.ts";

interface Meta {
  readonly resourceType: string;
  readonly created: string;
  lastModified: string;
  version: string;
  readonly location: string;
}
interface Membership {
  readonly value: string;
  readonly display: string;
  readonly type: "direct";
  readonly $ref: string;
}
interface HandUser {
  readonly schemas: readonly string[];
  readonly id: string;
  readonly userName: string;
  active: boolean;
  /** Left out of JSON while there are none. */
  groups: Membership[] | undefined;
  readonly meta: Meta;
}
interface HandGroup {
  readonly id: string;
  readonly displayName: string;
  readonly members: Set<string>;
  readonly meta: Meta;
}
interface PatchBody {
  readonly Operations: readonly { readonly op: string; readonly path?: string; readonly value?: unknown }[];
}

const HEADERS = {
  "Content-Type": "application/scim+json",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
} as const;
const USERS = `${PATH}/Users`;
const GROUPS = `${PATH}/Groups`;
const BY_USER_NAME = /^\s*userName\s+eq\s+("(?:[^"\\]|\\.)*")\s*$/i;

const users = new Map<string, HandUser>();
const inOrder: HandUser[] = [];
const byUserName = new Map<string, HandUser>();
const groups = new Map<string, HandGroup>();

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function metaOf(resourceType: string, id: string): Meta {
  const now = new Date().toISOString();
  const location = `${BASE_URL}/${resourceType}s/${id}`;
  return { resourceType, created: now, lastModified: now, version: 'W/"1"', location };
}

function touch(meta: Meta): void {
  meta.lastModified = new Date().toISOString();
  meta.version = `W/"${Number(meta.version.slice(3, -1)) + 1}"`;
}

function createUser({ schemas: _, active, ...given }: NewUser): HandUser {
  if (typeof given.userName !== "string" || given.userName === "") throw new Refusal(400, "userName is missing.");
  const name = given.userName.toLowerCase();
  if (byUserName.has(name)) throw new Refusal(409, "The user name is taken.");
  const id = randomUUID();
  const user = {
    schemas: [USER],
    ...given,
    id,
    active: active !== false,
    groups: undefined,
    meta: metaOf("User", id),
  };
  users.set(id, user);
  inOrder.push(user);
  byUserName.set(name, user);
  return user;
}

function createGroup({ displayName, members }: NewGroup): HandGroup {
  const id = randomUUID();
  const group = { schemas: [GROUP], id, displayName, members: new Set<string>(), meta: metaOf("Group", id) };
  groups.set(id, group);
  for (const { value } of members) join(group, value);
  return group;
}

function join(group: HandGroup, value: string): void {
  const user = users.get(value);
  if (user === undefined) throw new Refusal(400, "A member is nobody.");
  if (group.members.has(value)) return;
  group.members.add(value);
  user.groups ??= [];
  user.groups.push({ value: group.id, display: group.displayName, type: "direct", $ref: group.meta.location });
}

function patchUser(user: HandUser, { Operations }: PatchBody): void {
  let { active } = user;
  for (const { op, path, value } of Operations) {
    if (op.toLowerCase() !== "replace" || path !== "active" || typeof value !== "boolean")
      throw new Refusal(400, "Only active can be replaced.");
    active = value;
  }
  if (active === user.active) return;
  user.active = active;
  touch(user.meta);
}

function patchGroup(group: HandGroup, { Operations }: PatchBody): void {
  for (const { op, path, value } of Operations) {
    if (op.toLowerCase() !== "add" || path !== "members" || !Array.isArray(value))
      throw new Refusal(400, "Only members can be added.");
    for (const member of value) if (!users.has(member.value)) throw new Refusal(400, "A member is nobody.");
    for (const member of value) join(group, member.value);
  }
  touch(group.meta);
}

function send(response: ServerResponse, status: number, body: unknown, meta?: Meta): void {
  const text = JSON.stringify(body);
  const headers = { ...HEADERS, "Content-Length": Buffer.byteLength(text) };
  response.writeHead(
    status,
    meta === undefined
      ? headers
      : { ...headers, Location: meta.location, "Content-Location": meta.location, ETag: meta.version },
  );
  response.end(text);
}

function list(response: ServerResponse, query: string): void {
  const { filter, startIndex, count } = Object.fromEntries(new URLSearchParams(query)) as Record<string, string>;
  let found: readonly HandUser[] = inOrder;
  if (filter !== undefined) {
    const operand = BY_USER_NAME.exec(filter)?.[1];
    if (operand === undefined) throw new Refusal(400, "Only userName eq is searched.");
    const user = byUserName.get((JSON.parse(operand) as string).toLowerCase());
    found = user === undefined ? [] : [user];
  }
  const start = Math.max(1, Number(startIndex ?? 1));
  const Resources = found.slice(start - 1, start - 1 + Number(count ?? 100));
  send(response, 200, {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
    totalResults: found.length,
    startIndex: start,
    itemsPerPage: Resources.length,
    Resources,
  });
}

function foundIn<T>(map: ReadonlyMap<string, T>, id: string): T {
  const found = map.get(id);
  if (found === undefined) throw new Refusal(404, "Nothing has this id.");
  return found;
}

function write(response: ServerResponse, method: string, path: string, body: unknown): void {
  if (method === "POST" && path === USERS) {
    const user = createUser(body as NewUser);
    send(response, 201, user, user.meta);
  } else if (method === "PATCH" && path.startsWith(USERS)) {
    const user = foundIn(users, path.slice(USERS.length + 1));
    patchUser(user, body as PatchBody);
    send(response, 200, user, user.meta);
  } else if (method === "PATCH" && path.startsWith(GROUPS)) {
    const group = foundIn(groups, path.slice(GROUPS.length + 1));
    patchGroup(group, body as PatchBody);
    response.writeHead(204, { ...HEADERS, Location: group.meta.location, ETag: group.meta.version });
    response.end();
  } else throw new Refusal(404, "No such endpoint.");
}

function refuse(response: ServerResponse, error: unknown): void {
  const status = error instanceof Refusal ? error.status : error instanceof SyntaxError ? 400 : 500;
  const detail = error instanceof Refusal ? error.message : "It went wrong.";
  send(response, status, {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
    status: String(status),
    detail,
  });
}

function listener(request: IncomingMessage, response: ServerResponse): void {
  const { method = "GET", url = "/" } = request;
  if (method !== "GET") {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      try {
        const whole = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
        write(response, method, url, JSON.parse(whole.toString()));
      } catch (error) {
        refuse(response, error);
      }
    });
    return;
  }
  try {
    const mark = url.indexOf("?");
    const path = mark === -1 ? url : url.slice(0, mark);
    if (path === USERS) return list(response, mark === -1 ? "" : url.slice(mark + 1));
    if (path.startsWith(`${GROUPS}/`)) {
      const group = foundIn(groups, path.slice(GROUPS.length + 1));
      return send(response, 200, { ...group, members: Array.from(group.members, (value) => ({ value })) }, group.meta);
    }
    if (!path.startsWith(`${USERS}/`)) throw new Refusal(404, "No such endpoint.");
    const user = foundIn(users, path.slice(USERS.length + 1));
    send(response, 200, user, user.meta);
  } catch (error) {
    refuse(response, error);
  }
}

serve(
  listener,
  await seed(
    (user) => createUser(user).id,
    (group) => createGroup(group).id,
  ),
);
