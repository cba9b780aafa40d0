import { uniqueness, versionMismatch } from "../../error.ts";
import { readAttribute } from "../../schema/value.ts";
import type {
  CreateRequest,
  DeleteRequest,
  DeltaRequest,
  DeltaResult,
  NewResource,
  ReplaceRequest,
  StorageNotice,
  StoredResource,
  WriteRequest,
} from "../adapter.ts";
import { firstVersion } from "../moved.ts";
import { type HashedSecrets, keepSecrets } from "../secrets.ts";
import { settleDelta } from "../settle-delta.ts";
import { hasUniqueParts } from "../unique.ts";
import { distinctElements, isSameResource, withAttribute } from "../values.ts";
import { idsIn, link, linkType, referredBy, settle, typesOf, withoutReferences } from "./links.ts";
import { present } from "./read.ts";
import { changed, type Links, linksAt, placesIn, type Row, resourceAt, rowOf, withVersion } from "./row.ts";
import type { Session } from "./session.ts";
import { checkUnique, fileAll, fileUnique } from "./unique.ts";

// Each of these looks first and writes last: what it refuses has written nothing into its session, which may be that of a longer transaction.

/** Stores a new resource. */
export async function createRow(
  session: Session,
  tenant: string,
  request: CreateRequest,
  secrets: HashedSecrets,
): Promise<StoredResource> {
  const { resourceType, resource } = request;
  const { id } = resource;
  const [there] = await session.get<Row>([resourceAt(tenant, id)]);
  if (there !== undefined) throw uniqueness("id");
  await fileAll(session, tenant, resourceType);
  const notices = [...secrets.notices];
  const given = plain(request, resource);
  const unique = await checkUnique(session, tenant, resourceType, given);
  const settled = await settle(session, tenant, request, given, notices);
  const version = firstVersion(request);
  const kept = new Map<string, unknown>();
  keepSecrets(kept, secrets);
  const row: Row = {
    type: resourceType.name,
    urn: resourceType.urn,
    version,
    resource: withVersion(settled, version),
    references: placesIn(resourceType),
    unique,
    secrets: Object.fromEntries(kept),
  };
  await fileUnique(session, tenant, id, [], unique);
  await link(session, tenant, id, new Set(), idsIn(resourceType, settled));
  await linkType(session, tenant, id, resourceType.name);
  session.put(resourceAt(tenant, id), row);
  tellAfterwards(session, request, notices);
  return present(session, tenant, resourceType, row.resource, request.select);
}

/** Replaces a resource whole. */
export async function replaceRow(
  session: Session,
  tenant: string,
  request: ReplaceRequest,
  secrets: HashedSecrets,
): Promise<StoredResource | undefined> {
  const { resourceType, id } = request;
  if ((await rowOf(session, tenant, resourceType, id)) === undefined) return undefined;
  await fileAll(session, tenant, resourceType);
  const row = (await rowOf(session, tenant, resourceType, id)) as Row;
  checkVersion(row, request);
  const notices = [...secrets.notices];
  let next: NewResource = { ...request.resource, id };
  for (const attribute of request.untouched ?? [])
    next = withAttribute(next, attribute, readAttribute(row.resource, attribute));
  next = plain(request, next);
  const unique = await checkUnique(session, tenant, resourceType, next, row.unique);
  const settled = await settle(session, tenant, request, next, notices);
  const kept = new Map(Object.entries(row.secrets));
  const isSecretChanged = keepSecrets(kept, secrets);
  tellAfterwards(session, request, notices);
  if (!isSecretChanged && request.touch !== true && isSameResource(resourceType, settled, row.resource))
    return present(session, tenant, resourceType, row.resource, request.select);
  const after: Row = {
    ...changed(row, settled),
    references: placesIn(resourceType),
    unique,
    secrets: Object.fromEntries(kept),
  };
  await fileUnique(session, tenant, id, row.unique, unique);
  await link(session, tenant, id, referredBy(row.references, row.resource), idsIn(resourceType, settled));
  session.put(resourceAt(tenant, id), after);
  return present(session, tenant, resourceType, after.resource, request.select);
}

/** Changes one collection of a resource. */
export async function changeElements(
  session: Session,
  tenant: string,
  request: DeltaRequest,
): Promise<DeltaResult | "declined" | undefined> {
  const { resourceType, id, attribute, at } = request;
  if (hasUniqueParts(resourceType, attribute)) return "declined";
  const row = await rowOf(session, tenant, resourceType, id);
  if (row === undefined) return undefined;
  checkVersion(row, request);
  const values = request.add.map(({ value }) => value).filter((value) => typeof value === "string");
  const types = await typesOf(session, tenant, values);
  const stored = readAttribute(row.resource, attribute);
  const { elements, added, removed, notices } = settleDelta(request, stored, (other) => types.get(other));
  tellAfterwards(session, request, notices);
  if (added.length + removed.length === 0) return { meta: row.resource.meta, added, removed };
  const next = withAttribute(row.resource, attribute, elements.length === 0 ? undefined : elements);
  const after: Row = { ...changed(row, next, at), references: placesIn(resourceType) };
  await link(session, tenant, id, referredBy(row.references, row.resource), idsIn(resourceType, next));
  session.put(resourceAt(tenant, id), after);
  return { meta: after.resource.meta, added: structuredClone(added), removed };
}

/** Deletes a resource with every reference to it. */
export async function deleteRow(session: Session, tenant: string, request: DeleteRequest): Promise<boolean> {
  const { resourceType, id, at } = request;
  const row = await rowOf(session, tenant, resourceType, id);
  if (row === undefined) return false;
  checkVersion(row, request);
  const [links] = await session.get<Links>([linksAt(tenant, id)]);
  const holders = (links?.holders ?? []).filter((holder) => holder !== id);
  const rows = await session.get<Row>(holders.map((holder) => resourceAt(tenant, holder)));
  await fileUnique(session, tenant, id, row.unique, []);
  await link(session, tenant, id, referredBy(row.references, row.resource), new Set());
  await linkType(session, tenant, id, undefined);
  for (const [index, holder] of rows.entries()) {
    if (holder === undefined) continue;
    const left = withoutReferences(holder.references, holder.resource, id, row.type);
    if (left === holder.resource) continue;
    const own = holders[index] as string;
    session.put(resourceAt(tenant, own), changed(holder, left, at));
    if (!referredBy(holder.references, left).has(id)) await link(session, tenant, own, new Set([id]), new Set());
  }
  session.put(resourceAt(tenant, id), undefined);
  return true;
}

/** What is stored of what is given: nothing that is computed, and each element of a collection once. */
function plain({ resourceType }: WriteRequest, given: NewResource): NewResource {
  let resource = given;
  for (const attribute of resourceType.inverses) resource = withAttribute(resource, attribute, undefined);
  for (const attribute of resourceType.attributes) {
    const elements = attribute.collection ? readAttribute(resource, attribute) : undefined;
    if (Array.isArray(elements)) resource = withAttribute(resource, attribute, distinctElements(attribute, elements));
  }
  return resource;
}

/** @throws {ScimError} 412 where the row has another version than the request asks for. */
function checkVersion(row: Row, { ifVersion }: { readonly ifVersion?: string | undefined }): void {
  if (ifVersion !== undefined && ifVersion !== String(row.version)) throw versionMismatch();
}

function tellAfterwards(session: Session, { notify }: WriteRequest, notices: readonly StorageNotice[]): void {
  session.afterwards.push(() => notices.forEach(notify));
}
