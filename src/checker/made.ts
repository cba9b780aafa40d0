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

/** Where a created resource is: by its id, else by its `Location`. It is one step below the endpoint, whatever the server says. */
export function placeOf(endpoint: string, { body, headers }: Told): string | undefined {
  const id = isObject(body) ? body.id : undefined;
  if ((typeof id === "string" && id !== "") || typeof id === "number")
    return resourceOf(endpoint, encodeURIComponent(id));
  const location = headers.get("location");
  return location === null ? undefined : fromLocation(endpoint, location);
}

/** One creation of a bulk request: where it is, or `undefined` for a path where the answer does not say. */
export interface BulkCreation {
  readonly endpoint: string;
  readonly data: unknown;
  readonly path: string | undefined;
  readonly answered: unknown;
}

/** What a bulk request may have created, matched by `bulkId`, else by its place. */
export function madeByBulk(asked: unknown, answered: unknown): readonly BulkCreation[] {
  const results = operationsOf(answered);
  return operationsOf(asked).flatMap(({ method, path, data, bulkId }, index) => {
    if (String(method).toUpperCase() !== "POST" || typeof path !== "string") return [];
    const result = results.find((one) => bulkId !== undefined && one.bulkId === bulkId) ?? results[index];
    // The location of what was refused may be that of what stands in its way.
    if (Number(result?.status) >= 400) return [];
    const { location, response } = result ?? {};
    const place = typeof location === "string" ? fromLocation(path, location) : undefined;
    return [{ endpoint: path, data, path: place, answered: response }];
  });
}

/** What a bulk request has removed by its own results. */
export function removedByBulk(asked: unknown, answered: unknown): readonly string[] {
  const results = operationsOf(answered);
  const operations = operationsOf(asked);
  if (results.length !== operations.length) return [];
  return operations.flatMap(({ method, path }, index) => {
    const { method: done, status } = results[index] ?? {};
    const isDone = [method, done].every((one) => String(one).toUpperCase() === "DELETE") && Number(status) < 300;
    return isDone && typeof path === "string" ? [path] : [];
  });
}

/**
 * Whether a resource has the digits of the run in a text of its own. Those deeper down say nothing: a group of everybody shows the names of the
 * run's users among its members.
 */
export function isNamedByRun(body: unknown, run: string): boolean {
  return isObject(body) && Object.values(body).some((value) => typeof value === "string" && value.includes(run));
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

/** Servers behind a proxy print addresses that they alone know: the last part is the id, and the rest is not believed. */
function fromLocation(endpoint: string, location: string): string | undefined {
  const path = location.replace(/[?#].*$/s, "").replace(/\/+$/, "");
  return resourceOf(endpoint, path.slice(path.lastIndexOf("/") + 1));
}

/** Never the endpoint itself, nor what is above it: what is here is going to be deleted. */
function resourceOf(endpoint: string, id: string): string | undefined {
  return id === "" || /^(?:\.|%2e){1,2}$/i.test(id) ? undefined : `${endpoint}/${id}`;
}

function operationsOf(body: unknown): readonly Record<string, unknown>[] {
  const { Operations } = isObject(body) ? body : {};
  return Array.isArray(Operations) ? Operations.filter(isObject) : [];
}
