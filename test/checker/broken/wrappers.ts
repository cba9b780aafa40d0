import type { Filter } from "scimkit/filter";
import type { QueryRequest, StorageAdapter } from "scimkit/storage";
import type { Answer, Answered, Asked } from "./defect.ts";

type When = (asked: Asked) => boolean;
type Wrap = (next: Answer) => Answer;

/** A request by its verb (any where it is `*`) and its path. */
export function is(method: string, path: RegExp): When {
  return (asked) => (method === "*" || method.split("|").includes(asked.method)) && path.test(asked.path);
}

export const ONE = /^\/(?:Users|Groups)\/[^/.]+$/;
export const USER = /^\/Users\/[^/.]+$/;
export const GROUP = /^\/Groups\/[^/.]+$/;
export const LIST = /^\/(?:Users|Groups)(?:\/\.search)?$/;
export const ANY = /^/;

export const creates = is("POST", /^\/(?:Users|Groups)$/);
export const reads = is("GET", ONE);
export const lists: When = (asked) =>
  is("GET", /^\/(?:Users|Groups)?$/)(asked) || is("POST", /^(?:\/Users|\/Groups)?\/\.search$/)(asked);
export const replaces = is("PUT", ONE);
export const patches = is("PATCH", ONE);
export const deletes = is("DELETE", ONE);
export const bulk = is("POST", /^\/Bulk$/);

/** Changes an answer, or gives another one; what else it gives is dropped. */
type Change = (answered: Answered, asked: Asked) => unknown;

/** Changes the answers of requests. */
export function answering(when: When, change: Change): Wrap {
  return (next) => async (asked) => {
    // What is asked is looked at before the server gets it: a wrapper further in may change it.
    const isMeant = when(asked);
    const answered = await next(asked);
    if (!isMeant) return answered;
    const other = await change(answered, asked);
    return isAnswer(other) ? other : answered;
  };
}

function isAnswer(value: unknown): value is Answered {
  return typeof value === "object" && value !== null && "status" in value && "headers" in value;
}

/** Changes the answers that succeed. */
export function succeeding(when: When, change: Change): Wrap {
  return answering(when, (answered, asked) => (answered.status < 300 ? change(answered, asked) : undefined));
}

/** Changes the answers that refuse. */
export function refusing(when: When, change: Change): Wrap {
  return answering(when, (answered, asked) => (answered.status >= 400 ? change(answered, asked) : undefined));
}

/** Changes what is asked. */
export function asking(when: When, change: (asked: Asked) => unknown): Wrap {
  return (next) => (asked) => {
    if (when(asked)) change(asked);
    return next(asked);
  };
}

/** Answers instead of the server. */
export function instead(when: When, answer: (asked: Asked, next: Answer) => Answered | Promise<Answered>): Wrap {
  return (next) => async (asked) => (when(asked) ? answer(asked, next) : next(asked));
}

// biome-ignore lint/suspicious/noExplicitAny: see Asked
type Resource = any;

/** Changes every resource of users and groups that is shown. */
export function showing(change: (resource: Resource, asked: Asked) => void, when: When = () => true): Wrap {
  return succeeding(
    (asked) => when(asked) && /^(?:\/Users|\/Groups|\/\.search|\/Me|\/?$)/.test(asked.path),
    ({ body }, asked) => {
      for (const resource of resourcesOf(body)) change(resource, asked);
    },
  );
}

/** The resources of a list, or the one. */
export function resourcesOf(body: Resource): Resource[] {
  if (body === undefined || typeof body === "string") return [];
  return Array.isArray(body.Resources) ? body.Resources : [body];
}

export function json(status: number, body?: unknown, headers: Record<string, string> = {}): Answered {
  return { status, headers: new Headers({ "content-type": "application/scim+json", ...headers }), body };
}

export function error(status: number, detail: string, scimType?: string): Answered {
  return json(status, {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail,
  });
}

export const list = (resources: readonly unknown[]): Answered =>
  json(200, {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
    totalResults: resources.length,
    itemsPerPage: resources.length,
    startIndex: 1,
    Resources: resources,
  });

/** Another request of the same client. */
export function like(
  asked: Asked,
  method: string,
  path: string,
  body?: unknown,
  query: Record<string, string> = {},
): Asked {
  const headers = new Headers();
  const authorization = asked.headers.get("authorization");
  if (authorization !== null) headers.set("authorization", authorization);
  if (body !== undefined) headers.set("content-type", "application/scim+json");
  return { method, path, query: new URLSearchParams(query), headers, body };
}

type Resolved = NonNullable<QueryRequest["filter"]>;

/** Storage that changes what a query asks for. */
export function querying(change: (request: QueryRequest) => QueryRequest): (good: StorageAdapter) => StorageAdapter {
  return (good) => ({ ...good, query: (request, context) => good.query(change(request), context) });
}

/** Storage that takes filters for others: `change` gets each part, from the inside out. */
export function filtering(change: (filter: Resolved) => Resolved): (good: StorageAdapter) => StorageAdapter {
  return querying((request) =>
    request.filter === undefined ? request : { ...request, filter: everywhere(request.filter, change) },
  );
}

function everywhere(filter: Resolved, change: (filter: Resolved) => Resolved): Resolved {
  switch (filter.type) {
    case "and":
    case "or":
      return change({ ...filter, filters: filter.filters.map((part) => everywhere(part, change)) });
    case "not":
    case "element":
      return change({ ...filter, filter: everywhere(filter.filter, change) } as Resolved);
    default:
      return change(filter);
  }
}

/** Takes an operator for another one. */
export function mistaking(
  operator: Extract<Filter, { type: "compare" }>["operator"],
  other: typeof operator,
): (good: StorageAdapter) => StorageAdapter {
  return filtering((filter) =>
    filter.type === "compare" && filter.operator === operator ? { ...filter, operator: other } : filter,
  );
}
