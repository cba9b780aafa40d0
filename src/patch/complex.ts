import { invalidValue, mutability, type ScimError } from "../error.ts";
import type { Attribute } from "../schema/attribute.ts";
import { isKept, isKeptPart, readKept, withKept } from "../schema/kept.ts";
import { isObject, isSame, type ResourceObject } from "../schema/value.ts";
import type { Effort } from "./effort.ts";
import type { Op } from "./parse.ts";

/** What an operation says of the sub-attributes of one complex value. */
export interface SubAttributes {
  /** Values of the sub-attributes that are given. */
  readonly given: ResourceObject;
  /** Sub-attributes that are unassigned with `null`. */
  readonly cleared: readonly Attribute[];
}

/**
 * Sub-attributes that are given are set, others stay, for add and replace alike; an add to a multi-valued sub-attribute adds.
 * @throws {ScimError} 400 mutability for an immutable sub-attribute that has another value, invalidValue for a required one unassigned.
 * @see RFC 7644 §3.5.2.1, §3.5.2.3 [R-7 R-9]
 */
export function merge(
  attribute: Attribute,
  before: ResourceObject,
  op: Op,
  { given, cleared }: SubAttributes,
  effort: Effort,
): ResourceObject {
  if (isKept(attribute))
    return Object.entries(given).reduce((kept, [name, value]) => withKept(kept, name, value), before);
  let after = before;
  for (const sub of attribute.subAttributes)
    if (given[sub.name] !== undefined) after = withSub(after, sub, op, given[sub.name], effort);
  for (const sub of cleared) after = withoutSub(after, sub, "replace", effort);
  return after;
}

/** The complex value with another value of one sub-attribute. @throws {ScimError} 400 mutability. */
export function withSub(
  before: ResourceObject,
  sub: Attribute,
  op: Op,
  given: unknown,
  effort: Effort,
): ResourceObject {
  if (isKeptPart(sub)) return isSame(readKept(before, sub.name), given) ? before : withKept(before, sub.name, given);
  const old = before[sub.name];
  const value = op === "add" && sub.multiValued ? union(sub, old, given, effort) : given;
  if (isSame(old, value)) return before;
  checkImmutable(sub, old);
  return { ...before, [sub.name]: value };
}

/**
 * The complex value without a sub-attribute, or without the listed ones of its values.
 * @throws {ScimError} 400 mutability, invalidValue.
 * @see RFC 7644 §3.5.2.2
 */
export function withoutSub(
  before: ResourceObject,
  sub: Attribute,
  op: Op,
  effort: Effort,
  listed?: readonly unknown[] | undefined,
): ResourceObject {
  if (isKeptPart(sub)) return withKept(before, sub.name, undefined);
  const { [sub.name]: old, ...rest } = before;
  if (old === undefined) return before;
  if (listed !== undefined && Array.isArray(old)) {
    effort.spend(old.length);
    const keys = new Set(listed.map((value) => sub.key(value)));
    const left = old.filter((value) => !keys.has(sub.key(value)));
    if (left.length === old.length) return before;
    if (left.length > 0) {
      checkImmutable(sub, old);
      return { ...before, [sub.name]: left };
    }
  }
  if (sub.required) throw requiredUnassigned(sub, op);
  checkImmutable(sub, old);
  return rest;
}

/**
 * A record that takes the place of another one: only what no client may change of it stays.
 * @throws {ScimError} 400 mutability for an immutable sub-attribute that would change.
 * @see RFC 7644 §3.5.2.3 "all matching record values SHALL be replaced"
 */
export function overwrite(attribute: Attribute, before: unknown, value: unknown): unknown {
  if (!isObject(before) || !isObject(value)) return value;
  const after: Record<string, unknown> = { ...value };
  for (const sub of attribute.subAttributes) {
    const old = before[sub.name];
    if (old === undefined) continue;
    if (sub.mutability === "readOnly") after[sub.name] = old;
    if (sub.mutability === "immutable") {
      after[sub.name] ??= old;
      // A member that stays is the stored one, whatever the client says of it besides its value.
      if (attribute.collection) after[sub.name] = old;
      else if (!isSame(after[sub.name], old)) checkImmutable(sub, old);
    }
  }
  return after;
}

/** An immutable attribute takes a first value and no other. @throws {ScimError} 400 mutability. @see RFC 7643 §2.2 */
export function checkImmutable(attribute: Attribute, before: unknown): void {
  if (attribute.mutability !== "immutable" || before === undefined) return;
  throw mutability(`${attribute.path} is immutable and already has a value; it cannot be changed.`);
}

/** What to call the unassigning of a required attribute: "mutability" where it is removed, "invalidValue" where it is set to nothing. */
export function requiredUnassigned({ path }: { readonly path: string }, op: Op): ScimError {
  return op === "remove"
    ? mutability(`${path} is required; it cannot be removed.`)
    : invalidValue(`${path} is required; it cannot be unassigned.`);
}

/** The values of a multi-valued sub-attribute with those that it lacks. */
function union(sub: Attribute, old: unknown, given: unknown, effort: Effort): unknown {
  if (!Array.isArray(old) || !Array.isArray(given)) return given;
  effort.spend(old.length);
  const keys = new Set(old.map((value) => sub.key(value)));
  return [...old, ...given.filter((value) => !keys.has(sub.key(value)))];
}
