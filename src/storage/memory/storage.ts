import { checkNames, type Known } from "../../schema/known-names.ts";
import type { Context, CreateRequest, ReplaceRequest, StorageAdapter, StorageRequest } from "../adapter.ts";
import { lendsBy } from "../lend.ts";
import { withMoved } from "../moved.ts";
import { type HashedSecrets, type HashSecret, hashSecrets } from "../secrets.ts";
import type { Upkeep } from "../upkeep.ts";
import { viewsBy } from "../view.ts";
import { applyDelta } from "./delta.ts";
import { lookUpsFor, referencesFor, valuesFor, type Wanted } from "./indexes.ts";
import { memoryLedger } from "./ledger.ts";
import { outboxWithin } from "./outbox.ts";
import { getResource, queryResources } from "./read.ts";
import { reindex } from "./reindex.ts";
import { createStore, inTenant, tenantOf } from "./store.ts";
import type { Shared, Tenant } from "./tenant.ts";
import { type Transaction, transact } from "./transaction.ts";
import { apart } from "./under-way.ts";
import { deleteTenant, exportTenant, renameTenant } from "./upkeep.ts";
import { memoryViews } from "./views.ts";
import { createResource, deleteResource, replaceResource } from "./write.ts";

/** Options of `memoryStorage`. */
export interface MemoryStorageOptions {
  /**
   * Makes of a writeOnly value (a password) what is kept of it, such as an Argon2 hash. Without it such values are
   * dropped, and a `secretDropped` event says so; they are never kept as given.
   */
  readonly hashSecret?: HashSecret | undefined;
}

/** Storage in memory, with what is done to it as a whole, and a way for tests to look at hashed secrets. */
export interface MemoryStorage extends StorageAdapter, Upkeep {
  /**
   * What `hashSecret` made of a resource's writeOnly attribute; undefined where there is none. For tests and
   * demonstrations.
   */
  readSecret(resourceType: string, id: string, attribute: string, context?: Context): unknown;
}

const OPTIONS: Known<MemoryStorageOptions> = { hashSecret: true };

/**
 * Storage in the memory of one process: complete, with unique indexes, references and computed attributes, and gone
 * when the process ends. For tests, demonstrations and as the reference for other adapters. Everything between a check
 * and the write that depends on it happens in one turn of the event loop, so it is atomic. A query sees the state in
 * which it began, and one that takes long lets others read and write in between. Servers whose resource types are not the same may
 * share it, one after the other or at once: each reads what is there as its own types declare it.
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
  checkNames("memoryStorage", options, OPTIONS);
  const { hashSecret } = options;
  const store = createStore();
  const transaction: NonNullable<StorageAdapter["transaction"]> = (work) =>
    transact(store, (within) => work(inside(store, hashSecret, within)));
  const storage: MemoryStorage = {
    ...verbsOf(store, hashSecret),
    transaction,
    reindex: (options) => reindex(store, hashSecret, options),
    deleteTenant: (tenant, options) => apart(store, undefined, () => deleteTenant(store, tenant, options)),
    exportTenant: (tenant, options) => exportTenant(store, tenant, options),
    renameTenant: (from, to) => apart(store, undefined, () => renameTenant(store, from, to)),
    readSecret: (resourceType, id, attribute, context = {}) =>
      tenantOf(store, context).rows.get(resourceType)?.get(id)?.secrets.get(attribute),
  };
  const lent = { ...verbsOf(store, hashSecret, undefined, true), transaction };
  lendsBy(storage, lent);
  viewsBy(storage, memoryViews(store, lent));
  return storage;
}

/** The adapter as the work of a transaction gets it. */
function inside(store: Shared, hashSecret: HashSecret | undefined, within: Transaction): StorageAdapter {
  const transaction: NonNullable<StorageAdapter["transaction"]> = (work) => work(adapter);
  const adapter: StorageAdapter = { ...verbsOf(store, hashSecret, within), transaction };
  lendsBy(adapter, { ...verbsOf(store, hashSecret, within, true), transaction });
  return adapter;
}

/**
 * The outcome of a write, some steps later. Several writes of one turn of the event loop are told of on the way back to their callers,
 * and that of a whole resource is longer than that of a delta or a deletion, which would be told of ahead of the change before it.
 */
async function behind<T>(steps: number, done: Promise<T>): Promise<T> {
  const outcome = await done;
  for (let step = 0; step < steps; step++) await undefined;
  return outcome;
}

/** Writes with what is kept of the secrets; where there are none, nothing is waited for. */
function withSecrets<T>(
  { secrets }: CreateRequest | ReplaceRequest,
  hashSecret: HashSecret | undefined,
  write: (hashed: HashedSecrets) => Promise<T>,
): Promise<T> {
  return Object.keys(secrets).length === 0 ? write(NO_SECRETS) : hashSecrets(secrets, hashSecret).then(write);
}

const NO_SECRETS: HashedSecrets = { kept: new Map(), notices: [] };

/** What each call does, by itself or `within` a transaction, with copies or with the very objects (`lend.ts`). */
function verbsOf(
  store: Shared,
  hashSecret: HashSecret | undefined,
  within?: Transaction,
  isLent = false,
): StorageAdapter {
  /** Does something in the tenant of a request, once the indexes are made of references, and those of values that it `wants`. */
  const inTurn = <T>(
    { resourceType, signal }: StorageRequest,
    context: Context,
    act: (tenant: Tenant) => T | Promise<T>,
    ...wants: readonly ((tenant: Tenant) => Wanted)[]
  ): Promise<T> =>
    inTenant(store, context, [(tenant) => referencesFor(tenant, resourceType), ...wants], act, { signal, within });
  const values =
    ({ resourceType }: StorageRequest) =>
    (tenant: Tenant): Wanted =>
      valuesFor(tenant, resourceType);
  return {
    name: "memory",
    contract: 1,
    capabilities: {
      filter: true,
      sort: true,
      cursor: true,
      tenants: true,
      danglingReferences: true,
      secrets: hashSecret !== undefined,
    },
    get: (request, context) => inTurn(request, context, (tenant) => getResource(tenant, request, isLent)),
    query: (request, context) =>
      inTurn(
        request,
        context,
        (tenant) => queryResources(tenant, request, isLent),
        (tenant) => lookUpsFor(tenant, request.resourceType, request.filter),
      ),
    create: (request, context) =>
      withSecrets(request, hashSecret, (hashed) => {
        const secrets = withMoved(hashed, request.moved, hashSecret !== undefined);
        return inTurn(request, context, (tenant) => createResource(tenant, request, secrets, isLent), values(request));
      }),
    replace: (request, context) =>
      withSecrets(request, hashSecret, (secrets) =>
        inTurn(request, context, (tenant) => replaceResource(tenant, request, secrets, isLent), values(request)),
      ),
    applyDelta: (request, context) =>
      behind(
        2,
        inTurn(request, context, (tenant) => applyDelta(tenant, request)),
      ),
    delete: (request, context) =>
      behind(
        10,
        inTurn(request, context, (tenant) => deleteResource(tenant, request)),
      ),
    ledger: memoryLedger(store, within),
    outbox: within === undefined ? store.outbox : outboxWithin(store.outbox, within),
  };
}
