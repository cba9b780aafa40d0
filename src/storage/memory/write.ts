import { uniqueness } from "../../error.ts";
import type { CreateRequest, DeleteRequest, ReplaceRequest, StorageNotice, StoredResource } from "../adapter.ts";
import { type HashedSecrets, keepSecrets } from "../secrets.ts";
import { removeRow } from "./change.ts";
import { addToIndexes, reindex, removeFromIndexes } from "./indexes.ts";
import { removeReferencesTo, settleReferences } from "./references.ts";
import { resourceOf } from "./resource.ts";
import { contentOf, isSameContent, type Row, withCollectionsOf, withoutCollections } from "./row.ts";
import { State } from "./state.ts";
import { rowsOfType, rowToWrite, type Tenant } from "./tenant.ts";
import { checkUnique } from "./unique.ts";

/** Stores a new resource. There is no await in it: nobody comes between the checks and the write [G-3]. */
export function createResource(tenant: Tenant, request: CreateRequest, secrets: HashedSecrets): StoredResource {
  const { resourceType, resource } = request;
  if (tenant.byId.has(resource.id)) throw uniqueness("id");
  const content = contentOf(resourceType, resource, 1);
  checkUnique(tenant, content);
  const notices: StorageNotice[] = [...secrets.notices];
  const row: Row = {
    id: resource.id,
    order: tenant.created++,
    version: 1,
    content: settleReferences(tenant, content, { checkReferences: request.checkReferences, notices }),
    secrets: new Map(),
  };
  rowsOfType(tenant, resourceType).set(row.id, row);
  tenant.byId.set(row.id, row);
  addToIndexes(tenant, row);
  keepSecrets(row.secrets, secrets);
  for (const notice of notices) request.notify(notice);
  return resourceOf(new State(tenant), row, resourceType, request.select);
}

/** Replaces a resource. There is no await in it: nobody comes between the checks and the write [G-2]. */
export function replaceResource(
  tenant: Tenant,
  request: ReplaceRequest,
  secrets: HashedSecrets,
): StoredResource | undefined {
  const { resourceType, id, untouched = [] } = request;
  const row = rowToWrite(tenant, request);
  if (row === undefined) return undefined;
  const content = withoutCollections(contentOf(resourceType, { ...request.resource, id }, row.version), untouched);
  checkUnique(tenant, content, row);
  const notices: StorageNotice[] = [...secrets.notices];
  const settled = settleReferences(tenant, content, { checkReferences: request.checkReferences, notices });
  const hasNewSecrets = keepSecrets(row.secrets, secrets);
  const next = withCollectionsOf(row.content, settled, untouched);
  // A write that changes nothing keeps version and lastModified [G-9].
  if (hasNewSecrets || !isSameContent(row.content, next)) {
    reindex(tenant, row, next, untouched);
  }
  for (const notice of notices) request.notify(notice);
  return resourceOf(new State(tenant), row, resourceType, request.select);
}

/** Deletes a resource with every reference to it. */
export function deleteResource(tenant: Tenant, request: DeleteRequest): boolean {
  request.signal?.throwIfAborted();
  const row = rowToWrite(tenant, request);
  if (row === undefined) return false;
  removeFromIndexes(tenant, row);
  removeRow(tenant, row);
  removeReferencesTo(row, request.at, tenant);
  return true;
}
