import { invalidValue } from "../error.ts";
import { hasNoMember, isObject, isSame, type ResourceObject } from "../schema/value.ts";
import { checkImmutable, merge, overwrite, requiredUnassigned, withoutSub, withSub } from "./complex.ts";
import type { PatchedDocument } from "./document.ts";
import type { Effort } from "./effort.ts";
import type { AttributeOperation } from "./operation.ts";

/** Told of a complex value that takes the place of all of the old one; undefined where it is merged into it. */
export type OverwritingReplace = ((path: string) => void) | undefined;

/**
 * Applies an operation on an attribute that is not multi-valued, or on a sub-attribute of one.
 * @throws {ScimError} 400 mutability, invalidValue.
 */
export function applyToSingular(
  document: PatchedDocument,
  operation: AttributeOperation,
  overwritingReplace: OverwritingReplace,
): void {
  const { path, op } = operation;
  const { attribute } = path;
  const before = document.read(attribute);
  const isOverwriting = overwritingReplace !== undefined && isReplaceOfComplex(operation);
  const after = isOverwriting ? overwritten(operation, before) : valueAfter(operation, before, document.effort);
  if (isSame(before, after)) return;
  if (isOverwriting) overwritingReplace(attribute.path);
  checkImmutable(attribute, before);
  if (after === undefined && attribute.required) throw requiredUnassigned(attribute, op);
  document.write(attribute, after);
}

function isReplaceOfComplex({ op, path: { attribute, sub }, value }: AttributeOperation): boolean {
  return op === "replace" && sub === undefined && attribute.type === "complex" && value !== undefined;
}

/** What the value does not name is unassigned, but for what no client may change. @throws {ScimError} 400 mutability, invalidValue. */
function overwritten({ path: { attribute }, value, cleared }: AttributeOperation, before: unknown): unknown {
  const given = value as ResourceObject;
  if (Object.keys(given).length === 0 && cleared.length === 0)
    throw invalidValue(`The value for ${attribute.path} has no sub-attribute; remove the attribute with remove.`);
  return orNothing(overwrite(attribute, before, given) as ResourceObject);
}

function valueAfter(operation: AttributeOperation, before: unknown, effort: Effort): unknown {
  const { path, op, value } = operation;
  const { attribute, sub } = path;
  const complex = isObject(before) ? before : {};
  // "the attribute and its associated value is removed, and the attribute SHALL be considered unassigned" [P-3.5.2.2-02].
  if (sub === undefined && op === "remove") return undefined;
  if (sub !== undefined && op === "remove")
    return orNothing(withoutSub(complex, sub, op, effort, value as readonly unknown[] | undefined));
  if (sub !== undefined)
    return orNothing(
      value === undefined ? withoutSub(complex, sub, op, effort) : withSub(complex, sub, op, value, effort),
    );
  // "Sub-attributes that are not specified in the value parameter are left unchanged" [P-3.5.2.3-06 P-3.5.2.1-05].
  if (attribute.type === "complex" && value !== undefined)
    return orNothing(
      merge(attribute, complex, op, { given: value as ResourceObject, cleared: operation.cleared }, effort),
    );
  // "the existing value is replaced" [P-3.5.2.1-07 P-3.5.2.3-03]; where there is none, it is added [P-3.5.2.1-04 P-3.5.2.3-05].
  return value;
}

/** A complex value in which nothing is left is unassigned. @see RFC 7643 §2.5 */
function orNothing(complex: ResourceObject): ResourceObject | undefined {
  return hasNoMember(complex) ? undefined : complex;
}
