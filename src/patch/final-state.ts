import { invalidValue } from "../error.ts";
import type { Attribute } from "../schema/attribute.ts";
import { missingAttributes } from "../schema/canonical.ts";
import { KEPT_NAME, overfullKept } from "../schema/kept.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { ValueLimits } from "../schema/validate.ts";
import { isObject, type ResourceObject, readAttribute } from "../schema/value.ts";
import { forEach, type Steps } from "../time-slice.ts";
import { type ElementList, isPrimary } from "./element-list.ts";

/** One thing that is wrong with the outcome: with which attribute (by its path, or an extension by its URN), and the error. */
export interface Fault {
  readonly path: string;
  readonly error: Error;
}

/**
 * The first of what is wrong. It is judged once, when all operations are through, since one may put right what another one did: attributes and
 * sub-attributes that are required, one primary element at most, and how many elements there are. What a resource lacked
 * before is not held against a PATCH that does not touch it.
 *
 * @see RFC 7643 §2.2, §2.4
 */
export function* findFault(
  resourceType: CompiledResourceType,
  before: ResourceObject,
  after: ResourceObject,
  lists: Iterable<ElementList>,
  limits: ValueLimits,
): Steps<Fault | undefined> {
  for (const list of lists) {
    const fault = list.revision === 0 ? undefined : yield* faultOfList(list, limits);
    if (fault !== undefined) return fault;
  }
  for (const attribute of resourceType.attributes) {
    const value = attribute.type === "complex" && !attribute.multiValued ? readAttribute(after, attribute) : undefined;
    const isTouched = value !== undefined && value !== readAttribute(before, attribute);
    const fault = isTouched ? faultOfComplex(attribute, value, limits) : undefined;
    if (fault !== undefined) return fault;
  }
  return (
    newlyOverfull(before, after, limits) ??
    newlyMissing(resourceType, before, after) ??
    newlyStateless(resourceType, before, after)
  );
}

function* faultOfList(list: ElementList, limits: ValueLimits): Steps<Fault | undefined> {
  const { attribute } = list;
  const { path } = attribute;
  const values = yield* list.values();
  const primaries = attribute.sub("primary") === undefined ? 0 : values.filter(isPrimary).length;
  if (primaries > 1)
    return faultOf(path, `${path} would have ${primaries} elements with primary true; at most one may be primary.`);
  // How many members a group has is for storage to bound: a delta adds to them without counting.
  if (!attribute.collection && values.length > limits.elements && values.length > list.storedSize)
    return faultOf(
      path,
      `${path} would have ${values.length} elements; at most ${limits.elements} are allowed (limits.elements).`,
    );
  let fault: Fault | undefined;
  yield* forEach(list.changed(), (element) => {
    fault ??= faultOfComplex(attribute, element, limits);
  });
  return fault;
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
  const sub = attribute.subAttributes.find(
    ({ required, mutability, name }) => required && mutability !== "readOnly" && value[name] === undefined,
  );
  return sub === undefined ? undefined : `${sub.path} is required.`;
}

function overfullSub(attribute: Attribute, value: unknown, most: number): string | undefined {
  if (!isObject(value)) return undefined;
  const sub = attribute.subAttributes.find(({ multiValued, name }) => {
    const values = multiValued ? value[name] : undefined;
    return Array.isArray(values) && values.length > most;
  });
  return sub === undefined
    ? undefined
    : `${sub.path} would have more than ${most} values, which is the most that are allowed (limits.elements).`;
}
