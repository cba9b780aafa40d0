// A SCIM server as somebody writes it by hand for users and groups that are kept in maps, and for nothing else: what `scim.handle` is compared
// with. Its answers are those of scimkit to a header and a member. What identity providers do not send in these rows it refuses.

/** A request as a host has it, with header names in lower case. */
export interface HandRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}

export interface HandResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface HandMeta {
  readonly resourceType: string;
  readonly created: string;
  readonly lastModified: string;
  readonly version: string;
  readonly location: string;
}

/** A user or a group as it is answered: nothing is left to be made of it when somebody reads it. A write puts another one in its place. */
export interface HandDocument {
  readonly schemas: readonly string[];
  readonly id: string;
  readonly meta: HandMeta;
  readonly [attribute: string]: unknown;
}

export interface HandUser extends HandDocument {
  readonly userName: string;
}

/** A user, whose document a write changes. */
export interface HandRow {
  document: HandUser;
}

/** What a user is told of a group that it is in. */
export interface HandMembership {
  readonly value: string;
  readonly $ref: string;
  readonly type: "direct";
  readonly display: string;
}

export const HAND_URL = "https://example.com/scim/v2";
const PATH = "/scim/v2";
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const USER = "urn:ietf:params:scim:schemas:core:2.0:User";

export const HEADERS = {
  "Content-Type": "application/scim+json",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
} as const;

const LIST_SCHEMAS = ["urn:ietf:params:scim:api:messages:2.0:ListResponse"];
const LARGEST_PAGE = 1000;

/** The one filter that is looked up, with its operand as JSON has it. */
const BY_USER_NAME = /^\s*userName\s+eq\s+("(?:[^"\\]|\\.)*")\s*$/i;

export class HandServer {
  readonly users = new Map<string, HandRow>();
  /** In the order of creation. */
  readonly rows: HandRow[] = [];
  /** By the user name in lower case. */
  readonly byUserName = new Map<string, HandRow>();
  /** By the id of a user, what it is told of each group by that one's id. */
  readonly groupsOf = new Map<string, Map<string, HandMembership>>();

  /** Keeps a user that is new. */
  add(document: HandUser): HandRow {
    const row = { document };
    this.users.set(document.id, row);
    this.rows.push(row);
    this.byUserName.set(document.userName.toLowerCase(), row);
    return row;
  }

  /** As any server has it that a host may ask: with a promise. */
  async handle(request: HandRequest): Promise<HandResponse> {
    try {
      return this.#answer(request);
    } catch (thrown) {
      const isRefused = thrown instanceof Refusal;
      return errorOf(isRefused ? thrown.status : 500, isRefused ? thrown.message : "The server failed.");
    }
  }

  #answer(request: HandRequest): HandResponse {
    const { method, url, headers } = request;
    const accept = headers.accept;
    if (accept !== undefined && !takesScim(accept)) throw new Refusal(406, "Only application/scim+json is served.");
    const mark = url.indexOf("?");
    const path = mark === -1 ? url : url.slice(0, mark);
    const query = mark === -1 ? "" : url.slice(mark + 1);
    if (!path.startsWith(PATH)) throw new Refusal(404, "No such endpoint.");
    const [, endpoint, id, ...more] = path.slice(PATH.length).split("/");
    if (more.length > 0 || id === "" || id === ".." || id === ".") throw new Refusal(404, "No such endpoint.");
    const isReading = method === "GET";
    if (!isReading) return this.write(request, endpoint ?? "", id === undefined ? undefined : decoded(id));
    if (endpoint !== "Users") throw new Refusal(404, "No such endpoint.");
    if (id !== undefined) return this.#read(decoded(id), query, headers);
    return this.#list(query);
  }

  /** What a server does that writes as well. */
  protected write(_request: HandRequest, _endpoint: string, _id: string | undefined): HandResponse {
    throw new Refusal(405, "Nothing can be written here.");
  }

  #read(id: string, query: string, headers: HandRequest["headers"]): HandResponse {
    if (query !== "") refuseSelection(parametersIn(query));
    const row = this.users.get(id);
    if (row === undefined) throw new Refusal(404, "No User has this id.");
    const { meta } = row.document;
    const known = headers["if-none-match"];
    if (known !== undefined && isNamed(known, meta.version))
      return { status: 304, headers: { ...HEADERS, ETag: meta.version }, body: undefined };
    return resourceAnswer(200, this.shown(row.document));
  }

  /** A user with the groups that it is in. */
  protected shown(document: HandUser): HandDocument {
    const groups = this.groupsOf.get(document.id);
    return groups === undefined || groups.size === 0 ? document : { ...document, groups: [...groups.values()] };
  }

  #list(query: string): HandResponse {
    const parameters = parametersIn(query);
    refuseSelection(parameters);
    if (parameters.sortBy !== undefined) throw new Refusal(400, "Nothing is sorted here.");
    const startIndex = Math.max(1, wholeNumber(parameters.startIndex) ?? 1);
    const count = Math.min(LARGEST_PAGE, Math.max(0, wholeNumber(parameters.count) ?? 100));
    const { filter } = parameters;
    const found = filter === undefined ? this.rows : this.#find(filter);
    const resources: HandDocument[] = [];
    const end = Math.min(found.length, startIndex - 1 + count);
    for (let index = startIndex - 1; index < end; index++)
      resources.push(this.shown((found[index] as HandRow).document));
    const body = JSON.stringify({
      schemas: LIST_SCHEMAS,
      totalResults: found.length,
      startIndex,
      itemsPerPage: resources.length,
      Resources: resources,
    });
    return { status: 200, headers: HEADERS, body };
  }

  #find(filter: string): readonly HandRow[] {
    const operand = BY_USER_NAME.exec(filter)?.[1];
    if (operand === undefined) throw new Refusal(400, "Only userName eq is looked up here.");
    const row = this.byUserName.get((JSON.parse(operand) as string).toLowerCase());
    return row === undefined ? [] : [row];
  }
}

/** The answer that shows one resource. */
export function resourceAnswer(status: number, document: HandDocument): HandResponse {
  const { location, version } = document.meta;
  return {
    status,
    headers: {
      "Content-Type": "application/scim+json",
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
      Location: location,
      "Content-Location": location,
      ETag: version,
    },
    body: JSON.stringify(document),
  };
}

export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, detail: string) {
    super(detail);
    this.status = status;
  }
}

function errorOf(status: number, detail: string): HandResponse {
  const body = { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: String(status), detail };
  return { status, headers: HEADERS, body: JSON.stringify(body) };
}

function takesScim(accept: string): boolean {
  return accept.split(",").some((range) => {
    const type = (range.split(";", 1)[0] as string).trim().toLowerCase();
    return type === "application/scim+json" || type === "application/json" || type === "*/*";
  });
}

function parametersIn(query: string): Record<string, string | undefined> {
  const parameters: Record<string, string | undefined> = {};
  for (const part of query.split("&")) {
    const equals = part.indexOf("=");
    const name = equals === -1 ? part : part.slice(0, equals);
    if (parameters[name] !== undefined) throw new Refusal(400, `${name} is given twice.`);
    parameters[name] = equals === -1 ? "" : decoded(part.slice(equals + 1).replaceAll("+", " "));
  }
  return parameters;
}

function refuseSelection({ attributes, excludedAttributes }: Readonly<Record<string, string | undefined>>): void {
  if (attributes !== undefined || excludedAttributes !== undefined)
    throw new Refusal(400, "Resources are shown whole here.");
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[+-]?\d{1,9}$/.test(text)) throw new Refusal(400, "A whole number is needed.");
  return Number(text);
}

export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Refusal(400, "The URL is broken.");
  }
}

/** Whether an If-Match or If-None-Match names this version. */
export function isNamed(tags: string, version: string): boolean {
  return tags === "*" || tags.split(",").some((tag) => tag.trim() === version);
}
