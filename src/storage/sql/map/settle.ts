import type { ReferenceAttribute } from "../../../schema/resource-type.ts";
import { type ResourceObject, readAttribute, writeAttribute } from "../../../schema/value.ts";
import type { NewResource } from "../../adapter.ts";
import { referencesIn, settleReference } from "../../reference.ts";
import type { Session } from "../database.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import type { MappedType } from "./compile.ts";
import { idList, parseIds, printId } from "./id.ts";
import { ofTenantColumn } from "./lock.ts";
import type { MapScope } from "./scope.ts";
import { sqlName } from "./table.ts";

/** PostgreSQL: what is referred to stays until the reference is written. SQLite has one writer. */
export function keyShare({ dialect }: MapScope): Fragment {
  return raw(dialect.name === "postgres" ? " FOR KEY SHARE" : "");
}

/** The resource types of the ids that exist in the tenant, among the types that may be referred to. */
export async function typesOf(
  session: Session,
  scope: MapScope,
  typeNames: Iterable<string>,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids)];
  const found = new Map<string, string>();
  for (const name of new Set(typeNames)) {
    const type = scope.mappings.find(name);
    const parsed = type === undefined ? [] : parseIds(type.id, wanted);
    if (type === undefined || parsed.length === 0) continue;
    for (const id of await readIds(session, scope, type, parsed)) found.set(id, name);
  }
  return found;
}

/** Which ids of a type are there, in the order of ids and so that they stay. */
async function readIds(session: Session, scope: MapScope, type: MappedType, parsed: readonly string[]) {
  const id = sqlName(type.id.column);
  const isAsked = sql`${id} IN ${idList(scope.dialect, type.id, parsed)} AND ${ofTenantColumn(scope, type)}`;
  const rows = await session.run<{ id: unknown }>(
    sql`SELECT ${id} AS id FROM ${type.table} WHERE ${isAsked} ORDER BY ${id}${keyShare(scope)}`,
  );
  return rows.map((row) => printId(type.id, row.id));
}

/** A reference with the resource types that its join tables can hold: another one is refused, and not lost. */
export function storableReference({ type }: MapScope, reference: ReferenceAttribute): ReferenceAttribute {
  const joins = type.joins.filter((join) => join.attribute.path === reference.attribute.path);
  return joins.length === 0 ? reference : { ...reference, resourceTypes: joins.map(({ target }) => target) };
}

/**
 * All mapped types: a reference to nothing is refused, whether the core asks for it or not, because tables have foreign
 * keys.
 */
export function checkedTypes({ mappings }: MapScope): readonly string[] {
  return mappings.all.map(({ name }) => name);
}

/** Whether a resource refers to others, so that a write of it must be a transaction. */
export function hasReferences({ resourceType }: MappedType, resource: ResourceObject): boolean {
  return !referencesIn(resourceType, resource).next().done;
}

/**
 * Looks all references of a resource up at once, and gives the resource with references that name what they lead to.
 * @throws {ScimError} 400 invalidValue for a reference to nothing.
 */
export async function settle(session: Session, scope: MapScope, given: NewResource): Promise<NewResource> {
  const { resourceType } = scope.type;
  const held = [...referencesIn(resourceType, given)].map((each) => ({
    ...each,
    reference: storableReference(scope, each.reference),
  }));
  if (held.length === 0) return given;
  const types = await typesOf(
    session,
    scope,
    held.flatMap(({ reference }) => reference.resourceTypes),
    held.map(({ id }) => id),
  );
  const options = { holder: given.id, checkReferences: checkedTypes(scope) };
  const settled = new Map<unknown, ResourceObject>();
  for (const reference of held)
    settled.set(reference.element, settleReference(reference, types.get(reference.id), options));
  const resource: Record<string, unknown> = { ...given };
  const replaced = (element: unknown): unknown => settled.get(element) ?? element;
  for (const attribute of new Set(held.map(({ reference }) => reference.attribute))) {
    const value = readAttribute(given, attribute);
    writeAttribute(resource, attribute, Array.isArray(value) ? value.map(replaced) : replaced(value));
  }
  return resource as NewResource;
}
