import type { Filter } from "../filter/ast.ts";
import { type Attribute, type AttributePath, pathOf } from "../schema/attribute.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { AttributeOperation, PreparedOperation } from "./operation.ts";

/**
 * A change of one collection that needs no look at it: first `remove`, then `add`. Deltas of concurrent requests commute but
 * for the elements that both name.
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
 * removed is removed, one removed and then added is both.
 * @see RFC 7644 §3.5.2
 */
export function classify(operations: readonly PreparedOperation[]): Delta | undefined {
  let attribute: Attribute | undefined;
  const add = new Map<unknown, ResourceObject>();
  const remove = new Map<unknown, unknown>();
  for (const operation of operations) {
    const change = changeOf(operation);
    if (change === undefined || (attribute !== undefined && change.attribute !== attribute)) return undefined;
    attribute = change.attribute;
    for (const value of change.remove) {
      const key = keyOf(change.attribute, value);
      add.delete(key);
      remove.set(key, value);
    }
    for (const element of change.add) {
      const key = keyOf(change.attribute, element.value);
      if (!add.has(key)) add.set(key, element);
    }
  }
  return attribute === undefined ? undefined : { attribute, add: [...add.values()], remove: [...remove.values()] };
}

function keyOf(attribute: Attribute, value: unknown): unknown {
  return attribute.sub("value")?.key(value);
}

function changeOf(operation: PreparedOperation): Delta | undefined {
  if (operation.type === "attribute") {
    const { path, op, value } = operation;
    const { attribute, sub } = path;
    if (sub !== undefined || !attribute.collection || op === "replace" || !Array.isArray(value ?? [])) return undefined;
    // A remove without values empties the collection, which a delta cannot say.
    if (op === "remove" && value === undefined) return undefined;
    const elements = (value ?? []) as readonly ResourceObject[];
    if (elements.some((element) => element.value === undefined)) return undefined;
    if (op === "add") return { attribute, add: elements, remove: [] };
    return attribute.required ? undefined : { attribute, add: [], remove: elements.map((element) => element.value) };
  }
  if (operation.type !== "element" || operation.op !== "remove" || operation.sub !== undefined) return undefined;
  const { attribute, filter } = operation;
  const values = !attribute.collection || attribute.required || filter === undefined ? undefined : namedValues(filter);
  return values === undefined ? undefined : { attribute, add: [], remove: values };
}

/** `value eq "a"`, or several of them with `or`. */
function namedValues(filter: Filter<AttributePath>): readonly unknown[] | undefined {
  if (filter.type === "or") {
    const parts = filter.filters.map(namedValues);
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }
  const isNamed =
    filter.type === "compare" && filter.operator === "eq" && filter.value !== null && filter.path.sub?.name === "value";
  return isNamed ? [filter.value] : undefined;
}

/** The delta as prepared operations, for storage that takes none: however many operations there were, two are left. */
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
