import { type ResourceObject, readAttribute, writeAttribute } from "../../../schema/value.ts";
import type { NewResource, WriteRequest } from "../../adapter.ts";
import { referencesIn, settleReference } from "../../reference.ts";
import type { Session } from "../database.ts";
import { sql } from "../dialect/fragment.ts";
import { isStorable } from "../key.ts";
import { type IsTarget, idSource } from "./statements.ts";
import type { Tables } from "./tables.ts";

/** The resource types of the ids that exist in the tenant. */
export async function typesOf(
  session: Session,
  tables: Tables,
  tenant: string,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids)].filter(isStorable);
  if (wanted.length === 0) return new Map();
  const found = await session.run<{ id: string; type: string }>(
    sql`SELECT r.id, r.type FROM ${idSource(session.dialect, tenant, wanted)} CROSS JOIN ${tables.resource} r
      WHERE r.tenant = v.tenant AND r.id = v.id`,
  );
  return new Map(found.map(({ id, type }) => [id, type]));
}

/** A resource whose references name what they lead to. */
export interface Settled {
  readonly resource: NewResource;
  readonly isTarget: IsTarget;
}

/**
 * Looks all references of a resource up at once.
 * @throws {ScimError} 400 invalidValue as `settleReference`.
 */
export async function settle(
  session: Session,
  tables: Tables,
  tenant: string,
  request: Pick<WriteRequest, "resourceType" | "checkReferences">,
  given: NewResource,
): Promise<Settled> {
  const { resourceType, checkReferences } = request;
  const held = [...referencesIn(resourceType, given)];
  if (held.length === 0) return { resource: given, isTarget: () => false };
  const types = await typesOf(
    session,
    tables,
    tenant,
    held.map(({ id }) => id),
  );
  const options = { holder: given.id, checkReferences };
  const settled = new Map<ResourceObject, ResourceObject>();
  for (const reference of held)
    settled.set(reference.element, settleReference(reference, types.get(reference.id), options));
  const resource: Record<string, unknown> = { ...given };
  for (const attribute of new Set(held.map(({ reference }) => reference.attribute))) {
    const value = readAttribute(given, attribute);
    const replaced = (element: unknown) => settled.get(element as ResourceObject) ?? element;
    writeAttribute(resource, attribute, Array.isArray(value) ? value.map(replaced) : replaced(value));
  }
  const allowed = new Map(
    resourceType.references.map((reference) => [reference.attribute.path, reference.resourceTypes]),
  );
  return {
    resource: resource as NewResource,
    isTarget: (attribute, id) => {
      const type = types.get(id);
      return type !== undefined && allowed.get(attribute)?.includes(type) === true;
    },
  };
}
