// The reads of a SCIM server for enterprise users that are kept in maps, as somebody writes them by hand, and nothing else: what `scim.handle`
// is compared with. Their answers are those of scimkit to a header and a member. What identity providers do not send in these rows they refuse.

/** A request as a host has it, with header names in lower case. */
export interface HandRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
}

/** What a host is to send. */
export interface HandResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

interface HandMeta {
  readonly resourceType: string;
  readonly created: string;
  readonly lastModified: string;
  readonly version: string;
  readonly location: string;
}

/** A user or a group as it is answered: nothing is left to be made of it when somebody reads it. A write puts another one in its place. */
interface HandDocument {
  readonly schemas: readonly string[];
  readonly id: string;
  readonly meta: HandMeta;
  readonly [attribute: string]: unknown;
}

/** A user as it is answered. */
export interface HandUser extends HandDocument {
  readonly userName: string;
}

/** What a user is told of a group that it is in. */
interface HandMembership {
  readonly value: string;
  readonly $ref: string;
  readonly type: "direct";
  readonly display: string;
}

/** Where both servers are, by hand and by scimkit. */
export const BASE_URL = "https://example.com/scim/v2";
const PATH = "/scim/v2";
/** The schema of enterprise users. */
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/** The schema of users. */
export const USER = "urn:ietf:params:scim:schemas:core:2.0:User";

const HEADERS = {
  "Content-Type": "application/scim+json",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
} as const;

const LIST_SCHEMAS = ["urn:ietf:params:scim:api:messages:2.0:ListResponse"];
const LARGEST_PAGE = 1000;

/** The one filter that is looked up, with its operand as JSON has it. */
const BY_USER_NAME = /^\s*userName\s+eq\s+("(?:[^"\\]|\\.)*")\s*$/i;

/** A server that answers GET. */
export class ReadsByHand {
  readonly #users = new Map<string, HandUser>();
  /** In the order of creation. */
  readonly #inOrder: HandUser[] = [];
  /** By the user name in lower case. */
  readonly #byUserName = new Map<string, HandUser>();
  /** By the id of a user, what it is told of each group by that one's id: nobody is in one here, but a server has to look. */
  readonly #groupsOf = new Map<string, Map<string, HandMembership>>();

  /** Keeps a user that is new. */
  add(user: HandUser): void {
    this.#users.set(user.id, user);
    this.#inOrder.push(user);
    this.#byUserName.set(user.userName.toLowerCase(), user);
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

  #answer({ method, url, headers }: HandRequest): HandResponse {
    const accept = headers.accept;
    if (accept !== undefined && !takesScim(accept)) throw new Refusal(406, "Only application/scim+json is served.");
    const mark = url.indexOf("?");
    const path = mark === -1 ? url : url.slice(0, mark);
    const query = mark === -1 ? "" : url.slice(mark + 1);
    if (!path.startsWith(PATH)) throw new Refusal(404, "No such endpoint.");
    const [, endpoint, id, ...more] = path.slice(PATH.length).split("/");
    if (more.length > 0 || id === "" || id === ".." || id === ".") throw new Refusal(404, "No such endpoint.");
    if (method !== "GET") throw new Refusal(405, "Nothing can be written here.");
    if (endpoint !== "Users") throw new Refusal(404, "No such endpoint.");
    if (id !== undefined) return this.#read(decoded(id), query, headers);
    return this.#list(query);
  }

  #read(id: string, query: string, headers: HandRequest["headers"]): HandResponse {
    if (query !== "") refuseSelection(parametersIn(query));
    const user = this.#users.get(id);
    if (user === undefined) throw new Refusal(404, "No User has this id.");
    const { meta } = user;
    const known = headers["if-none-match"];
    if (known !== undefined && isNamed(known, meta.version))
      return { status: 304, headers: { ...HEADERS, ETag: meta.version }, body: undefined };
    return answerOf(this.#shown(user));
  }

  /** A user with the groups that it is in. */
  #shown(user: HandUser): HandDocument {
    const groups = this.#groupsOf.get(user.id);
    return groups === undefined || groups.size === 0 ? user : { ...user, groups: [...groups.values()] };
  }

  #list(query: string): HandResponse {
    const parameters = parametersIn(query);
    refuseSelection(parameters);
    if (parameters.sortBy !== undefined) throw new Refusal(400, "Nothing is sorted here.");
    const startIndex = Math.max(1, wholeNumber(parameters.startIndex) ?? 1);
    const count = Math.min(LARGEST_PAGE, Math.max(0, wholeNumber(parameters.count) ?? 100));
    const { filter } = parameters;
    const found = filter === undefined ? this.#inOrder : this.#find(filter);
    const resources: HandDocument[] = [];
    const end = Math.min(found.length, startIndex - 1 + count);
    for (let index = startIndex - 1; index < end; index++) resources.push(this.#shown(found[index] as HandUser));
    const body = JSON.stringify({
      schemas: LIST_SCHEMAS,
      totalResults: found.length,
      startIndex,
      itemsPerPage: resources.length,
      Resources: resources,
    });
    return { status: 200, headers: HEADERS, body };
  }

  #find(filter: string): readonly HandUser[] {
    const operand = BY_USER_NAME.exec(filter)?.[1];
    if (operand === undefined) throw new Refusal(400, "Only userName eq is looked up here.");
    const user = this.#byUserName.get((JSON.parse(operand) as string).toLowerCase());
    return user === undefined ? [] : [user];
  }
}

/** The answer that shows one resource. */
function answerOf(document: HandDocument): HandResponse {
  const { location, version } = document.meta;
  return {
    status: 200,
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

/** What is no server's fault, as an error of the protocol. */
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

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Refusal(400, "The URL is broken.");
  }
}

/** Whether an If-None-Match names this version. */
function isNamed(tags: string, version: string): boolean {
  return tags === "*" || tags.split(",").some((tag) => tag.trim() === version);
}
