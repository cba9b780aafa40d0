import { uniqueness } from "../../error.ts";
import { type AttributePath, leafOf } from "../../schema/attribute.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import type { ResourceObject } from "../../schema/value.ts";
import { type UniqueKey, uniqueKeys } from "../values.ts";
import { type Filed, filedAt, type Holders, KINDS, type Row, resourceAt, type UniquePlace, uniqueAt } from "./row.ts";
import type { Session } from "./session.ts";

/** Where the document of a unique value is: types of one schema share it. */
export function placeOf({ urn }: CompiledResourceType, path: AttributePath, key: UniqueKey["key"], isGlobal: boolean) {
  return { isGlobal, key: JSON.stringify([urn, path.text, key]) } satisfies UniquePlace;
}

/** The unique values of a resource, each once, with the path that has it. */
function placesOf(
  type: CompiledResourceType,
  resource: ResourceObject,
): ReadonlyMap<string, UniquePlace & { path: string }> {
  const places = uniqueKeys(type, resource).map(({ path, key, isGlobal }) => ({
    ...placeOf(type, path, key, isGlobal),
    path: path.text,
  }));
  return new Map(places.map((place) => [place.key, place]));
}

/**
 * The unique values that a resource is to hold, once it is known that nobody else does. One that it holds already is not asked about: it may be
 * shared since before it had to be unique.
 * @throws {ScimError} 409 uniqueness that names the attribute.
 */
export async function checkUnique(
  session: Session,
  tenant: string,
  type: CompiledResourceType,
  resource: ResourceObject,
  held: readonly UniquePlace[] = [],
): Promise<readonly UniquePlace[]> {
  const places = [...placesOf(type, resource).values()];
  const own = new Set(held.map(({ key }) => key));
  const others = places.filter(({ key }) => !own.has(key));
  const found = await session.get<Holders>(others.map((place) => uniqueAt(tenant, place)));
  const taken = others.find((_, index) => (found[index]?.holders.length ?? 0) > 0);
  if (taken !== undefined) throw uniqueness(taken.path);
  return places.map(({ isGlobal, key }) => ({ isGlobal, key }));
}

/** Files a resource under the unique values that it holds now, and no longer under others. */
export async function fileUnique(
  session: Session,
  tenant: string,
  id: string,
  before: readonly UniquePlace[],
  after: readonly UniquePlace[],
): Promise<void> {
  const [had, has] = [new Set(before.map(({ key }) => key)), new Set(after.map(({ key }) => key))];
  const gone = before.filter(({ key }) => !has.has(key));
  const come = after.filter(({ key }) => !had.has(key));
  const places = [...gone, ...come].map((place) => uniqueAt(tenant, place));
  const found = await session.get<Holders>(places);
  for (const [index, place] of places.entries()) {
    const others = (found[index]?.holders ?? []).filter((holder) => holder !== id);
    const holders = index < gone.length ? others : [...others, id];
    session.put(place, holders.length === 0 ? undefined : { holders });
  }
}

/** By what a type's unique values are compared. */
function fingerprintOf({ urn, unique }: CompiledResourceType): string {
  const compared = unique.map((path) => {
    const { type, caseExact, comparison, uniqueness: scope } = leafOf(path);
    return [path.text, type, caseExact, comparison, scope];
  });
  return JSON.stringify([urn, ...compared]);
}

/** Whether all rows of the type are filed under the unique values that it has as it is declared now. */
export async function isFiled(session: Session, tenant: string, type: CompiledResourceType): Promise<boolean> {
  const [filed] = await session.get<Filed>([filedAt(tenant, type)]);
  return filed?.unique === fingerprintOf(type);
}

/**
 * Files all rows of the type under their unique values, where the last write was of a release that declares others. It is part of the
 * write that comes to it, and every write depends on how they are filed: of two releases at once none goes by what the other has undone.
 */
export async function fileAll(session: Session, tenant: string, type: CompiledResourceType): Promise<void> {
  if (await isFiled(session, tenant, type)) return;
  session.put(filedAt(tenant, type), { unique: fingerprintOf(type) } satisfies Filed);
  const rows = await session.list<Row>({ tenant, kind: KINDS.resource });
  for (const [id, { type: name }] of rows) {
    if (name !== type.name) continue;
    const [row] = await session.get<Row>([resourceAt(tenant, id)]);
    if (row === undefined) continue;
    const unique = [...placesOf(type, row.resource).values()].map(({ isGlobal, key }) => ({ isGlobal, key }));
    await fileUnique(session, tenant, id, row.unique, unique);
    session.put(resourceAt(tenant, id), { ...row, unique });
  }
}
