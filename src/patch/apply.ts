import type { Operation } from "fast-json-patch";
import type { Filter } from "../filter/ast.ts";
import { elementTest } from "../filter/predicate.ts";
import { invalidValue, mutability, noTarget } from "../protocol/error.ts";
import { type Attribute, type AttributePath, leafOf } from "../schema/attribute.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import { isObject, isSame, type ResourceObject } from "../schema/value.ts";
import { PatchedDocument } from "./document.ts";
import type { AttributeOperation, ElementOperation, PreparedOperation } from "./operation.ts";
import { located } from "./prepare.ts";

/** Switches of `applyPatch`; quirks decide on them. */
export interface ApplyOptions {
  /** Told of a value path that selects nothing, whose element is then made from the filter; undefined where that is 400 noTarget. */
  readonly createOnNoMatch?: ((path: string) => void) | undefined;
}

/** What a PATCH came to. */
export interface Patched {
  readonly resource: ResourceObject;
  /** writeOnly attributes by path; `null` unassigns. */
  readonly secrets: Readonly<Record<string, unknown>>;
  /** What was done to the resource. @see RFC 6902 */
  readonly changes: readonly Operation[];
}

/**
 * Applies prepared operations in order, each to the result of the one before, all or none of them: the resource that came in
 * stays as it was.
 *
 * @throws {ScimError} 400 mutability, noTarget, invalidValue, naming the operation.
 * @see RFC 7644 §3.5.2
 */
export function applyPatch(
  resourceType: ResourceType,
  resource: ResourceObject,
  operations: readonly PreparedOperation[],
  options: ApplyOptions = {},
): Patched {
  const document = new PatchedDocument(resource);
  const secrets: Record<string, unknown> = {};
  const touched = new Map<Attribute, number>();
  for (const operation of operations) {
    try {
      applyOne(resourceType, document, operation, secrets, options);
    } catch (error) {
      throw located(error, operation.index);
    }
    if (operation.type === "attribute") touched.set(operation.path.attribute, operation.index);
    if (operation.type === "element") touched.set(operation.attribute, operation.index);
  }
  // On the final state, since one operation may put right what another one did [A13].
  for (const [attribute, index] of touched) {
    try {
      checkFinal(attribute, document.read(attribute));
    } catch (error) {
      throw located(error, index);
    }
  }
  return { resource: document.resource, secrets, changes: document.operations };
}

function applyOne(
  resourceType: ResourceType,
  document: PatchedDocument,
  operation: PreparedOperation,
  secrets: Record<string, unknown>,
  options: ApplyOptions,
): void {
  switch (operation.type) {
    case "attribute":
      return applyToAttribute(document, operation);
    case "element":
      return applyToElements(document, operation, options);
    case "secret":
      secrets[operation.attribute.path] = operation.value;
      return;
    case "echo":
      if (!isEcho(operation.attribute, document.read(operation.attribute), operation.value)) {
        throw mutability(`${operation.attribute.path} is readOnly; it cannot be changed by a client.`);
      }
      return;
    case "schemas": {
      const { op, urns = [] } = operation;
      for (const extension of resourceType.extensions) {
        const isGone =
          op === "remove" ? urns.includes(extension.urn) : op === "replace" && !urns.includes(extension.urn);
        if (isGone) for (const attribute of extension.attributes) remove(document, attribute);
      }
    }
  }
}

/** A readOnly attribute that a client sends back says what is stored, as far as it says something. */
function isEcho(attribute: Attribute, stored: unknown, sent: unknown): boolean {
  if (sent === null || sent === undefined || attribute.name === "schemas") return true;
  if (isObject(sent) && isObject(stored)) {
    return Object.entries(sent).every(([name, value]) => {
      const sub = attribute.sub(name);
      return sub === undefined || sub.type === "reference" || sub.name === "version" || isSame(stored[sub.name], value);
    });
  }
  return isSame(stored, sent);
}

function applyToAttribute(document: PatchedDocument, operation: AttributeOperation): void {
  const { path, op, value, cleared } = operation;
  const { attribute, sub } = path;
  if (sub !== undefined) {
    if (op === "remove" || value === undefined) return removeSub(document, attribute, sub, op, []);
    return setSub(document, attribute, sub, value, []);
  }
  if (op === "remove" && value !== undefined) return removeListed(document, attribute, value as readonly unknown[]);
  if (op === "remove") return remove(document, attribute);
  if (attribute.multiValued) {
    const elements = (value ?? []) as readonly unknown[];
    return op === "add" ? addElements(document, attribute, elements) : replaceElements(document, attribute, elements);
  }
  if (attribute.type === "complex" && (value !== undefined || cleared.length > 0)) {
    return merge(document, attribute, (value ?? {}) as ResourceObject, cleared, []);
  }
  if (value === undefined) {
    if (attribute.required) throw invalidValue(`${attribute.path} is required; it cannot be unassigned.`);
    return remove(document, attribute);
  }
  const before = document.read(attribute);
  if (isSame(before, value)) return;
  checkImmutable(attribute, before);
  document.set(attribute, value);
}

function checkImmutable(attribute: Attribute, before: unknown): void {
  if (attribute.mutability !== "immutable" || before === undefined) return;
  throw mutability(`${attribute.path} is immutable and already has a value; it cannot be changed.`);
}

/** @see RFC 7644 §3.5.2.2 */
function remove(document: PatchedDocument, attribute: Attribute): void {
  if (attribute.required) throw mutability(`${attribute.path} is required; it cannot be removed.`);
  const before = document.read(attribute);
  if (before === undefined || attribute.mutability === "readOnly") return;
  checkImmutable(attribute, before);
  document.remove(attribute);
}

function valueBelow(value: unknown, below: readonly (string | number)[]): unknown {
  let found = value;
  for (const step of below)
    found = typeof found === "object" && found !== null ? (found as Record<string, unknown>)[step] : undefined;
  return found;
}

/** Sets a sub-attribute of the complex value at `at` (the attribute's own, or one element's). */
function setSub(
  document: PatchedDocument,
  attribute: Attribute,
  sub: Attribute,
  value: unknown,
  at: readonly number[],
): void {
  const before = valueBelow(document.read(attribute), [...at, sub.name]);
  const after =
    sub.multiValued && Array.isArray(before) && Array.isArray(value)
      ? [...before, ...value.filter((one) => !before.includes(one))]
      : value;
  if (isSame(before, after)) return;
  checkImmutable(sub, before);
  if (valueBelow(document.read(attribute), at) === undefined) document.set(attribute, { [sub.name]: after }, ...at);
  else document.set(attribute, after, ...at, sub.name);
}

function removeSub(
  document: PatchedDocument,
  attribute: Attribute,
  sub: Attribute,
  op: string,
  at: readonly number[],
): void {
  const before = valueBelow(document.read(attribute), [...at, sub.name]);
  if (before === undefined) return;
  if (sub.required)
    throw op === "remove"
      ? mutability(`${sub.path} is required; it cannot be removed.`)
      : invalidValue(`${sub.path} is required; it cannot be unassigned.`);
  checkImmutable(sub, before);
  document.remove(attribute, ...at, sub.name);
}

/** Sub-attributes that are given are set, others stay, for add and replace alike. @see RFC 7644 §3.5.2.1, §3.5.2.3 [A7] */
function merge(
  document: PatchedDocument,
  attribute: Attribute,
  value: ResourceObject,
  cleared: readonly Attribute[],
  at: readonly number[],
): void {
  const before = valueBelow(document.read(attribute), at);
  if (
    at.length === 0 &&
    before !== undefined &&
    attribute.mutability === "immutable" &&
    !isSame(before, { ...(before as object), ...value })
  ) {
    checkImmutable(attribute, before);
  }
  if (before === undefined) {
    if (Object.keys(value).length > 0) document.set(attribute, value, ...at);
    return;
  }
  for (const sub of attribute.subAttributes)
    if (value[sub.name] !== undefined) replaceSub(document, attribute, sub, value[sub.name], at);
  for (const sub of cleared) removeSub(document, attribute, sub, "replace", at);
}

function replaceSub(
  document: PatchedDocument,
  attribute: Attribute,
  sub: Attribute,
  value: unknown,
  at: readonly number[],
): void {
  const before = valueBelow(document.read(attribute), [...at, sub.name]);
  if (isSame(before, value)) return;
  checkImmutable(sub, before);
  document.set(attribute, value, ...at, sub.name);
}

function elementsOf(document: PatchedDocument, attribute: Attribute): readonly unknown[] {
  const value = document.read(attribute);
  return Array.isArray(value) ? value : [];
}

/** What makes two elements the same one: the value with its type; of a collection and of simple values the value alone [A51]. */
function identityOf(attribute: Attribute): (element: unknown) => string | undefined {
  const value = attribute.sub("value");
  const type = attribute.collection ? undefined : attribute.sub("type");
  return (element) => {
    if (!isObject(element)) return JSON.stringify(attribute.key(element));
    if (value === undefined || element.value === undefined) return undefined;
    return JSON.stringify([
      value.key(element.value),
      type === undefined || element.type === undefined ? null : type.key(element.type),
    ]);
  };
}

function addElements(document: PatchedDocument, attribute: Attribute, added: readonly unknown[]): void {
  const identity = identityOf(attribute);
  const existing = elementsOf(document, attribute);
  const positions = new Map<string, number>();
  existing.forEach((element, index) => {
    const key = identity(element);
    if (key !== undefined && !positions.has(key)) positions.set(key, index);
  });
  let length = existing.length;
  const primaries: number[] = [];
  for (const element of added) {
    const key = identity(element);
    let position = key === undefined ? undefined : positions.get(key);
    if (position === undefined && key === undefined) {
      const twin = elementsOf(document, attribute).findIndex((candidate) => isSame(candidate, element));
      position = twin === -1 ? undefined : twin;
    }
    if (position === undefined) {
      position = length++;
      if (key !== undefined) positions.set(key, position);
      document.append(attribute, element);
    } else if (isObject(element) && !attribute.collection) {
      merge(document, attribute, element, [], [position]);
    }
    if (isObject(element) && element.primary === true) primaries.push(position);
  }
  const primary = primaries.at(-1);
  if (primary !== undefined) flipPrimary(document, attribute, primary);
}

/** Setting one element primary makes the others not primary. @see RFC 7644 §3.5.2 [A52] */
function flipPrimary(document: PatchedDocument, attribute: Attribute, primary: number): void {
  elementsOf(document, attribute).forEach((element, index) => {
    if (index !== primary && isObject(element) && element.primary === true)
      document.set(attribute, false, index, "primary");
  });
}

function replaceElements(document: PatchedDocument, attribute: Attribute, replacement: readonly unknown[]): void {
  const existing = elementsOf(document, attribute);
  const keep = withStoredParts(attribute, existing, replacement);
  if (isSame(existing, keep)) return;
  if (keep.length === 0) {
    if (attribute.required) throw invalidValue(`${attribute.path} is required; it cannot be unassigned.`);
    checkImmutable(attribute, existing);
    return document.remove(attribute);
  }
  if (existing.length > 0) checkImmutable(attribute, existing);
  document.set(attribute, keep);
}

/** Of an element that stays, the readOnly and immutable parts are the stored ones; of a collection, the whole element. */
function withStoredParts(
  attribute: Attribute,
  existing: readonly unknown[],
  replacement: readonly unknown[],
): readonly unknown[] {
  const fixed = attribute.subAttributes.filter(
    (sub) => sub.mutability === "readOnly" || sub.mutability === "immutable",
  );
  if (fixed.length === 0) return replacement;
  const identity = identityOf(attribute);
  const stored = new Map(existing.map((element) => [identity(element), element]));
  return replacement.map((element) => {
    const key = identity(element);
    const twin = key === undefined ? undefined : stored.get(key);
    if (!isObject(twin) || !isObject(element)) return element;
    const parts = fixed.flatMap((sub) => (twin[sub.name] === undefined ? [] : [[sub.name, twin[sub.name]] as const]));
    return { ...element, ...Object.fromEntries(parts) };
  });
}

/** Removes the elements that are listed: by `value` where they have one, else those that have all of the given parts [A2]. */
function removeListed(document: PatchedDocument, attribute: Attribute, listed: readonly unknown[]): void {
  const value = attribute.sub("value");
  const keys = new Set<unknown>();
  const parts: ResourceObject[] = [];
  for (const element of listed) {
    if (!isObject(element)) keys.add(attribute.key(element));
    else if (value !== undefined && element.value !== undefined) keys.add(value.key(element.value));
    else parts.push(element);
  }
  const isListed = (element: unknown): boolean => {
    if (!isObject(element)) return keys.has(attribute.key(element));
    if (value !== undefined && element.value !== undefined && keys.has(value.key(element.value))) return true;
    return parts.some((part) =>
      Object.entries(part).every(([name, expected]) => isSameKey(attribute.sub(name), element[name], expected)),
    );
  };
  removeMatching(document, attribute, isListed);
}

function isSameKey(sub: Attribute | undefined, left: unknown, right: unknown): boolean {
  return left !== undefined && sub !== undefined && sub.key(left) === sub.key(right);
}

/** Above this, one replacement costs less than so many removals, each of which moves the rest of the array. */
const MOST_SINGLE_REMOVALS = 8;

function removeMatching(document: PatchedDocument, attribute: Attribute, matches: (element: unknown) => boolean): void {
  const existing = elementsOf(document, attribute);
  const positions = existing.flatMap((element, index) => (matches(element) ? [index] : []));
  if (positions.length === 0) return;
  if (positions.length === existing.length && attribute.required)
    throw mutability(`${attribute.path} is required; its last value cannot be removed.`);
  checkImmutable(attribute, existing);
  if (positions.length > MOST_SINGLE_REMOVALS) {
    const gone = new Set(positions);
    const rest = existing.filter((_, index) => !gone.has(index));
    return rest.length === 0 ? document.remove(attribute) : document.set(attribute, rest);
  }
  for (const position of positions.reverse()) document.remove(attribute, position);
}

function applyToElements(document: PatchedDocument, operation: ElementOperation, options: ApplyOptions): void {
  const { attribute, filter, sub, op, value, cleared } = operation;
  const matches = filter === undefined ? () => true : elementTest(filter);
  if (op === "remove" && sub === undefined) return removeMatching(document, attribute, matches);
  const positions = elementsOf(document, attribute).flatMap((element, index) => (matches(element) ? [index] : []));
  if (op === "remove" || (value === undefined && cleared.length === 0)) {
    if (sub === undefined) {
      if (positions.length === 0 && op === "replace") throw nothingSelected(attribute);
      return removeMatching(document, attribute, matches);
    }
    // From the last to the first, since an element that becomes empty goes.
    for (const position of positions.reverse()) removeSub(document, attribute, sub, op, [position]);
    return;
  }
  if (positions.length === 0) return createElement(document, operation, options);
  for (const position of positions) {
    if (sub !== undefined) replaceSub(document, attribute, sub, value, [position]);
    else if (op === "add" && isObject(value)) merge(document, attribute, value, cleared, [position]);
    else replaceElement(document, attribute, value ?? {}, position);
  }
  const setsPrimary =
    sub === undefined ? isObject(value) && value.primary === true : sub.name === "primary" && value === true;
  if (setsPrimary && positions.length === 1 && positions[0] !== undefined)
    flipPrimary(document, attribute, positions[0]);
}

/** The record itself is replaced; only what no client may change of it stays [A8]. */
function replaceElement(document: PatchedDocument, attribute: Attribute, value: unknown, position: number): void {
  const before = elementsOf(document, attribute)[position];
  if (!isObject(before) || !isObject(value)) {
    if (!isSame(before, value)) document.set(attribute, value, position);
    return;
  }
  const after: Record<string, unknown> = { ...value };
  for (const sub of attribute.subAttributes) {
    if (before[sub.name] === undefined) continue;
    if (sub.mutability === "readOnly") after[sub.name] = before[sub.name];
    if (sub.mutability === "immutable") {
      after[sub.name] ??= before[sub.name];
      if (!isSame(after[sub.name], before[sub.name])) checkImmutable(sub, before[sub.name]);
    }
  }
  if (!isSame(before, after)) document.set(attribute, after, position);
}

function nothingSelected(attribute: Attribute) {
  return noTarget(`No value of ${attribute.path} matches the filter of the path.`);
}

/** The element that the filter describes, with what the operation says of it [A5 A6]. */
function createElement(document: PatchedDocument, operation: ElementOperation, options: ApplyOptions): void {
  const { attribute, filter, sub, value } = operation;
  const described = filter === undefined ? undefined : describedBy(filter);
  if (described === undefined || attribute.type !== "complex" || options.createOnNoMatch === undefined)
    throw nothingSelected(attribute);
  options.createOnNoMatch(attribute.path);
  const element = { ...described, ...(sub === undefined ? (value as ResourceObject) : { [sub.name]: value }) };
  const position = elementsOf(document, attribute).length;
  document.append(attribute, element);
  if ((element as ResourceObject).primary === true) flipPrimary(document, attribute, position);
}

/** The values that a conjunction of `eq` demands; undefined for every other filter. */
function describedBy(filter: Filter<AttributePath>): ResourceObject | undefined {
  const parts = filter.type === "and" ? filter.filters : [filter];
  const element: Record<string, unknown> = {};
  for (const part of parts) {
    if (part.type !== "compare" || part.operator !== "eq" || part.value === null) return undefined;
    const { name, mutability: change } = leafOf(part.path);
    if (change === "readOnly" || (element[name] !== undefined && element[name] !== part.value)) return undefined;
    element[name] = part.value;
  }
  return element;
}

function checkFinal(attribute: Attribute, value: unknown): void {
  const elements = Array.isArray(value) ? value : [value];
  if (attribute.multiValued && attribute.sub("primary") !== undefined) {
    const count = elements.filter((element) => isObject(element) && element.primary === true).length;
    if (count > 1)
      throw invalidValue(
        `${attribute.path} would have ${count} elements with primary true; at most one may be primary.`,
      );
  }
  const required = attribute.subAttributes.filter((sub) => sub.required && sub.mutability !== "readOnly");
  for (const sub of required) {
    if (elements.some((element) => isObject(element) && element[sub.name] === undefined))
      throw invalidValue(`${sub.path} is required.`);
  }
}
