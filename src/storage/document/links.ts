import type { CompiledResourceType } from "../../schema/resource-type.ts";
import { isObject, type ResourceObject, readAttribute, writeAttribute } from "../../schema/value.ts";
import type { NewResource, StorageNotice, StoredResource, WriteRequest } from "../adapter.ts";
import { referencesIn, settleReferences } from "../reference.ts";
import { type Links, linksAt, type Place, placesIn } from "./row.ts";
import type { Session } from "./session.ts";

/** The resource types that ids have; those of no resource are left out. */
export async function typesOf(
  session: Session,
  tenant: string,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const asked = [...new Set(ids)];
  const links = await session.get<Links>(asked.map((id) => linksAt(tenant, id)));
  return new Map(asked.flatMap((id, index) => (links[index]?.type === undefined ? [] : [[id, links[index].type]])));
}

/**
 * A resource with its references as they are to be stored.
 * @throws {ScimError} 400 invalidValue for one to nothing that is refused.
 */
export async function settle(
  session: Session,
  tenant: string,
  { resourceType, checkReferences }: WriteRequest,
  resource: NewResource,
  notices: StorageNotice[],
): Promise<NewResource> {
  const ids = [...referencesIn(resourceType, resource)].map(({ id }) => id);
  const types = await typesOf(session, tenant, ids);
  return settleReferences(resourceType, resource, (id) => types.get(id), {
    holder: resource.id,
    checkReferences,
    notices,
  });
}

/** The ids that a resource refers to. */
export function idsIn(type: CompiledResourceType, resource: ResourceObject): ReadonlySet<string> {
  return referredBy(placesIn(type), resource);
}

/** The same of a resource whose type is not at hand. */
export function referredBy(places: readonly Place[], resource: ResourceObject): ReadonlySet<string> {
  const ids = places.flatMap((place) => elementsAt(place, resource).map(({ value }) => value));
  return new Set(ids.filter((id) => typeof id === "string"));
}

function elementsAt(place: Place, resource: ResourceObject): readonly ResourceObject[] {
  const value = readAttribute(resource, place);
  return (Array.isArray(value) ? value : [value]).filter(isObject);
}

/** Notes who refers to whom now: `id` to `after`, and no longer to what else is in `before`. */
export async function link(
  session: Session,
  tenant: string,
  id: string,
  before: ReadonlySet<string>,
  after: ReadonlySet<string>,
): Promise<void> {
  const come = [...after].filter((other) => !before.has(other));
  const gone = [...before].filter((other) => !after.has(other));
  const places = [...come, ...gone].map((other) => linksAt(tenant, other));
  const found = await session.get<Links>(places);
  for (const [index, place] of places.entries()) {
    const { type, holders = [] } = found[index] ?? {};
    const others = holders.filter((holder) => holder !== id);
    putLinks(session, place, { type, holders: index < come.length ? [...others, id] : others });
  }
}

/** Notes what an id is of, or that it is of nothing. */
export async function linkType(session: Session, tenant: string, id: string, type: string | undefined): Promise<Links> {
  const place = linksAt(tenant, id);
  const [links = { holders: [] }] = await session.get<Links>([place]);
  putLinks(session, place, { type, holders: links.holders });
  return links;
}

function putLinks(session: Session, place: ReturnType<typeof linksAt>, links: Links): void {
  session.put(place, links.type === undefined && links.holders.length === 0 ? undefined : links);
}

/**
 * A resource without its references to what is deleted; the very resource where it has none. With the last one goes the attribute, and with
 * the last attribute of an extension its URN.
 */
export function withoutReferences(
  places: readonly Place[],
  resource: StoredResource,
  id: string,
  type: string,
): StoredResource {
  const held = places.filter(
    (place) => place.resourceTypes.includes(type) && elementsAt(place, resource).some(({ value }) => value === id),
  );
  if (held.length === 0) return resource;
  const left: Record<string, unknown> = { ...resource };
  for (const place of held) {
    const others = elementsAt(place, resource).filter(({ value }) => value !== id);
    writeAttribute(left, place, place.multiValued && others.length > 0 ? others : undefined);
    if (place.extension !== undefined && left[place.extension] === undefined)
      left.schemas = resource.schemas.filter((urn) => urn !== place.extension);
  }
  return left as unknown as StoredResource;
}
