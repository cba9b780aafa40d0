import type { Call } from "../call/call.ts";
import { readRequest } from "../call/notice.ts";
import { parseOptions, resolveOptions } from "../call/settings.ts";
import type { PendingChange } from "../events/pending-change.ts";
import { readFilter } from "../filter/read.ts";
import { resolveFilter } from "../filter/resolve.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context, Select } from "../storage/adapter.ts";
import { withoutMarks } from "../storage/reference.ts";
import { type Assignment, readAmendment } from "./amendment.ts";
import { hasTransactions } from "./bulk/transaction.ts";
import { type Change, shownChange, turnOf } from "./change.ts";
import { receive, SELECT_NONE } from "./stored.ts";

const OPERATIONS = { created: "create", replaced: "replace", patched: "patch", deleted: "delete" } as const;

/** How an event calls what a verb does. */
export type Verb = keyof typeof OPERATIONS;

/** Everything that is stored but collections: whatever their size, no decision reads them unasked. */
export const SELECT_FLAT: Select = {
  includes: (attribute) => attribute.inverseOf === undefined && !attribute.collection,
};

/**
 * Whether somebody is told of what changed: `onChange`, an outbox or `decide`. Where nobody is, what became of what is not worked out:
 * a third of a PATCH was for events that nobody heard.
 */
export function isTold<C extends Context>({ engine }: Call<C>): boolean {
  return engine.hearsChanges || engine.outbox || engine.decide !== undefined;
}

/** Whether the host is asked ahead of a write, because storage cannot take one back. */
export function isAskedAhead<C extends Context>(resourceType: CompiledResourceType, call: Call<C>): boolean {
  return call.engine.decide !== undefined && !hasTransactions(resourceType, call);
}

/**
 * Asks the host about a change that is to be written.
 * @returns what it sets besides; nothing where it is not asked ahead.
 * @throws what `decide` throws: then nothing is written. {TypeError} as `readAmendment`.
 */
export async function askAhead<C extends Context>(
  call: Call<C>,
  verb: Verb,
  resourceType: CompiledResourceType,
  change: Change,
): Promise<readonly Assignment[]> {
  return isAskedAhead(resourceType, call) ? ask(call, verb, resourceType, change, false) : [];
}

/**
 * Asks the host about a change that is written and not committed.
 * @returns what it sets besides; nothing where it was asked ahead.
 * @throws what `decide` throws: then the transaction takes the write back. {TypeError} as `readAmendment`.
 */
export async function askWithin<C extends Context>(
  call: Call<C>,
  verb: Verb,
  resourceType: CompiledResourceType,
  change: Change,
): Promise<readonly Assignment[]> {
  if (call.engine.decide === undefined || !hasTransactions(resourceType, call)) return [];
  return ask(call, verb, resourceType, change, true);
}

/** What was thrown by the host, or behind a write: no other way to do the request is to be tried after it. */
const FINAL = new WeakSet<object>();

/** Whether an error ends the request, whatever it says. */
export function isFinal(error: unknown): boolean {
  return typeof error === "object" && error !== null && FINAL.has(error);
}

/** Does something whose errors end the request. */
export async function asFinal<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (typeof error === "object" && error !== null) FINAL.add(error);
    throw error;
  }
}

async function ask<C extends Context>(
  call: Call<C>,
  verb: Verb,
  resourceType: CompiledResourceType,
  change: Change,
  isWritten: boolean,
): Promise<readonly Assignment[]> {
  const pending = pendingChange(call, verb, resourceType, change, isWritten);
  const amendment = await asFinal(async () => call.engine.decide?.(pending, call.context));
  if (amendment === undefined || amendment === null) return [];
  if (verb === "deleted") throw new TypeError("decide returned attributes for a resource that is deleted.");
  return readAmendment(resourceType, amendment, call);
}

function pendingChange<C extends Context>(
  call: Call<C>,
  verb: Verb,
  resourceType: CompiledResourceType,
  change: Change,
  isWritten: boolean,
): PendingChange {
  const { before, after, changes, deltas } = shownChange(resourceType, change);
  const { id } = change;
  // A change that needs no look at the resource has the same state on both sides, but for the collection that it is about.
  const isUnseen = before === undefined && after === undefined;
  const unseen = (): Promise<ResourceObject | undefined> => readOf(call, resourceType, id, SELECT_FLAT);
  return {
    operation: call.adoption === undefined ? OPERATIONS[verb] : "create",
    ...(call.adoption === undefined ? {} : { adoption: call.adoption }),
    resourceType: resourceType.name,
    endpoint: resourceType.endpoint,
    id,
    attributes: change.attributes,
    changes,
    deltas,
    turned: turnOf(resourceType, change.before, change.after),
    before: async () => (isUnseen ? unseen() : before),
    after: async () => (isUnseen ? unseen() : after),
    isWritten,
    transaction: call.storageOf(resourceType).handle,
    signal: call.signal,
    read: (name: string, other: string, attributes?: readonly string[]) => {
      const type = servedType(call, name);
      return readOf(call, type, other, attributes === undefined ? SELECT_FLAT : selectOf(type, attributes));
    },
    count: (name, filter) => count(call, servedType(call, name), filter),
  };
}

function servedType<C extends Context>({ engine }: Call<C>, name: string): CompiledResourceType {
  const found = engine.resourceTypes.find((type) => type.name === name);
  if (found === undefined) throw new TypeError(`decide asked for a ${name}, which is no resource type that is served.`);
  return found;
}

function selectOf(resourceType: CompiledResourceType, paths: readonly string[]): Select {
  const wanted = new Set(
    paths.map((path) => {
      const attribute = (resourceType.resolve(path) ?? resourceType.keptPath(path))?.attribute;
      if (attribute === undefined)
        throw new TypeError(`decide asked for ${path}, which is no attribute of ${resourceType.name}.`);
      return attribute;
    }),
  );
  return { includes: (attribute) => wanted.has(attribute) };
}

async function readOf<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  id: string,
  select: Select,
): Promise<ResourceObject | undefined> {
  const request = { ...readRequest(call, resourceType), id, select };
  const stored = await call.storageOf(resourceType).get(request, call.context);
  if (stored === undefined) return undefined;
  const { after } = shownChange(resourceType, {
    id,
    version: undefined,
    attributes: [],
    changes: [],
    deltas: [],
    after: withoutMarks(resourceType, receive(stored, resourceType, call)),
  });
  return after;
}

async function count<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  text: string | undefined,
): Promise<number> {
  const filter =
    text === undefined
      ? undefined
      : resolveFilter(await readFilter(text, parseOptions(call)), resourceType, resolveOptions(resourceType, call));
  const { totalResults } = await call.storageOf(resourceType).query(
    {
      ...readRequest(call, resourceType),
      filter,
      page: { startIndex: 1, count: 0 },
      select: SELECT_NONE,
      maxComparisons: call.engine.limits.comparisons,
    },
    call.context,
  );
  if (totalResults === undefined) throw new TypeError("The storage adapter gave a page by index without totalResults.");
  return totalResults;
}
