import { uniqueness, versionMismatch } from "../../error.ts";
import { copyValue } from "../../schema/value.ts";
import type { Context, StorageAdapter } from "../adapter.ts";
import { getOrCreate } from "../get-or-create.ts";
import { queryRows } from "../scan.ts";
import { type HashSecret, hashSecrets, keepSecrets } from "../secrets.ts";
import { hasUniqueParts } from "../unique.ts";
import { applyChanges, changesOf } from "./delta.ts";
import { candidates } from "./lookup.ts";
import { pageOf } from "./page.ts";
import { neededBy, present, view } from "./present.ts";
import { removeReferencesTo, settleReferences } from "./references.ts";
import { contentOf, isSameContent, type Row, rewrite, withCollectionsOf, withoutCollections } from "./row.ts";
import { addToIndexes, createTenant, removeFromIndexes, rowsOf, type Tenant } from "./tenant.ts";
import { checkUnique, claimGlobals, type Globals, releaseGlobals } from "./unique.ts";

/** Options of `memoryStorage`. */
export interface MemoryStorageOptions {
  /**
   * Makes of a writeOnly value (a password) what is kept of it, such as an Argon2 hash. Without it such values are dropped,
   * and a `secretDropped` event says so; they are never kept as given.
   */
  readonly hashSecret?: HashSecret;
}

/** Storage in memory, with a way for tests to look at hashed secrets. */
export interface MemoryStorage extends StorageAdapter {
  /** What `hashSecret` made of a resource's writeOnly attribute; undefined where there is none. For tests and demonstrations. */
  readSecret(resourceType: string, id: string, attribute: string, context?: Context): unknown;
}

/**
 * Storage in the memory of one process: complete, with unique indexes, references and computed attributes, and gone when the
 * process ends. For tests, demonstrations and as the reference for other adapters. Everything between a check and the write
 * that depends on it happens in one turn of the event loop, so it is atomic.
 *
 * @example
 * ```ts
 * import { createScim, User } from "scimkit";
 * import { memoryStorage } from "scimkit/memory";
 * createScim({
 *   resourceTypes: [User], storage: memoryStorage(), baseUrl: "https://example.com/scim/v2", authenticate: () => ({}),
 * });
 * ```
 */
export function memoryStorage(options: MemoryStorageOptions = {}): MemoryStorage {
  const tenants = new Map<string, Tenant>();
  const globals: Globals = new Map();
  const tenantOf = (context: Context): Tenant => getOrCreate(tenants, context.tenant ?? "", createTenant);

  return {
    capabilities: { cursor: true, secrets: options.hashSecret !== undefined },

    async get({ resourceType, id, select }, context) {
      const tenant = tenantOf(context);
      const row = rowsOf(tenant, resourceType).get(id);
      return row === undefined ? undefined : present(tenant, row, resourceType, select);
    },

    async query(request, context) {
      request.signal?.throwIfAborted();
      const tenant = tenantOf(context);
      const { resourceType, filter, sort, page, select } = request;
      const rows = rowsOf(tenant, resourceType);
      if (filter === undefined && sort === undefined) {
        const { rows: found, ...cursors } = pageOf(rows, page);
        const resources = found.map((row) => present(tenant, row, resourceType, select));
        return { resources, totalResults: rows.size, ...cursors };
      }
      const needed = neededBy(resourceType, filter, sort?.path);
      const viewed = function* () {
        for (const row of candidates(tenant, resourceType, filter) ?? rows.values()) yield view(tenant, row, needed);
      };
      const found = queryRows(viewed(), request);
      const resources = found.resources.map(({ id }) => present(tenant, rows.get(id) as Row, resourceType, select));
      return { ...found, resources };
    },

    async create(request, context) {
      const secrets = await hashSecrets(request.secrets, options.hashSecret);
      request.signal?.throwIfAborted();
      // No await from here to the end: nobody comes between the checks and the write [C3].
      const tenant = tenantOf(context);
      const { resourceType, resource } = request;
      if (tenant.byId.has(resource.id)) throw uniqueness("id");
      const content = contentOf(resourceType, resource, 1);
      checkUnique(tenant, globals, content);
      const row: Row = {
        id: resource.id,
        order: tenant.created++,
        version: 1,
        content: settleReferences(tenant, content, request.checkReferences),
        secrets: new Map(),
      };
      rowsOf(tenant, resourceType).set(row.id, row);
      tenant.byId.set(row.id, row);
      addToIndexes(tenant, row);
      claimGlobals(globals, row);
      keepSecrets(row.secrets, secrets);
      for (const notice of secrets.notices) request.notify(notice);
      return present(tenant, row, resourceType, request.select);
    },

    async replace(request, context) {
      const secrets = await hashSecrets(request.secrets, options.hashSecret);
      request.signal?.throwIfAborted();
      // No await from here to the end: nobody comes between the checks and the write [C2].
      const tenant = tenantOf(context);
      const { resourceType, id, ifVersion } = request;
      const row = rowsOf(tenant, resourceType).get(id);
      if (row === undefined) return undefined;
      if (ifVersion !== undefined && ifVersion !== String(row.version)) throw versionMismatch();
      const { untouched = [] } = request;
      const content = withoutCollections(contentOf(resourceType, { ...request.resource, id }, row.version), untouched);
      checkUnique(tenant, globals, content, row);
      const settled = settleReferences(tenant, content, request.checkReferences);
      const hasNewSecrets = keepSecrets(row.secrets, secrets);
      const next = withCollectionsOf(row.content, settled, untouched);
      // A write that changes nothing keeps version and lastModified [C9].
      if (hasNewSecrets || !isSameContent(row.content, next)) {
        removeFromIndexes(tenant, row, untouched);
        releaseGlobals(globals, row);
        rewrite(row, next, next.document.meta.lastModified);
        addToIndexes(tenant, row, untouched);
        claimGlobals(globals, row);
      }
      for (const notice of secrets.notices) request.notify(notice);
      return present(tenant, row, resourceType, request.select);
    },

    async applyDelta(request, context) {
      request.signal?.throwIfAborted();
      const tenant = tenantOf(context);
      const { resourceType, id, attribute, ifVersion } = request;
      // Elements with unique parts need the checks of a whole write.
      if (!attribute.collection || hasUniqueParts(resourceType, attribute)) return "declined";
      const row = rowsOf(tenant, resourceType).get(id);
      if (row === undefined) return undefined;
      if (ifVersion !== undefined && ifVersion !== String(row.version)) throw versionMismatch();
      const changes = changesOf(tenant, row, { ...request, add: copyValue(request.add) });
      if (changes.length > 0) applyChanges(tenant, row, request, changes);
      return {
        meta: copyValue(row.content.document.meta),
        added: changes.flatMap(({ after }) => (after === undefined ? [] : [copyValue(after)])),
        removed: changes.flatMap(({ before }) => (before === undefined ? [] : [before.value])),
      };
    },

    async delete(request, context) {
      request.signal?.throwIfAborted();
      const tenant = tenantOf(context);
      const { resourceType, id, ifVersion, at } = request;
      const rows = rowsOf(tenant, resourceType);
      const row = rows.get(id);
      if (row === undefined) return false;
      if (ifVersion !== undefined && ifVersion !== String(row.version)) throw versionMismatch();
      removeFromIndexes(tenant, row);
      releaseGlobals(globals, row);
      rows.delete(id);
      tenant.byId.delete(id);
      removeReferencesTo(row, at, tenant, globals);
      return true;
    },

    readSecret: (resourceType, id, attribute, context = {}) =>
      tenantOf(context).rows.get(resourceType)?.get(id)?.secrets.get(attribute),
  };
}
