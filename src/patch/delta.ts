import { type Attribute, pathOf } from "../schema/attribute.ts";
import type { ResourceObject } from "../schema/value.ts";
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
