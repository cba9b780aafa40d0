import { type Attribute, pathOf } from "../schema/attribute.ts";
import type { ResourceObject } from "../schema/value.ts";
import { doAll, forEach, isFew, type Steps } from "../time-slice.ts";
import { namedValues } from "./named-values.ts";
import type { AttributeOperation, PreparedOperation } from "./operation.ts";

/**
 * A change of one collection that needs no look at it: first `remove`, then `add`. Deltas of concurrent requests commute but
 * for the elements that both name.
 * @see RFC 7644 §3.5.2
 */
export interface Delta {
  readonly attribute: Attribute;
  /** Elements to add; one that is there already (by its `value`) stays as it is. */
  readonly add: readonly ResourceObject[];
  /** `value`s of the elements to remove; those that are not there do not matter. */
  readonly remove: readonly unknown[];
}

/**
 * Says which requests can be done without reading the resource: those that only add to or remove from one collection by the
 * elements' `value`. Undefined for every other request. The operations are folded in their order: an element added and then
 * removed is removed, one removed and then added is both [G-21].
 *
 * @example
 * ```ts
 * import { compileResourceType, Group } from "scimkit";
 * import { classify, prepare } from "scimkit/patch";
 * const operations = prepare(compileResourceType(Group), [
 *   { op: "remove", path: 'members[value eq "u1"]' },
 *   { op: "add", path: "members", value: [{ value: "u2" }] },
 * ]);
 * const delta = classify(operations); // { attribute: …, remove: ["u1"], add: [{ value: "u2" }] }
 * ```
 * @see RFC 7644 §3.5.2
 */
export function classify(operations: readonly PreparedOperation[]): Delta | undefined {
  const { deltas, rest } = doAll(divide(operations));
  return rest.length === 0 && deltas.length === 1 ? deltas[0] : undefined;
}

/** The parts of a request that do not depend on each other, since each is about other attributes. */
export interface Division {
  /** One for each collection that all operations on it only add to or remove from by `value`. */
  readonly deltas: readonly Delta[];
  /** What takes a look at the resource, in its order. */
  readonly rest: readonly PreparedOperation[];
}

/** Divides a request into what can be done without a look at the resource, and the rest. @see RFC 7644 §3.5.2 */
export function* divide(operations: readonly PreparedOperation[]): Steps<Division> {
  // Mostly nobody names a collection.
  if (isFew(operations.length) && !operations.some(isOnCollection)) return { deltas: [], rest: operations };
  const changes = new Map<PreparedOperation, Delta>();
  const looked = new Set<Attribute>();
  yield* forEach(operations, (operation) => {
    const change = changeOf(operation);
    if (change !== undefined) changes.set(operation, change);
    else if (operation.type === "attribute") looked.add(operation.path.attribute);
    else if (operation.type === "element") looked.add(operation.attribute);
  });
  const folded = new Map<Attribute, Folded>();
  const rest: PreparedOperation[] = [];
  for (const operation of operations) {
    const change = changes.get(operation);
    if (change === undefined || looked.has(change.attribute)) rest.push(operation);
    else {
      const into = folded.get(change.attribute) ?? { add: new Map(), remove: new Map() };
      folded.set(change.attribute, into);
      yield* fold(change, into);
    }
  }
  const deltas = [...folded].map(([attribute, { add, remove }]) => {
    return { attribute, add: [...add.values()], remove: [...remove.values()] };
  });
  return { deltas, rest };
}

function isOnCollection(operation: PreparedOperation): boolean {
  if (operation.type === "attribute") return operation.path.attribute.collection;
  return operation.type === "element" && operation.attribute.collection;
}

/** What several deltas of one collection come to, by the key of `value`. */
interface Folded {
  readonly add: Map<unknown, ResourceObject>;
  readonly remove: Map<unknown, unknown>;
}

function* fold({ attribute, add, remove }: Delta, into: Folded): Steps<void> {
  const identity = attribute.sub("value");
  yield* forEach(remove, (value) => {
    const key = identity?.key(value);
    into.add.delete(key);
    into.remove.set(key, value);
  });
  yield* forEach(add, (element) => {
    const key = identity?.key(element.value);
    if (!into.add.has(key)) into.add.set(key, element);
  });
}

function changeOf(operation: PreparedOperation): Delta | undefined {
  if (operation.type === "attribute") {
    const { path, op, value } = operation;
    const { attribute, sub } = path;
    // A remove without values empties the collection, which a delta cannot say.
    if (sub !== undefined || op === "replace" || value === undefined || !isBlind(attribute)) return undefined;
    const elements = value as readonly ResourceObject[];
    if (elements.some((element) => element.value === undefined)) return undefined;
    if (op === "add") return { attribute, add: elements, remove: [] };
    return attribute.required ? undefined : { attribute, add: [], remove: elements.map((element) => element.value) };
  }
  if (operation.type !== "element" || operation.op !== "remove" || operation.sub !== undefined) return undefined;
  const { attribute, filter } = operation;
  const values = !isBlind(attribute) || attribute.required || filter === undefined ? undefined : namedValues(filter);
  return values === undefined ? undefined : { attribute, add: [], remove: values };
}

/**
 * Whether an element can come or go without a look at the others and at the rest of the resource: not where only a first value
 * is allowed, where one element being primary changes another one, or where `schemas` follows from it.
 */
function isBlind(attribute: Attribute): boolean {
  const { collection, mutability, extension } = attribute;
  return collection && mutability === "readWrite" && extension === undefined && attribute.sub("primary") === undefined;
}

/**
 * The delta as prepared operations, for storage that takes none: however many operations there were, two are left.
 *
 * @example
 * ```ts
 * import { compileResourceType, Group } from "scimkit";
 * import { applyPatch, classify, operationsOf, prepare } from "scimkit/patch";
 * const type = compileResourceType(Group);
 * const delta = classify(prepare(type, [{ op: "add", path: "members", value: [{ value: "u1" }] }]));
 * const group = { schemas: [type.urn], id: "g1", displayName: "Guides" };
 * if (delta !== undefined) applyPatch(type, group, operationsOf(delta)); // members: [{ value: "u1" }]
 * ```
 * @see RFC 7644 §3.5.2
 */
export function operationsOf(delta: Delta): readonly PreparedOperation[] {
  const path = pathOf(delta.attribute);
  const operation = (
    op: "add" | "remove",
    value: readonly unknown[],
  ): readonly (AttributeOperation & { readonly index: number })[] =>
    value.length === 0 ? [] : [{ index: 0, type: "attribute", op, path, value, cleared: [] }];
  return [
    ...operation(
      "remove",
      delta.remove.map((value) => ({ value })),
    ),
    ...operation("add", delta.add),
  ];
}
