import type { Call } from "../../call/call.ts";
import type { BulkEntry } from "../../call/operation.ts";
import { pathOptions, tolerance } from "../../call/settings.ts";
import { conflict, invalidValue, isScimError, ownError, type ScimError } from "../../error.ts";
import { loadGrammar } from "../../filter/read.ts";
import { printable } from "../../schema/printable.ts";
import type { ResourceObject } from "../../schema/value.ts";
import type { Context } from "../../storage/adapter.ts";
import { mapBody, readData } from "./body.ts";
import { components } from "./components.ts";
import { hasWaitingPath } from "./patch-references.ts";
import { type BulkTarget, findTarget } from "./target.ts";

/** An operation of a bulk request, ready to be executed in its turn. */
export interface PlannedOperation {
  /** Position in the request. */
  readonly index: number;
  readonly entry: BulkEntry;
  /** Undefined where the path leads nowhere. */
  readonly target: BulkTarget | undefined;
  /** The body of the single request, its references still in place. */
  readonly body: ResourceObject;
  /** Positions of the POSTs whose resources it refers to, in ascending order; its own where it refers to itself. */
  readonly needs: readonly number[];
  /** Those of `needs` that a required attribute refers to, so that the resource cannot be created without them. */
  readonly requires: readonly number[];
  /** Why it fails before it is tried. */
  readonly problem: ScimError | undefined;
  /** Ids of the rules that fired for it so far. */
  readonly quirks: Set<string>;
}

/**
 * What is done as one: a single operation, or POSTs that refer to each other in a circle (or one to itself), in the order in
 * which they are to be created.
 */
export type Step =
  | { readonly type: "operation"; readonly operation: PlannedOperation }
  | { readonly type: "circle"; readonly operations: readonly PlannedOperation[] };

/** A request taken apart: its steps in the order of execution, and the POST of each bulkId. */
export interface Plan {
  readonly steps: readonly Step[];
  /** In the order of the request. */
  readonly operations: readonly PlannedOperation[];
  /** Position of the POST that a bulkId names. */
  readonly posts: ReadonlyMap<string, number>;
}

/**
 * Plans a bulk request before anything of it is done: reads every path, finds every reference, and puts the operations into
 * an order. That is the order of the request, but for one thing: a POST runs earlier where an operation before it refers to
 * its resource. So operations on one resource keep their order, and the outcome is that of the request read in sequence
 * [P-3.7-16]. Takes time and space linear in the size of the request, whatever refers to what [T-G2 T-G3].
 * @see RFC 7644 §3.7, §3.7.1
 */
export async function planBulk<C extends Context>(entries: readonly BulkEntry[], call: Call<C>): Promise<Plan> {
  const posts = new Map<string, number>();
  for (const [index, { method, bulkId }] of entries.entries())
    if (method === "POST" && bulkId !== undefined) posts.set(bulkId, index);
  const operations: PlannedOperation[] = [];
  for (const [index, entry] of entries.entries()) {
    if (call.slice.isOver) await call.slice.next(call.signal);
    if (entry.method === "PATCH" && hasWaitingPath(entry.data, pathOptions(call))) await loadGrammar();
    operations.push(planOperation(entry, index, posts, call));
  }
  const needsOf = (index: number): readonly number[] => (operations[index] as PlannedOperation).needs;
  const steps = components([...operations.keys()], needsOf).flatMap((members) =>
    stepsOf(members.map((index) => operations[index] as PlannedOperation)),
  );
  return { steps, operations, posts };
}

function planOperation<C extends Context>(
  entry: BulkEntry,
  index: number,
  posts: ReadonlyMap<string, number>,
  call: Call<C>,
): PlannedOperation {
  const quirks = new Set<string>();
  const noting: Call<C> = {
    ...call,
    note: (quirk, path) => {
      quirks.add(quirk);
      call.note(quirk, path);
    },
  };
  const fail = (problem: ScimError, target?: BulkTarget): PlannedOperation => {
    return { index, entry, target, body: {}, needs: [], requires: [], problem, quirks };
  };
  let target: BulkTarget | undefined;
  try {
    target = targetOf(entry, index, posts, noting);
    if (entry.problem !== undefined || entry.method === undefined || target === undefined)
      return fail(entry.problem ?? invalidValue("The operation has no path."), target);
    const body = readData(entry, index, noting);
    return {
      index,
      entry,
      target,
      body,
      ...referencesOf(entry, target, body, posts, call),
      problem: undefined,
      quirks,
    };
  } catch (error) {
    if (isScimError(error)) return fail(entry.problem ?? ownError(error), target);
    throw error;
  }
}

function targetOf<C extends Context>(
  { method, path }: BulkEntry,
  index: number,
  posts: ReadonlyMap<string, number>,
  call: Call<C>,
): BulkTarget | undefined {
  if (method === undefined || path === undefined) return undefined;
  const otherCase = tolerance("endpointCase", call);
  const note = otherCase && (() => otherCase(`Operations[${index}].path`));
  const find = (absolute: string) => call.router.find(absolute, note);
  return findTarget(method, path, find, (bulkId) => posts.has(bulkId));
}

/** @throws {ScimError} 400 invalidValue for a reference to a bulkId that no POST has [P-3.7.2-04]. */
function referencesOf<C extends Context>(
  entry: BulkEntry,
  target: BulkTarget,
  body: ResourceObject,
  posts: ReadonlyMap<string, number>,
  call: Call<C>,
): Pick<PlannedOperation, "needs" | "requires"> {
  const needs = new Set<number>();
  const requires = new Set<number>();
  const refer = (bulkId: string): number => {
    const post = posts.get(bulkId);
    if (post === undefined)
      throw invalidValue(`"bulkId:${printable(bulkId)}" refers to no POST of this bulk request; check its bulkId.`, {
        summary: "A bulkId refers to no POST of the bulk request.",
      });
    needs.add(post);
    return post;
  };
  if (target.type === "resource" && target.bulkId !== undefined) refer(target.bulkId);
  if (entry.method !== undefined) {
    // Nothing of the body is read yet: what a rule has to say of it, it says when the operation is executed.
    const silent = { ...call, note: () => undefined };
    mapBody(entry.method, target.resourceType, body, silent, ({ bulkId, attribute }) => {
      const post = refer(bulkId);
      if (attribute?.required) requires.add(post);
      return undefined;
    });
  }
  const ascending = (positions: Set<number>): readonly number[] => [...positions].sort((left, right) => left - right);
  return { needs: ascending(needs), requires: ascending(requires) };
}

/**
 * Operations that refer to each other. Where required attributes do so among themselves, no order of creation is left, and
 * none of them can succeed; otherwise they are created in an order in which every required reference leads to what is there.
 * @see RFC 7644 §3.7.1
 */
function stepsOf(members: readonly PlannedOperation[]): readonly Step[] {
  const [first] = members;
  if (first !== undefined && members.length === 1 && !first.needs.includes(first.index))
    return [{ type: "operation", operation: first }];
  const byIndex = new Map(members.map((operation) => [operation.index, operation]));
  const requiredBy = (index: number): readonly number[] => byIndex.get(index)?.requires ?? [];
  const order = components([...byIndex.keys()], requiredBy);
  const isImpossible = order.some(
    (together) => together.length > 1 || together.some((index) => requiredBy(index).includes(index)),
  );
  if (!isImpossible)
    return [{ type: "circle", operations: order.flat().map((index) => byIndex.get(index) as PlannedOperation) }];
  const problem = conflict(
    "The operation is part of a circle of references through required attributes, so that no resource of it can be created first.",
  );
  return members.map((operation) => ({ type: "operation", operation: { ...operation, problem } }));
}
