import type { CompiledResourceType, ReferenceAttribute } from "../../../schema/resource-type.ts";
import type { ResourceObject } from "../../../schema/value.ts";
import type { NewResource, StorageNotice, StoredResource, WriteRequest } from "../../adapter.ts";
import {
  isMissing,
  missingReferences,
  referencesIn,
  resolveReference,
  resolveReferences,
  settleReferences,
} from "../../reference.ts";
import type { Session } from "../database.ts";
import { sql } from "../dialect/fragment.ts";
import { isStorable } from "../key.ts";
import type { IsTarget } from "./statements.ts";
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
    sql`SELECT r.id, r.type FROM ${tables.resource} r
      WHERE r.tenant = ${tenant} AND r.id IN (SELECT value FROM ${session.dialect.list(JSON.stringify(wanted))})`,
  );
  return new Map(found.map(({ id, type }) => [id, type]));
}

/** A resource whose references name what they lead to. */
export interface Settled {
  readonly resource: NewResource;
  readonly isTarget: IsTarget;
  /** What is to be told after the write. */
  readonly notices: readonly StorageNotice[];
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
  const named = [...referencesIn(request.resourceType, given)].map(({ id }) => id);
  if (named.length === 0) return { resource: given, isTarget: () => false, notices: [] };
  const types = await typesOf(session, tables, tenant, named);
  return settleAmong(request, given, (id) => types.get(id));
}

/** The same where it is known already which type the resource of an id is of. */
export function settleAmong(
  { resourceType, checkReferences }: Pick<WriteRequest, "resourceType" | "checkReferences">,
  given: NewResource,
  typeOf: (id: string) => string | undefined,
): Settled {
  const notices: StorageNotice[] = [];
  const options = { holder: given.id, checkReferences, notices };
  const allowed = new Map(
    resourceType.references.map((reference) => [reference.attribute.path, reference.resourceTypes]),
  );
  return {
    resource: settleReferences(resourceType, given, typeOf, options),
    isTarget: (attribute, id) => {
      const type = typeOf(id);
      return type !== undefined && allowed.get(attribute)?.includes(type) === true;
    },
    notices,
  };
}

/** Resources as they are given back: references that led nowhere when they were written are looked up once more. */
export async function resolve(
  session: Session,
  {
    tables,
    tenant,
    resourceType,
  }: { readonly tables: Tables; readonly tenant: string; readonly resourceType: CompiledResourceType },
  resources: readonly StoredResource[],
): Promise<readonly StoredResource[]> {
  const missing = resources.flatMap((resource) => missingReferences(resourceType, resource));
  if (missing.length === 0) return resources;
  const types = await typesOf(
    session,
    tables,
    tenant,
    missing.map(({ id }) => id),
  );
  return resources.map((resource) => resolveReferences(resourceType, resource, (id) => types.get(id)));
}

/** Whether there is a reference to be looked up once more. */
export function hasMissing(resourceType: CompiledResourceType, resource: StoredResource): boolean {
  return resourceType.references.length > 0 && missingReferences(resourceType, resource).length > 0;
}

/** The same of elements that are streamed. */
export async function resolveElements(
  session: Session,
  { tables, tenant }: { readonly tables: Tables; readonly tenant: string },
  reference: ReferenceAttribute | undefined,
  elements: readonly ResourceObject[],
): Promise<readonly ResourceObject[]> {
  const ids = elements.flatMap((element) => (isMissing(element) ? [String(element.value)] : []));
  if (reference === undefined || ids.length === 0) return elements;
  const types = await typesOf(session, tables, tenant, ids);
  return elements.map((element) => {
    const id = String(element.value);
    return isMissing(element) ? resolveReference({ reference, element, id, index: undefined }, types.get(id)) : element;
  });
}
