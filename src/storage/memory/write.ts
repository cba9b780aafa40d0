import { uniqueness } from "../../error.ts";
import type { CreateRequest, DeleteRequest, ReplaceRequest, StorageNotice, StoredResource } from "../adapter.ts";
import { firstVersion } from "../moved.ts";
import { type HashedSecrets, keepSecrets } from "../secrets.ts";
import { changeContent, removeRow, rewrite } from "./change.ts";
import { addToIndexes, removeFromIndexes, updateIndexes } from "./indexes.ts";
import { removeReferencesTo, settleReferences } from "./references.ts";
import { resourceOf } from "./resource.ts";
import { contentOf, isSameContent, placedBy, type Row, withKept } from "./row.ts";
import { State } from "./state.ts";
import { rowsOfType, rowToWrite, type Tenant } from "./tenant.ts";
import { checkUnique } from "./unique.ts";

/** Stores a new resource. There is no await in it: nobody comes between the checks and the write [G-3]. */
export function createResource(
  tenant: Tenant,
  request: CreateRequest,
  secrets: HashedSecrets,
  isLent: boolean,
): StoredResource {
  const { resourceType, resource } = request;
  request.signal?.throwIfAborted();
  if (tenant.byId.has(resource.id)) throw uniqueness("id");
  const version = firstVersion(request);
  const content = contentOf(tenant.shared.types.oneFor(resourceType), resource, version, { isOwn: isLent });
  checkUnique(tenant, resourceType, content);
  const notices: StorageNotice[] = [...secrets.notices];
  const { checkReferences } = request;
  const row: Row = {
    id: resource.id,
    order: tenant.created++,
    version,
    content: settleReferences(tenant, resourceType, content, { checkReferences, notices }),
    secrets: new Map(),
  };
  rowsOfType(tenant, resourceType).set(row.id, row);
  tenant.byId.set(row.id, row);
  addToIndexes(tenant, row);
  keepSecrets(row.secrets, secrets);
  for (const notice of notices) request.notify(notice);
  return resourceOf(new State(tenant), row, resourceType, request.select, isLent);
}

/** Replaces a resource. There is no await in it: nobody comes between the checks and the write [G-2]. */
export function replaceResource(
  tenant: Tenant,
  request: ReplaceRequest,
  secrets: HashedSecrets,
  isLent: boolean,
): StoredResource | undefined {
  const { resourceType, id, untouched = [], checkReferences } = request;
  request.signal?.throwIfAborted();
  const row = rowToWrite(tenant, request);
  if (row === undefined) return undefined;
  const before = row.content;
  const one = tenant.shared.types.oneFor(resourceType);
  const given = request.resource.id === id ? request.resource : { ...request.resource, id };
  const content = contentOf(one, given, row.version, { before, isOwn: isLent });
  checkUnique(tenant, resourceType, content, row);
  const notices: StorageNotice[] = [...secrets.notices];
  const settled = settleReferences(tenant, resourceType, content, { checkReferences, notices });
  tenant.shared.transaction?.keepSecretsOf(row);
  const hasNewSecrets = keepSecrets(row.secrets, secrets);
  const next = withKept(before, settled, untouched);
  const placed = placedBy(one, before);
  if (hasNewSecrets || request.touch === true || !isSameContent(placed, placedBy(one, next)))
    rewrite(tenant, row, next, next.document.meta.lastModified);
  // A write that changes nothing keeps version and lastModified [G-9]; what another release wrote comes to where its own has it.
  else if (placed !== before) changeContent(tenant, row, placed);
  updateIndexes(tenant, row, before, row.content);
  for (const notice of notices) request.notify(notice);
  return resourceOf(new State(tenant), row, resourceType, request.select, isLent);
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
