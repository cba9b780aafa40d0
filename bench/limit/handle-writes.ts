// The writes of a SCIM server for enterprise users and groups and nothing else, as somebody would write them by hand who knows exactly
// what comes: maps, checks of what the schema says, and the same answers. Beside the reads (`handle-reads.ts`): each is the faster for
// keeping users in the form that it needs.
import { BASE_URL, ENTERPRISE, type HandRequest, type HandResponse, Refusal, USER } from "./handle-reads.ts";

/** The schema of groups. */
export const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
/** The schema of the body of a PATCH. */
export const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/** The schema of a bulk request. */
export const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

type Json = Record<string, unknown>;

interface UserRow {
  readonly id: string;
  readonly created: string;
  version: number;
  modified: string;
  /** All but `schemas`, `id`, `groups` and `meta`, in the order in which it is answered. Never changed in place. */
  content: Json;
  readonly groups: Map<string, GroupRow>;
}

interface GroupRow {
  readonly id: string;
  readonly created: string;
  version: number;
  modified: string;
  readonly displayName: string;
  readonly members: Map<string, Json>;
}

const USER_TEXTS = new Set([
  ...["userName", "externalId", "displayName", "nickName", "profileUrl", "title", "userType", "preferredLanguage"],
  ...["locale", "timezone"],
]);
const NAME_TEXTS = new Set([
  ...["formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"],
]);
const ENTERPRISE_TEXTS = new Set(["employeeNumber", "costCenter", "organization", "division", "department"]);
const LISTS = new Set(["emails", "phoneNumbers", "ims", "photos", "entitlements", "roles", "x509Certificates"]);
const LIST_TEXTS = new Set(["value", "type", "display"]);
/** The order in which attributes are answered. */
const ORDER = [
  ...["externalId", "userName", "name", "displayName", "nickName", "profileUrl", "title", "userType"],
  ...["preferredLanguage", "locale", "timezone", "active", "emails", "phoneNumbers", "ims", "photos"],
  ...["entitlements", "roles", "x509Certificates"],
];

/** A server that answers what writes. */
export class WritesByHand {
  readonly #users = new Map<string, UserRow>();
  readonly #byUserName = new Map<string, UserRow>();
  readonly #byExternalId = new Map<string, UserRow>();
  readonly #groups = new Map<string, GroupRow>();

  /** Asynchronous, as `handle` is. */
  async handle(request: HandRequest): Promise<HandResponse> {
    try {
      return this.#answer(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: error.status, headers: {}, body: JSON.stringify({ detail: error.message }) };
    }
  }

  #answer({ method, url, headers, body = "" }: HandRequest): HandResponse {
    if (!headers["content-type"]?.startsWith("application/scim+json")) throw new Refusal(415, "Content-Type");
    const path = url.slice("/scim/v2".length);
    const given = JSON.parse(body) as Json;
    if (typeof given !== "object" || given === null || Array.isArray(given)) throw new Refusal(400, "no object");
    if (path === "/Users" && method === "POST") return answerOf(201, this.#createUser(given));
    if (path === "/Groups" && method === "POST") return this.#createGroup(given);
    if (path === "/Bulk" && method === "POST") return this.#bulk(given);
    if (path.startsWith("/Users/")) {
      const row = this.#users.get(path.slice("/Users/".length));
      if (row === undefined) throw new Refusal(404, "User");
      return answerOf(200, method === "PUT" ? this.#replaceUser(row, given) : this.#patchUser(row, given));
    }
    if (path.startsWith("/Groups/") && method === "PATCH") {
      const row = this.#groups.get(path.slice("/Groups/".length));
      if (row === undefined) throw new Refusal(404, "Group");
      return this.#patchGroup(row, given);
    }
    throw new Refusal(404, "endpoint");
  }

  #createUser(given: Json): UserRow {
    const content = userOf(given);
    const key = (content.userName as string).toLowerCase();
    if (this.#byUserName.has(key)) throw new Refusal(409, "userName");
    const at = new Date().toISOString();
    const id = crypto.randomUUID();
    const row: UserRow = { id, created: at, version: 1, modified: at, content, groups: new Map() };
    this.#users.set(id, row);
    this.#byUserName.set(key, row);
    if (content.externalId !== undefined) this.#byExternalId.set(content.externalId as string, row);
    return row;
  }

  #replaceUser(row: UserRow, given: Json): UserRow {
    return this.#write(row, userOf(given));
  }

  #patchUser(row: UserRow, given: Json): UserRow {
    let { content } = row;
    for (const { op, path, value } of operationsOf(given)) {
      if (path === "active") {
        if (op === "remove") throw new Refusal(400, "active");
        if (typeof value !== "boolean") throw new Refusal(400, "active");
        content = { ...content, active: value };
      } else if (typeof path === "string" && USER_TEXTS.has(path)) {
        if (typeof value !== "string") throw new Refusal(400, path);
        content = { ...content, [path]: value };
      } else throw new Refusal(400, "path");
    }
    return this.#write(row, content);
  }

  #write(row: UserRow, content: Json): UserRow {
    const before = row.content;
    if (isSame(before, content)) return row;
    if (content.userName !== before.userName) {
      const key = (content.userName as string).toLowerCase();
      const holder = this.#byUserName.get(key);
      if (holder !== undefined && holder !== row) throw new Refusal(409, "userName");
      this.#byUserName.delete((before.userName as string).toLowerCase());
      this.#byUserName.set(key, row);
    }
    if (content.externalId !== before.externalId) {
      if (before.externalId !== undefined) this.#byExternalId.delete(before.externalId as string);
      if (content.externalId !== undefined) this.#byExternalId.set(content.externalId as string, row);
    }
    row.content = content;
    row.version++;
    row.modified = new Date().toISOString();
    return row;
  }

  #createGroup(given: Json): HandResponse {
    checkSchemas(given, GROUP);
    const { displayName, members = [] } = given;
    if (typeof displayName !== "string" || displayName.trim() === "") throw new Refusal(400, "displayName");
    const at = new Date().toISOString();
    const id = crypto.randomUUID();
    const row: GroupRow = { id, created: at, version: 1, modified: at, displayName, members: new Map() };
    this.#join(row, members);
    this.#groups.set(id, row);
    const location = `${BASE_URL}/Groups/${id}`;
    const text = JSON.stringify({
      schemas: [GROUP],
      id,
      displayName,
      ...(row.members.size === 0
        ? {}
        : { members: Array.from(row.members.values(), (one) => ({ ...one, $ref: `${BASE_URL}/Users/${one.value}` })) }),
      meta: { resourceType: "Group", created: at, lastModified: at, version: 'W/"1"', location },
    });
    return { status: 201, headers: headersOf(location, 1, true), body: text };
  }

  #patchGroup(row: GroupRow, given: Json): HandResponse {
    let isChanged = false;
    for (const { op, path, value } of operationsOf(given)) {
      if (op !== "add" || path !== "members") throw new Refusal(400, "path");
      isChanged = this.#join(row, value) || isChanged;
    }
    if (isChanged) {
      row.version++;
      row.modified = new Date().toISOString();
    }
    return { status: 204, headers: headersOf(`${BASE_URL}/Groups/${row.id}`, row.version, false), body: undefined };
  }

  #join(row: GroupRow, value: unknown): boolean {
    if (!Array.isArray(value)) throw new Refusal(400, "members");
    let isChanged = false;
    // All are checked before the first one joins.
    for (const element of value as unknown[]) {
      const id = isObject(element) ? element.value : undefined;
      if (typeof id !== "string") throw new Refusal(400, "members.value");
      if (!this.#users.has(id)) throw new Refusal(400, "members");
    }
    for (const { value: id } of value as { value: string }[]) {
      if (row.members.has(id)) continue;
      row.members.set(id, { value: id, type: "User" });
      this.#users.get(id)?.groups.set(row.id, row);
      isChanged = true;
    }
    return isChanged;
  }

  /** Each operation by itself: one that is refused leaves the others as they are. */
  #bulk(given: Json): HandResponse {
    checkSchemas(given, BULK);
    const { Operations } = given;
    if (!Array.isArray(Operations) || Operations.length > 1000) throw new Refusal(400, "Operations");
    const answers = Operations.map((operation: unknown) => {
      if (!isObject(operation)) throw new Refusal(400, "Operations");
      const { method, path, bulkId, data } = operation;
      try {
        if (method !== "POST" || path !== "/Users" || typeof bulkId !== "string" || !isObject(data))
          throw new Refusal(400, "operation");
        const { id, version } = this.#createUser(data);
        return { location: `${BASE_URL}/Users/${id}`, method, bulkId, version: `W/"${version}"`, status: "201" };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return { method, bulkId, status: String(error.status), response: { detail: error.message } };
      }
    });
    const text = JSON.stringify({ schemas: [BULK_RESPONSE], Operations: answers });
    return { status: 200, headers: headersOf(undefined, undefined, false), body: text };
  }
}

function answerOf(status: number, { id, created, version, modified, content, groups }: UserRow): HandResponse {
  const { [ENTERPRISE]: enterprise, ...core } = content;
  const location = `${BASE_URL}/Users/${id}`;
  const text = JSON.stringify({
    schemas: enterprise === undefined ? [USER] : [USER, ENTERPRISE],
    id,
    ...core,
    groups: groups.size === 0 ? undefined : groupsOf(groups),
    [ENTERPRISE]: enterprise,
    meta: { resourceType: "User", created, lastModified: modified, version: `W/"${version}"`, location },
  });
  return { status, headers: headersOf(location, version, true), body: text };
}

function groupsOf(groups: ReadonlyMap<string, GroupRow>): readonly Json[] {
  return Array.from(groups.values(), ({ id, displayName }) => ({
    value: id,
    display: displayName,
    type: "direct",
    $ref: `${BASE_URL}/Groups/${id}`,
  }));
}

function headersOf(location: string | undefined, version: number | undefined, isWhole: boolean) {
  return {
    "Content-Type": "application/scim+json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    ...(location === undefined ? {} : { Location: location }),
    ...(location !== undefined && isWhole ? { "Content-Location": location } : {}),
    ...(version === undefined ? {} : { ETag: `W/"${version}"` }),
  };
}

function checkSchemas({ schemas }: Json, urn: string): void {
  if (!Array.isArray(schemas) || !schemas.includes(urn)) throw new Refusal(400, "schemas");
}

function operationsOf(
  given: Json,
): readonly { readonly op: string; readonly path: unknown; readonly value: unknown }[] {
  checkSchemas(given, PATCH);
  const { Operations } = given;
  if (!Array.isArray(Operations) || Operations.length === 0) throw new Refusal(400, "Operations");
  return Operations.map((operation: unknown) => {
    if (!isObject(operation)) throw new Refusal(400, "Operations");
    const op = typeof operation.op === "string" ? operation.op.toLowerCase() : "";
    if (op !== "add" && op !== "replace" && op !== "remove") throw new Refusal(400, "op");
    return { op, path: operation.path, value: operation.value };
  });
}

/** What a body says of a user, checked, with nothing that the schema does not have. */
function userOf(given: Json): Json {
  checkSchemas(given, USER);
  const { userName } = given;
  if (typeof userName !== "string" || userName.trim() === "") throw new Refusal(400, "userName");
  const content: Json = {};
  for (const name of ORDER) {
    const value = given[name];
    if (value === undefined || value === null) continue;
    const read = readValue(name, value);
    if (read !== undefined) content[name] = read;
  }
  const enterprise = given[ENTERPRISE];
  if (enterprise !== undefined && enterprise !== null) {
    const read = textsOf(ENTERPRISE, enterprise, ENTERPRISE_TEXTS);
    if (read !== undefined) content[ENTERPRISE] = read;
  }
  return content;
}

function readValue(name: string, value: unknown): unknown {
  if (USER_TEXTS.has(name)) return textOf(name, value);
  if (name === "active") {
    if (typeof value !== "boolean") throw new Refusal(400, name);
    return value;
  }
  if (name === "name") return textsOf(name, value, NAME_TEXTS);
  return LISTS.has(name) ? listOf(name, value) : undefined;
}

function textOf(name: string, value: unknown): string {
  if (typeof value !== "string" || value.length > 8192 || !value.isWellFormed()) throw new Refusal(400, name);
  return value;
}

function textsOf(name: string, value: unknown, known: ReadonlySet<string>): Json | undefined {
  if (!isObject(value)) throw new Refusal(400, name);
  const read: Json = {};
  let isEmpty = true;
  for (const part of Object.keys(value)) {
    if (!known.has(part) || value[part] === null) continue;
    read[part] = textOf(part, value[part]);
    isEmpty = false;
  }
  return isEmpty ? undefined : read;
}

function listOf(name: string, value: unknown): readonly Json[] | undefined {
  if (!Array.isArray(value) || value.length > 1000) throw new Refusal(400, name);
  let primaries = 0;
  const read = value.map((element: unknown) => {
    if (!isObject(element)) throw new Refusal(400, name);
    const one: Json = {};
    for (const part of Object.keys(element)) {
      if (part === "primary") {
        if (typeof element.primary !== "boolean") throw new Refusal(400, name);
        if (element.primary) primaries++;
        one.primary = element.primary;
      } else if (LIST_TEXTS.has(part)) one[part] = textOf(name, element[part]);
    }
    return one;
  });
  if (primaries > 1) throw new Refusal(400, name);
  return read.length === 0 ? undefined : read;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left))
    return Array.isArray(right) && left.length === right.length && left.every((one, at) => isSame(one, right[at]));
  if (!isObject(left) || !isObject(right)) return false;
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => isSame(left[name], right[name]));
}
