import { checkNames, type Known } from "../../schema/known-names.ts";
import type { CreateRequest, ReplaceRequest, StorageAdapter } from "../adapter.ts";
import type { Context } from "../context.ts";
import { creatingMany } from "../create-many.ts";
import { withMoved } from "../moved.ts";
import { type HashedSecrets, type HashSecret, hashSecrets } from "../secrets.ts";
import type { Upkeep } from "../upkeep.ts";
import { documentLedger, type InSession } from "./ledger.ts";
import { getRow, queryRows } from "./read.ts";
import { type Row, resourceAt } from "./row.ts";
import { attempt, reaching, reading, type Session } from "./session.ts";
import { bySteps } from "./steps.ts";
import type { AtomicDocuments, DocumentStorageSettings, DocumentStore, SingleDocuments } from "./store.ts";
import { deleteTenant, exportTenant } from "./upkeep.ts";
import { changeElements, createRow, deleteRow, replaceRow } from "./write.ts";

/** Options of `documentStorage`: the store's functions, and what is to become of secrets and long scans. */
export type DocumentStorageOptions = DocumentStore & DocumentStorageSettings;

/** What `documentStorage` makes. */
export interface DocumentStorage extends StorageAdapter, Pick<Upkeep, "deleteTenant" | "exportTenant"> {
  /**
   * What `hashSecret` made of a resource's writeOnly attribute (a password), to check a log-in against; undefined where there is
   * none.
   */
  readSecret(resourceType: string, id: string, attribute: string, context?: Context): Promise<unknown>;
}

const OPTIONS: Known<AtomicDocuments & Omit<SingleDocuments, "atomic"> & DocumentStorageSettings> = {
  name: true,
  get: true,
  list: true,
  atomic: true,
  insert: true,
  swap: true,
  remove: true,
  hashSecret: true,
  maxScanned: true,
};

/**
 * Storage in whatever keeps texts under keys: Redis, MongoDB, DynamoDB, FoundationDB, a key-value service. The store gives `get` and `list`,
 * and either `atomic` (several documents change in one conditional step) or `insert`, `swap` and `remove` (one document changes on condition
 * of what it was), of which all the rest is made: uniqueness, references in both directions, versions, deltas, transactions, the ledger. Any number
 * of processes may share the store.
 *
 * - With `atomic`, a write is one step. Without it, a write lays what it will change beside what is there, makes it count by
 *   swapping one document, and clears up: readers see all of it or nothing. A process that dies on the way leaves what the next one to write there
 *   takes back or finishes; what was answered is kept either way.
 * - A resource is one document, with its collections in it: a change of a group's members costs what the group costs, and the store's
 *   largest document bounds it. `id` and unique attributes (`userName`) are looked up; any other filter looks at all of the tenant.
 * - What a function of the store throws is 503 with `Retry-After`, and `onNotice` is told of it. A write that others are in the way of for ten
 *   seconds is 503 too.
 * - A store that cannot compare and swap says `atomic: false`; so then do the capabilities, and one process alone may write.
 *
 * @throws {TypeError} for an option that there is none of, and for a store that can write in neither way.
 * @example
 * ```ts
 * import { type DocumentChange, type DocumentKey, documentStorage, type ListedDocument } from "scimkit/storage";
 * // All that a process holds, as one object: what Redis does with a script, a Map does in one turn of the event loop.
 * const documents = new Map<string, DocumentKey & ListedDocument>();
 * const nameOf = ({ tenant, kind, key }: DocumentKey) => JSON.stringify([tenant, kind, key]);
 * const storage = documentStorage({
 *   name: "map",
 *   get: async (keys) => keys.map((key) => documents.get(nameOf(key))),
 *   list: ({ tenant, kind }) => [...documents.values()].filter((one) => one.tenant === tenant && one.kind === kind),
 *   async atomic(changes: readonly DocumentChange[]) {
 *     if (changes.some((change) => documents.get(nameOf(change))?.revision !== change.before)) return false;
 *     for (const { after, ...key } of changes)
 *       if (after === undefined) documents.delete(nameOf(key));
 *       else if (after !== "kept") documents.set(nameOf(key), { ...key, ...after });
 *     return true;
 *   },
 * });
 * ```
 */
export function documentStorage(options: DocumentStorageOptions): DocumentStorage {
  checkNames("documentStorage", options, OPTIONS);
  const { hashSecret, maxScanned = 100_000, ...given } = options;
  checkStore(given);
  const reached = reaching(given as DocumentStore);
  const store =
    typeof reached.atomic === "function" ? (reached as AtomicDocuments) : bySteps(reached as SingleDocuments);
  const settings: Settings = { name: given.name, hashSecret, maxScanned, isAtomic: given.atomic !== false };
  const within = (session: Session): StorageAdapter => {
    const inside: InSession = (work) => work(session);
    const adapter: StorageAdapter = {
      ...verbsOver(settings, inside, inside),
      transaction: (work) => work(adapter),
    };
    return adapter;
  };
  return {
    ...verbsOver(
      settings,
      (work) => attempt(store, work),
      (work) => reading(store, work),
    ),
    transaction: (work) => attempt(store, (session) => work(within(session))),
    deleteTenant: (tenant = "", how) => deleteTenant(store, tenant, how),
    exportTenant: (tenant = "", how) => exportTenant(store, tenant, how),
    readSecret: (resourceType, id, attribute, { tenant = "" } = {}) =>
      reading(store, async (session) => {
        const [row] = await session.get<Row>([resourceAt(tenant, id)]);
        return row?.type === resourceType ? row.secrets[attribute] : undefined;
      }),
  };
}

/** What `documentStorage` made of its options. */
interface Settings {
  readonly name: string;
  readonly hashSecret: HashSecret | undefined;
  readonly maxScanned: number;
  readonly isAtomic: boolean;
}

/** @throws {TypeError} that says which function is missing. */
function checkStore(store: Partial<Record<keyof AtomicDocuments | keyof SingleDocuments, unknown>>): void {
  const needed =
    typeof store.atomic === "function" ? ["get", "list"] : (["get", "list", "insert", "swap", "remove"] as const);
  const missing = needed.filter((name) => typeof store[name as keyof typeof store] !== "function");
  if (missing.length > 0)
    throw new TypeError(
      `documentStorage: the store has no ${missing.join(", no ")}: give get and list, and either atomic or insert, swap and remove.`,
    );
  if (typeof store.name !== "string" || store.name === "")
    throw new TypeError(
      'documentStorage: give the store a name, such as name: "redis", by which errors and notices call it.',
    );
}

const CAPABILITIES = { filter: true, sort: true, cursor: true, tenants: true, danglingReferences: true } as const;

/** What each call does, by itself or in a transaction. */
function verbsOver(settings: Settings, write: InSession, read: InSession): StorageAdapter {
  const { name, hashSecret, maxScanned, isAtomic } = settings;
  const hash = async ({ secrets, signal }: CreateRequest | ReplaceRequest): Promise<HashedSecrets> => {
    const hashed = await hashSecrets(secrets, hashSecret);
    signal?.throwIfAborted();
    return hashed;
  };
  const secretsOf = async (request: CreateRequest): Promise<HashedSecrets> =>
    withMoved(await hash(request), request.moved, hashSecret !== undefined);
  return {
    name,
    contract: 1,
    capabilities: { ...CAPABILITIES, secrets: hashSecret !== undefined, ...(isAtomic ? {} : { atomic: false }) },
    get: (request, { tenant = "" }) => read((session) => getRow(session, tenant, request)),
    query: (request, { tenant = "" }) => read((session) => queryRows(session, tenant, request, maxScanned)),
    create: creatingMany(
      async (request: CreateRequest, { tenant = "" }: Context) => {
        const secrets = await secretsOf(request);
        return write((session) => createRow(session, tenant, request, secrets));
      },
      async (requests, { tenant = "" }) => {
        const secrets = await Promise.all(requests.map(secretsOf));
        return write(async (session) => {
          const ids: string[] = [];
          for (const [index, request] of requests.entries())
            ids.push((await createRow(session, tenant, request, secrets[index] as HashedSecrets)).id);
          return ids;
        });
      },
    ),
    async replace(request, { tenant = "" }) {
      const secrets = await hash(request);
      return write((session) => replaceRow(session, tenant, request, secrets));
    },
    async applyDelta(request, { tenant = "" }) {
      request.signal?.throwIfAborted();
      return write((session) => changeElements(session, tenant, request));
    },
    async delete(request, { tenant = "" }) {
      request.signal?.throwIfAborted();
      return write((session) => deleteRow(session, tenant, request));
    },
    ledger: documentLedger(write),
  };
}
