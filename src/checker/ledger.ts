import { isObject } from "../schema/value.ts";
import {
  isNamedByRun,
  lookUpName,
  madeByBulk,
  pathBelow,
  placeOf,
  removedByBulk,
  type Suspect,
  type Told,
} from "./made.ts";

/** A resource that the run has made. */
export interface Thing {
  /** Below the base URL, e.g. `/Users/42`. */
  readonly path: string;
  readonly name: string;
  /** Whether what the server answered has a name of this run in it: only then is it ours for sure. */
  readonly isOurs: boolean;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

/** What was made and is not yet removed. Every request that writes goes through `note`, with its answer if there was one. */
export interface Ledger {
  note(asked: Asked, told: Told | undefined): void;
  /** Hands over what is there to be removed, the newest first. */
  takeMade(): readonly Thing[];
  takeSuspects(): readonly Suspect[];
  /** Notes that the server says that it is gone. */
  isGone(thing: Thing): void;
  /** What the server says is gone. */
  readonly gone: readonly Thing[];
}

export function createLedger(baseUrl: string, run: string): Ledger {
  const made = new Map<string, Thing>();
  const gone = new Map<string, Thing>();
  let suspects: Suspect[] = [];

  const noteMade = (path: string, asked: unknown, answered: unknown) => {
    const isOurs = isNamedByRun(answered, run);
    const name = lookUpName(asked, run)?.value ?? lookUpName(answered, run)?.value ?? path;
    made.set(path, { path, name, isOurs });
  };
  const noteCreate = (endpoint: string, body: unknown, told: Told | undefined) => {
    const path = told && isGood(told.status) ? placeOf(endpoint, told) : undefined;
    if (path !== undefined) noteMade(path, body, told?.body);
    else suspects.push({ endpoint, name: lookUpName(body, run), isUnanswered: told === undefined });
  };
  /** A POST to a resource, which no server should take, makes a sibling of it. */
  const endpointOf = (path: string) => (made.has(path) ? path.slice(0, path.lastIndexOf("/")) : path);
  const noteBulk = (body: unknown, told: Told | undefined) => {
    for (const { endpoint, data, path, answered } of madeByBulk(body, told?.body))
      if (path !== undefined) noteMade(path, data, answered);
      else suspects.push({ endpoint, name: lookUpName(data, run), isUnanswered: told === undefined });
    for (const path of removedByBulk(body, told?.body)) noteDelete(path, told);
  };
  /** A PUT that creates: at its own address, or as a POST does. An endpoint that answers so is not taken for a resource. */
  const notePut = (path: string, body: unknown, told: Told) => {
    const id = isObject(told.body) ? told.body.id : undefined;
    const [, endpoint = "", last] = /^(.+)\/([^/]+)$/.exec(path) ?? [];
    if (last !== undefined && last === encodeURIComponent(String(id))) noteMade(path, body, told.body);
    else noteCreate(endpoint === "" ? path : endpoint, body, told);
  };
  const noteDelete = (path: string, told: Told | undefined) => {
    const thing = made.get(path);
    if (thing === undefined || told === undefined || !isGood(told.status)) return;
    made.delete(path);
    gone.set(path, thing);
  };

  return {
    note({ method, path: asked, body: sent }, told) {
      const path = pathBelow(asked, baseUrl);
      const body = typeof sent === "string" ? parsed(sent) : sent;
      if (method === "DELETE") noteDelete(path, told);
      else if (method === "PUT" && told?.status === 201) notePut(path, body, told);
      else if (method === "POST" && /^\/Bulk$/i.test(path)) noteBulk(body, told);
      else if (method === "POST" && !/\/\.search$/i.test(path)) noteCreate(endpointOf(path), body, told);
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

function parsed(text: string): unknown {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}
