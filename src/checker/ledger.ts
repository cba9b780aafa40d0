import { isObject } from "../schema/value.ts";

/** A resource that the run has made. */
export interface Thing {
  /** Below the base URL, e.g. `/Users/42`. */
  readonly path: string;
  readonly name: string;
  /** Whether what the server answered has a name of this run in it: only then is it ours for sure. */
  readonly isOurs: boolean;
}

/** What may have been made although the server did not say so: to be looked up by its name. */
export interface Suspect {
  readonly endpoint: string;
  /** `undefined` where it has no name of this run. */
  readonly name: { readonly attribute: string; readonly value: string } | undefined;
  /** Whether there was no answer, and so it is as likely made as not. */
  readonly isUnanswered: boolean;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

export interface Told {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

/** What was made and not yet removed. Every request that writes and its answer go through `note`. */
export interface Ledger {
  note(asked: Asked, told: Told | undefined): void;
  /** Takes what is there to be removed, the newest first. */
  takeMade(): readonly Thing[];
  takeSuspects(): readonly Suspect[];
  /** Notes that the server says that it is gone. */
  isGone(thing: Thing): void;
  /** What the server says is gone, by type. */
  readonly gone: readonly Thing[];
}

export function createLedger(baseUrl: string, run: string): Ledger {
  const made = new Map<string, Thing>();
  const gone = new Map<string, Thing>();
  let suspects: Suspect[] = [];

  const add = (path: string | undefined, body: unknown, asked: unknown) => {
    if (path === undefined || made.has(path)) return;
    const isOurs = JSON.stringify(body ?? null).includes(run);
    made.set(path, { path, name: nameIn(asked, run)?.value ?? nameIn(body, run)?.value ?? path, isOurs });
  };
  const suspect = (endpoint: string, body: unknown, told: Told | undefined) =>
    suspects.push({ endpoint, name: nameIn(body, run), isUnanswered: told === undefined });
  const noteCreate = (path: string, body: unknown, told: Told | undefined) => {
    const at = told !== undefined && isGood(told.status) ? pathOf(path, told, baseUrl) : undefined;
    if (at === undefined) suspect(path, body, told);
    else add(at, told?.body, body);
  };
  const noteBulk = (body: unknown, told: Told | undefined) => {
    const results = operationsOf(told?.body);
    for (const [index, operation] of operationsOf(body).entries()) {
      if (String(operation.method).toUpperCase() !== "POST" || typeof operation.path !== "string") continue;
      const named = results.find(({ bulkId }) => bulkId !== undefined && bulkId === operation.bulkId);
      const { location, response } = named ?? results[index] ?? {};
      if (typeof location === "string")
        add(below(location, baseUrl) ?? lastOf(operation.path, location), response ?? operation.data, operation.data);
      else suspect(operation.path, operation.data, told);
    }
  };

  return {
    note({ method, path: full, body: sent }, told) {
      const path = (below(full, baseUrl) ?? full).replace(/[?#].*$/, "").replace(/\/+$/, "");
      const body = typeof sent === "string" ? parsed(sent) : sent;
      if (method === "POST") {
        if (/\/\.search$/i.test(path)) return;
        if (/^\/Bulk$/i.test(path)) noteBulk(body, told);
        else noteCreate(path, body, told);
      } else if (method === "PUT" && told?.status === 201) {
        add(path, told.body, body);
      } else if (method === "DELETE" && told !== undefined && isGood(told.status)) {
        const thing = made.get(path);
        made.delete(path);
        if (thing !== undefined) gone.set(path, thing);
      }
    },
    takeMade() {
      const all = [...made.values()].reverse();
      made.clear();
      return all;
    },
    takeSuspects() {
      const all = suspects;
      suspects = [];
      return all;
    },
    isGone: (thing) => void gone.set(thing.path, thing),
    get gone() {
      return [...gone.values()];
    },
  };
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Where it is by its id, which is below the endpoint; by its `Location` where the answer has no body. */
function pathOf(endpoint: string, { body, headers }: Told, baseUrl: string): string | undefined {
  if (isObject(body) && (typeof body.id === "string" || typeof body.id === "number") && body.id !== "")
    return `${endpoint}/${encodeURIComponent(body.id)}`;
  const location = headers.get("location");
  return location === null ? undefined : (below(location, baseUrl) ?? lastOf(endpoint, location));
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

/** The text by which it can be looked up: one that has the run's digits. */
function nameIn(body: unknown, run: string): Suspect["name"] {
  if (!isObject(body)) return undefined;
  const names = ["userName", "displayName", "externalId", ...Object.keys(body)];
  for (const attribute of names) {
    const value = body[attribute];
    if (typeof value === "string" && value.includes(run)) return { attribute, value };
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
