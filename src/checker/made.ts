import { isObject } from "../schema/value.ts";

/** What may have been made although the server did not say so: to be looked up by its name. */
export interface Suspect {
  readonly endpoint: string;
  /** `undefined` where it has no name of this run. */
  readonly name: { readonly attribute: string; readonly value: string } | undefined;
  /** Whether there was no answer, and so it is as likely made as not. */
  readonly isUnanswered: boolean;
}

export interface Told {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

/** The path of a request without its query, below the base URL. */
export function pathBelow(path: string, baseUrl: string): string {
  return (below(path, baseUrl) ?? path).replace(/[?#].*$/, "").replace(/\/+$/, "");
}

/** Where a created resource is: by its id, which is below the endpoint; by its `Location` where the answer has no body. */
export function placeOf(endpoint: string, { body, headers }: Told, baseUrl: string): string | undefined {
  const id = isObject(body) ? body.id : undefined;
  if ((typeof id === "string" && id !== "") || typeof id === "number") return `${endpoint}/${encodeURIComponent(id)}`;
  const location = headers.get("location");
  return location === null ? undefined : (below(location, baseUrl) ?? lastOf(endpoint, location));
}

/** One creation of a bulk request: where it is, or `undefined` for a path where the answer does not say. */
export interface BulkCreation {
  readonly endpoint: string;
  readonly data: unknown;
  readonly path: string | undefined;
  readonly answered: unknown;
}

/** What a bulk request may have created, matched by `bulkId`, else by its place. */
export function madeByBulk(asked: unknown, answered: unknown, baseUrl: string): readonly BulkCreation[] {
  const results = operationsOf(answered);
  return operationsOf(asked).flatMap(({ method, path, data, bulkId }, index) => {
    if (String(method).toUpperCase() !== "POST" || typeof path !== "string") return [];
    const result = results.find((one) => bulkId !== undefined && one.bulkId === bulkId) ?? results[index];
    const { location, response = data } = result ?? {};
    const place = typeof location === "string" ? (below(location, baseUrl) ?? lastOf(path, location)) : undefined;
    return [{ endpoint: path, data, path: place, answered: response }];
  });
}

/** The text by which it can be looked up: one that has the run's digits. */
export function lookUpName(body: unknown, run: string): Suspect["name"] {
  if (!isObject(body)) return undefined;
  for (const attribute of ["userName", "displayName", "externalId", ...Object.keys(body)]) {
    const value = body[attribute];
    if (typeof value === "string" && value.includes(run)) return { attribute, value };
  }
  return undefined;
}

function below(url: string, baseUrl: string): string | undefined {
  return url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length) : undefined;
}

/** Servers behind a proxy print addresses that they alone know: the last part is the id. */
function lastOf(endpoint: string, location: string): string {
  return `${endpoint}/${location.slice(location.lastIndexOf("/") + 1)}`;
}

function operationsOf(body: unknown): readonly Record<string, unknown>[] {
  const { Operations } = isObject(body) ? body : {};
  return Array.isArray(Operations) ? Operations.filter(isObject) : [];
}
