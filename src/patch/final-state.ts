import { invalidValue } from "../error.ts";
import type { Attribute } from "../schema/attribute.ts";
import { missingAttributes } from "../schema/canonical.ts";
import { KEPT_NAME, overfullKept } from "../schema/kept.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { ValueLimits } from "../schema/validate.ts";
import { isObject, type ResourceObject, readAttribute } from "../schema/value.ts";
import { andThen, oneByOne, type Work } from "../time-slice.ts";
import type { PatchedDocument } from "./document.ts";
import { type ElementList, isPrimary } from "./element-list.ts";

/** One thing that is wrong with the outcome: with which attribute (by its path, or an extension by its URN), and the error. */
export interface Fault {
  readonly path: string;
  readonly error: Error;
}

/**
 * The first of what is wrong. It is judged once, when all operations are through, since one may put right what another one did: attributes and
 * sub-attributes that are required, one primary element at most, and how many elements there are. What a resource lacked
 * before is not held against a PATCH that does not touch it, so that only what was touched is looked at.
 *
 * @see RFC 7643 §2.2, §2.4
 */
export function findFault(
  resourceType: CompiledResourceType,
  before: ResourceObject,
  after: ResourceObject,
  document: PatchedDocument,
  limits: ValueLimits,
): Work<Fault | undefined> {
  if (document.lists.length === 0) return faultOfRest(resourceType, before, after, document, limits);
  let found: Fault | undefined;
  const look = oneByOne(document.lists, (list) =>
    found !== undefined || list.revision === 0
      ? undefined
      : andThen(faultOfList(list, limits), (fault) => {
          found = fault;
        }),
  );
  return andThen(look, () => found ?? faultOfRest(resourceType, before, after, document, limits));
}

function faultOfRest(
  resourceType: CompiledResourceType,
  before: ResourceObject,
  after: ResourceObject,
  document: PatchedDocument,
  limits: ValueLimits,
): Fault | undefined {
  return (
    faultOfSingular(resourceType, after, document, limits) ??
    newlyOverfull(before, after, limits) ??
    (document.mayLack ? newlyLacking(resourceType, before, after) : undefined)
  );
}

/** The first in the order of the resource type, which is looked at only where one of those that were written has a fault. */
function faultOfSingular(
  resourceType: CompiledResourceType,
  after: ResourceObject,
  { complex }: PatchedDocument,
  limits: ValueLimits,
): Fault | undefined {
  for (const written of complex) {
    const fault = faultOfComplex(written, readAttribute(after, written), limits);
    if (fault === undefined) continue;
    for (const attribute of resourceType.attributes) {
      const first = complex.includes(attribute)
        ? faultOfComplex(attribute, readAttribute(after, attribute), limits)
        : undefined;
      if (first !== undefined) return first;
    }
    return fault;
  }
  return undefined;
}

function faultOfList(list: ElementList, limits: ValueLimits): Work<Fault | undefined> {
  return andThen(list.values(), faultOfValues, list, limits);
}

function faultOfValues(values: readonly unknown[], list: ElementList, limits: ValueLimits): Work<Fault | undefined> {
  const { attribute } = list;
  const { path } = attribute;
  let primaries = 0;
  if (attribute.sub("primary") !== undefined) for (const value of values) if (isPrimary(value)) primaries++;
  if (primaries > 1)
    return faultOf(path, `${path} would have ${primaries} elements with primary true; at most one may be primary.`);
  // How many members a group has is for storage to bound: a delta adds to them without counting.
  if (!attribute.collection && values.length > limits.elements && values.length > list.storedSize)
    return faultOf(
      path,
      `${path} would have ${values.length} elements; at most ${limits.elements} are allowed (limits.elements).`,
    );
  return list.findInChanged((element) => faultOfComplex(attribute, element, limits));
}

/** Of one complex value, or of one element. */
function faultOfComplex(attribute: Attribute, value: unknown, { elements }: ValueLimits): Fault | undefined {
  const detail = missingSub(attribute, value) ?? overfullSub(attribute, value, elements);
  return detail === undefined ? undefined : faultOf(attribute.path, detail);
}

function newlyOverfull(before: ResourceObject, after: ResourceObject, limits: ValueLimits): Fault | undefined {
  const detail = before[KEPT_NAME] === after[KEPT_NAME] ? undefined : overfullKept(after, limits);
  return detail === undefined ? undefined : faultOf(KEPT_NAME, detail);
}

function newlyLacking(
  resourceType: CompiledResourceType,
  before: ResourceObject,
  after: ResourceObject,
): Fault | undefined {
  return newlyMissing(resourceType, before, after) ?? newlyStateless(resourceType, before, after);
}

function newlyMissing(
  resourceType: CompiledResourceType,
  before: ResourceObject,
  after: ResourceObject,
): Fault | undefined {
  const lacking = new Set(missingAttributes(resourceType, before).map(({ path }) => path));
  const missing = missingAttributes(resourceType, after).find(({ path }) => !lacking.has(path));
  return missing === undefined ? undefined : faultOf(missing.path, `${missing.path} ${missing.message}.`);
}

/** What has a default of its schema's always has a state: an account without one is let in by one host and locked out by another [R-19a]. */
function newlyStateless(
  resourceType: CompiledResourceType,
  before: ResourceObject,
  after: ResourceObject,
): Fault | undefined {
  for (const attribute of resourceType.attributes) {
    if (attribute.default === undefined || attribute.required || readAttribute(after, attribute) !== undefined)
      continue;
    const { path, type } = attribute;
    if (readAttribute(before, attribute) !== undefined)
      return faultOf(
        path,
        `${path} must have a value${type === "boolean" ? ", true or false" : ""}; it cannot be unassigned.`,
      );
  }
  return undefined;
}

function faultOf(path: string, detail: string): Fault {
  return { path, error: invalidValue(detail) };
}

/** A required sub-attribute that a complex value lacks [S-7-27]. */
function missingSub(attribute: Attribute, value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  for (const { required, mutability, name, path } of attribute.subAttributes)
    if (required && mutability !== "readOnly" && value[name] === undefined) return `${path} is required.`;
  return undefined;
}

function overfullSub(attribute: Attribute, value: unknown, most: number): string | undefined {
  if (!isObject(value)) return undefined;
  for (const { multiValued, name, path } of attribute.subAttributes) {
    const values = multiValued ? value[name] : undefined;
    if (Array.isArray(values) && values.length > most)
      return `${path} would have more than ${most} values, which is the most that are allowed (limits.elements).`;
  }
  return undefined;
}
