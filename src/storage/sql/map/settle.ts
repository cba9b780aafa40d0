import type { Attribute } from "../../../schema/attribute.ts";
import { fitAttribute } from "../../../schema/fit.ts";
import type { ReferenceAttribute } from "../../../schema/resource-type.ts";
import type { ResourceObject } from "../../../schema/value.ts";
import type { NewResource, StorageNotice, WriteRequest } from "../../adapter.ts";
import { findReference, referencesIn, settleReference, withSettled } from "../../reference.ts";
import type { Session } from "../database.ts";
import { sql } from "../dialect/fragment.ts";
import { hasIdAmong } from "./among.ts";
import type { MappedType } from "./compile.ts";
import { parseIds, printId } from "./id.ts";
import type { MapScope } from "./scope.ts";
import { sqlName } from "./table.ts";

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
  const isAsked = hasIdAmong(scope, type, parsed);
  const rows = await session.run<{ id: unknown }>(
    sql`SELECT ${id} AS id FROM ${type.table} WHERE ${isAsked} ORDER BY ${id}${scope.dialect.forKeyShare}`,
  );
  return rows.map((row) => printId(type.id, row.id));
}

/** A reference with the resource types that its join tables can hold: another one is refused, and not lost. */
export function storableReference({ type }: MapScope, reference: ReferenceAttribute): ReferenceAttribute {
  const joins = type.joins.filter((join) => join.attribute.path === reference.attribute.path);
  return joins.length === 0 ? reference : { ...reference, resourceTypes: joins.map(({ target }) => target) };
}

/**
 * What becomes of references to nothing. Tables have foreign keys, so that none can be kept: it is left out instead, and
 * refused where the core does not ask for it.
 */
export function checkedReferences(
  { mappings }: MapScope,
  { resourceType, checkReferences }: Pick<WriteRequest, "resourceType" | "checkReferences">,
): WriteRequest["checkReferences"] {
  const isHere = (name: string): boolean => mappings.find(name) !== undefined;
  return Object.fromEntries(
    resourceType.references
      .filter(({ resourceTypes }) => resourceTypes.some(isHere))
      .map(({ name }) => {
        const { [name]: missing = "refuse" } = checkReferences;
        return [name, missing === "keep" ? "drop" : missing];
      }),
  );
}

/** Whether a resource refers to others, so that a write of it must be a transaction. */
export function hasReferences({ resourceType }: MappedType, resource: ResourceObject): boolean {
  return !referencesIn(resourceType, resource).next().done;
}

/**
 * Looks all references of a resource up at once, and gives the resource with references that name what they lead to.
 * `notices` collects what is to be told after the write.
 * @throws {ScimError} 400 invalidValue for a reference to nothing that is refused.
 */
export async function settle(
  session: Session,
  scope: MapScope,
  request: Pick<WriteRequest, "resourceType" | "checkReferences">,
  given: NewResource,
  notices: StorageNotice[],
): Promise<NewResource> {
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
  const options = { holder: given.id, checkReferences: checkedReferences(scope, request), notices };
  const settled = new Map<unknown, ResourceObject | undefined>();
  for (const reference of held)
    settled.set(reference.element, settleReference(reference, types.get(reference.id), options));
  return withSettled(given, held, settled);
}

/** A list of references without those that lead to nothing: nobody took them out when what they led to was deleted. */
export async function withoutDangling(
  session: Session,
  scope: MapScope,
  attribute: Attribute,
  list: unknown,
): Promise<readonly unknown[] | undefined> {
  const elements = fitAttribute(attribute, list);
  const reference = findReference(scope.type.resourceType, attribute);
  if (!Array.isArray(elements) || reference === undefined) return undefined;
  const { resourceTypes } = storableReference(scope, reference);
  const ids = elements.map(({ value }: ResourceObject) => String(value));
  const types = await typesOf(session, scope, resourceTypes, ids);
  const left = elements.filter(({ value }: ResourceObject) => types.has(String(value)));
  return left.length === 0 ? undefined : left;
}
