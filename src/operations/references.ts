import type { Call } from "../call/call.ts";
import { checkLookedUp, type Place, placeOf } from "../call/elsewhere.ts";
import type { ForeignReference } from "../call/reference-rules.ts";
import { writeRequest } from "../call/write.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Context, StorageNotice } from "../storage/adapter.ts";
import { getOrCreate } from "../storage/get-or-create.ts";
import { type HeldReference, namesHolder, referencesIn, settleMissing, withSettled } from "../storage/reference.ts";
import { SELECT_NONE } from "./stored.ts";

/**
 * Settles references that lead into another storage than the resource's own, which storage cannot look up itself; gives the
 * resource with those that are to be stored. Those within one storage are settled there, in the same atomic step as the write.
 * `holder` is the id of the resource, where it has one yet.
 * @throws {ScimError} 400 invalidValue for a reference to nothing that is refused, and for a list that names its own resource.
 * @see RFC 7643 §2.3.7
 */
export function settleForeignReferences<C extends Context, R extends ResourceObject>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  resource: R,
  holder?: string,
): R | Promise<R> {
  const foreign = call.engine.references.get(resourceType)?.foreign;
  return foreign === undefined || foreign.length === 0
    ? resource
    : settleAll(call, resourceType, resource, holder, foreign);
}

async function settleAll<C extends Context, R extends ResourceObject>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  resource: R,
  holder: string | undefined,
  foreign: readonly ForeignReference[],
): Promise<R> {
  const options = { holder, notices: [] as StorageNotice[] };
  const settled = new Map<unknown, ResourceObject | undefined>();
  const all = [...referencesIn(resourceType, resource)];
  const ruleOf = ({ reference }: HeldReference) =>
    foreign.find((rule) => rule.reference.attribute === reference.attribute);
  checkLookedUp(
    call.elsewhere,
    all.flatMap((held) => ruleOf(held)?.targets.map((target) => ({ resourceType: target, id: held.id })) ?? []),
  );
  for (const held of all) {
    const rule = ruleOf(held);
    if (rule !== undefined) settled.set(held.element, await settleForeign(call, rule, held, options));
  }
  const { notify } = writeRequest(call, resourceType);
  for (const notice of options.notices) notify(notice);
  return settled.size === 0 ? resource : withSettled(resource, all, settled);
}

async function settleForeign<C extends Context>(
  call: Call<C>,
  { targets, missing }: ForeignReference,
  held: HeldReference,
  options: { readonly holder: string | undefined; readonly notices: StorageNotice[] },
): Promise<ResourceObject | undefined> {
  const isThereElsewhere = !namesHolder(held, options.holder) && (await isThere(held.id, targets, call));
  return isThereElsewhere ? held.element : settleMissing(held, missing, options);
}

/** Whether a resource of one of the types has the id. */
export async function isThere<C extends Context>(
  id: string,
  types: readonly CompiledResourceType[],
  call: Call<C>,
): Promise<boolean> {
  const places = types.map((resourceType) => ({ resourceType, id }));
  checkLookedUp(call.elsewhere, places);
  const found = await Promise.all(
    places.map(async (place) => {
      const known = call.elsewhere?.known.get(placeOf(place));
      return known ?? hasResource(place, call);
    }),
  );
  return found.includes(true);
}

/** Asks storage whether there is a resource. */
export async function hasResource<C extends Context>({ resourceType, id }: Place, call: Call<C>): Promise<boolean> {
  const request = { resourceType, id, select: SELECT_NONE, signal: call.signal };
  return (await call.storageOf(resourceType).get(request, call.context)) !== undefined;
}

/** Whether storage left a reference out. */
export function isDropped(notice: StorageNotice): notice is StorageNotice & { readonly type: "missingReference" } {
  return notice.type === "missingReference" && notice.outcome === "dropped";
}

/** A resource as it was given to storage, without the references that storage left out. */
export function withoutDropped<R extends ResourceObject>(
  resourceType: CompiledResourceType,
  resource: R,
  notices: readonly StorageNotice[],
): R {
  if (notices.length === 0) return resource;
  const dropped = notices.filter(isDropped);
  if (dropped.length === 0) return resource;
  const names = new Set(dropped.map((notice) => nameOf(notice.attribute, notice.value)));
  const held = [...referencesIn(resourceType, resource)].filter(({ reference, id }) =>
    names.has(nameOf(reference.attribute.path, id)),
  );
  return withSettled(resource, held, new Map(held.map(({ element }) => [element, undefined])));
}

/** Whether storage says that it has another value of an attribute than it was given. */
export function isOtherwise(notice: StorageNotice): notice is StorageNotice & { readonly type: "attributeKept" } {
  return notice.type === "attributeKept";
}

/** A resource as it was given to storage, with what storage has of it instead. */
export function withKept<R extends ResourceObject>(
  resourceType: CompiledResourceType,
  resource: R,
  stored: ResourceObject,
  notices: readonly StorageNotice[],
): R {
  if (notices.length === 0) return resource;
  const kept = notices.flatMap((notice) =>
    isOtherwise(notice) ? (resourceType.resolve(notice.attribute)?.attribute ?? []) : [],
  );
  if (kept.length === 0) return resource;
  const whole: Record<string, unknown> = { ...resource };
  for (const attribute of kept) writeAttribute(whole, attribute, readAttribute(stored, attribute));
  return whole as R;
}

/** Tells which notices are about a reference that a stored resource holds already, and so are no news. */
export function heldIn(resourceType: CompiledResourceType, stored: ResourceObject): (notice: StorageNotice) => boolean {
  const held = new Map<string, ReadonlySet<unknown>>();
  return (notice) => {
    if (notice.type !== "missingReference" || notice.outcome === "dropped") return false;
    return getOrCreate(held, notice.attribute, () => valuesOf(resourceType, stored, notice.attribute)).has(
      notice.value,
    );
  };
}

function valuesOf(resourceType: CompiledResourceType, stored: ResourceObject, path: string): ReadonlySet<unknown> {
  const reference = resourceType.references.find(({ attribute }) => attribute.path === path);
  const value = reference && readAttribute(stored, reference.attribute);
  const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
  return new Set(elements.map((element) => (element as ResourceObject | undefined)?.value));
}

function nameOf(attribute: string, id: string): string {
  return `${attribute} ${id}`;
}
