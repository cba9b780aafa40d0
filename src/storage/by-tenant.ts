import { leafOf } from "../schema/attribute.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { StorageAdapter, StorageCapabilities } from "./adapter.ts";
import type { Context } from "./context.ts";
import { createManyOf, creatingMany } from "./create-many.ts";
import type { Ledger } from "./ledger.ts";
import { outboxOf, outboxOver } from "./outboxes.ts";
import { isUniqueOverTenants } from "./unique.ts";
import type { ReindexReport, Upkeep } from "./upkeep.ts";
import { from } from "./watch.ts";

/** Names the storage that a tenant lives in; `undefined` asks for that of a context without a tenant. */
export type StorageOfTenant<S> = (tenant: string | undefined) => S | undefined | Promise<S | undefined>;

/** What `storageByTenant` makes: an adapter, with what of `Upkeep` all of its storages have. */
export type StorageByTenant<S, C extends Context = Context> = StorageAdapter<C> &
  Pick<S, Extract<keyof S, keyof Upkeep>>;

/**
 * One storage made of several: every call goes to the one in which its tenant lives. So a service grows over ordinary servers that know
 * nothing of each other, and a fault of one of them reaches its own tenants alone.
 *
 * `storageOf` is asked at each call; what it looks up elsewhere it should remember. What it throws (`errors.unavailable()`, while a tenant
 * moves) is the answer, and a tenant for which it gives nothing, or a storage that is not among `storages`, is a fault: 500 for the client.
 * `storages` are all that there are, by names that stay the same for as long as their data does: they begin the `position` of events.
 *
 * - It can do what every one of the storages can: `capabilities`, `transaction`, `outbox` and `ledger` are what all of them have. Where only
 *   some have `applyDelta`, the others decline.
 * - A transaction is one of its tenant's storage; a tenant of another one cannot be reached from within.
 * - `scim.drain` drains each outbox by itself: one that is out of reach holds up no other.
 * - `reindex` without a tenant goes over all storages. `renameTenant` works within one of them.
 * - What a storage has beside the contract (`prepare`, `unknownTypes`) you call on each of them.
 * - `uniqueness: "global"` cannot be kept over several servers: `createScim` refuses a resource type that has it.
 *
 * @throws {TypeError} for no storages, and for one that does not keep tenants apart by itself (`capabilities.tenants`).
 * @example
 * ```ts
 * import { openSqlite, type SqlStorage, sqlStorage } from "scimkit/sql";
 * import { storageByTenant } from "scimkit/storage";
 * declare const homes: ReadonlyMap<string, "eu" | "us">; // which tenant lives where: yours to know
 * const storages: Record<"eu" | "us", SqlStorage> = {
 *   eu: sqlStorage({ db: await openSqlite("eu.db") }),
 *   us: sqlStorage({ db: await openSqlite("us.db") }),
 * };
 * for (const each of Object.values(storages)) await each.prepare();
 * const storage = storageByTenant((tenant) => storages[homes.get(tenant ?? "") ?? "eu"], storages);
 * ```
 */
export function storageByTenant<S extends StorageAdapter<C>, C extends Context = Context>(
  storageOf: StorageOfTenant<S>,
  storages: Readonly<Record<string, S>>,
): StorageByTenant<S, C> {
  if (typeof storageOf !== "function")
    throw new TypeError("storageByTenant: give a function that names a tenant's storage.");
  const all = Object.entries(storages ?? {}).map(([name, storage]): Shard<C> => ({ name, storage }));
  for (const shard of all) checkShard(shard);
  const [first] = all;
  if (first === undefined)
    throw new TypeError("storageByTenant: name at least one storage, such as { eu, us }, behind the function.");
  const names = new Map<unknown, string>(all.map(({ name, storage }) => [storage, name]));
  const find: Find<C> = async (tenant) => {
    const storage = await storageOf(tenant === "" ? undefined : tenant);
    const name = names.get(storage);
    if (storage === undefined || name === undefined) throw notThere(tenant, storage);
    return { name, storage };
  };
  return {
    ...verbsOver(all, find),
    accepts: (type) => acceptedByAll(all, type),
    ...transactionOver(all, find),
    ...upkeepOver(all, find),
  } as StorageByTenant<S, C>;
}

/** One of the storages. */
interface Shard<C extends Context> {
  readonly name: string;
  readonly storage: StorageAdapter<C> & Partial<Upkeep>;
}

type Find<C extends Context> = (tenant: string | undefined) => Promise<Shard<C>>;

function checkShard<C extends Context>({ name, storage }: Shard<C>): void {
  if (name === "" || name.includes("/"))
    throw new TypeError("storageByTenant: a storage has a name without slashes, such as { eu: storage }.");
  if (storage.capabilities?.tenants !== true)
    throw new TypeError(
      `storageByTenant: the storage ${name} ("${storage.name}") does not keep tenants apart (capabilities.tenants), so that two of them in it would be one.`,
    );
}

function notThere(tenant: string | undefined, storage: unknown): Error {
  const whose =
    tenant === undefined || tenant === "" ? "a context without a tenant" : `the tenant ${JSON.stringify(tenant)}`;
  return new Error(
    storage === undefined
      ? `storageByTenant: no storage is named for ${whose}.`
      : `storageByTenant: the storage that is named for ${whose} is not among those that it was given.`,
  );
}

/** The verbs, each in the storage of its tenant. `own` are the adapters that `find` gives: those of a transaction, or all there are. */
function verbsOver<C extends Context>(
  all: readonly Shard<C>[],
  find: Find<C>,
  own: readonly Shard<C>[] = all,
): StorageAdapter<C> {
  const ask = async <T>({ tenant }: C, call: (storage: StorageAdapter<C>) => Promise<T>): Promise<T> => {
    const { name, storage } = await find(tenant);
    return from(calledIn(name, storage), () => call(storage));
  };
  const every = (member: "outbox" | "ledger"): boolean =>
    [...all, ...own].every(({ storage }) => storage[member] !== undefined);
  return {
    name: `storageByTenant over ${all.map(({ name }) => name).join(", ")}`,
    contract: 1,
    capabilities: capabilitiesOfAll(all.map(({ storage }) => storage.capabilities ?? {})),
    get: (request, context) => ask(context, (storage) => storage.get(request, context)),
    query: (request, context) => ask(context, (storage) => storage.query(request, context)),
    create: createOver(own, ask),
    replace: (request, context) => ask(context, (storage) => storage.replace(request, context)),
    delete: (request, context) => ask(context, (storage) => storage.delete(request, context)),
    ...(own.some(({ storage }) => storage.applyDelta !== undefined)
      ? {
          applyDelta: (request, context) =>
            ask(context, async (storage) => (await storage.applyDelta?.(request, context)) ?? absent(storage)),
        }
      : {}),
    ...(every("outbox")
      ? { outbox: outboxOver(outboxesIn(own), async ({ tenant }) => (await find(tenant)).name) }
      : {}),
    ...(every("ledger") ? { ledger: ledgerOver(ask) } : {}),
  };
}

/** What an adapter without deltas says to one, and what is left to say for one that knows no such resource. */
function absent<C extends Context>({ applyDelta }: StorageAdapter<C>): "declined" | undefined {
  return applyDelta === undefined ? "declined" : undefined;
}

function calledIn<C extends Context>(name: string, storage: StorageAdapter<C>): string {
  return `${storage.name} (${name})`;
}

function outboxesIn<C extends Context>(all: readonly Shard<C>[]) {
  return new Map(all.map(({ name, storage }) => [name, outboxOf(storage, name)]));
}

type Ask<C extends Context> = <T>(context: C, call: (storage: StorageAdapter<C>) => Promise<T>) => Promise<T>;

function createOver<C extends Context>(all: readonly Shard<C>[], ask: Ask<C>): StorageAdapter<C>["create"] {
  const create: StorageAdapter<C>["create"] = (request, context) =>
    ask(context, (storage) => storage.create(request, context));
  if (all.some(({ storage }) => createManyOf(storage) === undefined)) return create;
  return creatingMany(create, (requests, context: C) =>
    ask(context, async (storage) => (await createManyOf(storage)?.(requests, context)) ?? []),
  );
}

function ledgerOver<C extends Context>(ask: Ask<C>): Ledger<C> {
  const ledger = <T>(context: C, call: (ledger: Ledger<C>) => Promise<T>): Promise<T> =>
    ask(context, ({ ledger }) => call(ledger as Ledger<C>));
  return {
    read: (kind, keys, context) => ledger(context, (one) => one.read(kind, keys, context)),
    write: (entries, context) => ledger(context, (one) => one.write(entries, context)),
    remove: (kind, keys, context) => ledger(context, (one) => one.remove(kind, keys, context)),
    list: (kind, page, context) => ledger(context, (one) => one.list(kind, page, context)),
  };
}

/** What each of several storages can do. */
function capabilitiesOfAll(all: readonly StorageCapabilities[]): StorageCapabilities {
  const every = (name: "filter" | "sort" | "cursor" | "tenants" | "danglingReferences") =>
    all.every((one) => one[name] === true);
  const unordered = [...new Set(all.flatMap((one) => one.unordered ?? []))];
  return {
    filter: every("filter"),
    sort: every("sort"),
    cursor: every("cursor"),
    tenants: every("tenants"),
    danglingReferences: every("danglingReferences"),
    secrets: inAll(all.map(({ secrets = false }) => secrets)),
    keepsDeleted: inAll(all.map(({ keepsDeleted = false }) => keepsDeleted)),
    // What one of them cannot keep, nobody may count on.
    ...(unordered.length > 0 ? { unordered } : {}),
    ...(all.some(({ atomic }) => atomic === false) ? { atomic: false } : {}),
  };
}

/** What lists have in common, where `true` is a list of everything. */
function inAll(lists: readonly (boolean | readonly string[])[]): boolean | readonly string[] {
  const named = lists.filter((list) => typeof list !== "boolean");
  if (lists.includes(false)) return false;
  const [first, ...rest] = named;
  return first === undefined ? true : first.filter((name) => rest.every((list) => list.includes(name)));
}

/** @throws {Error} where one of the storages does not take the type, or none could keep what it asks for. */
function acceptedByAll<C extends Context>(all: readonly Shard<C>[], type: CompiledResourceType): void {
  const global = type.unique.find((path) => isUniqueOverTenants(leafOf(path)));
  if (global !== undefined)
    throw new Error(
      `${global.text} is unique over all tenants (uniqueness: "global"), which storages that know nothing of each other cannot keep. Let it be unique in its tenant (uniqueness: "server"), or keep all tenants in one storage.`,
    );
  for (const { name, storage } of all) {
    try {
      storage.accepts?.(type);
    } catch (error) {
      throw new Error(`the storage ${name}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
}

function transactionOver<C extends Context>(
  all: readonly Shard<C>[],
  find: Find<C>,
): Partial<Pick<StorageAdapter<C>, "transaction">> {
  if (all.some(({ storage }) => storage.transaction === undefined)) return {};
  return {
    async transaction(work, context) {
      const { name, storage } = await find(context.tenant);
      const within = (inner: StorageAdapter<C>): StorageAdapter<C> => {
        const own: Shard<C> = { name, storage: inner };
        const findHere = async (tenant: string | undefined): Promise<Shard<C>> => {
          if (tenant !== context.tenant && (await find(tenant)).name !== name) throw beyond(tenant);
          return own;
        };
        const adapter: StorageAdapter<C> = {
          ...verbsOver(all, findHere, [own]),
          ...(inner.handle === undefined ? {} : { handle: inner.handle }),
          transaction: (nested) => nested(adapter),
        };
        return adapter;
      };
      return from(calledIn(name, storage), () => transactionOf(storage)((inner) => work(within(inner)), context));
    },
  };
}

function transactionOf<C extends Context>(storage: StorageAdapter<C>): NonNullable<StorageAdapter<C>["transaction"]> {
  return (storage.transaction as NonNullable<StorageAdapter<C>["transaction"]>).bind(storage);
}

function beyond(tenant: string | undefined): Error {
  return new Error(
    `storageByTenant: a transaction is of one storage, and the tenant ${JSON.stringify(tenant ?? "")} lives in another one.`,
  );
}

/** What is done to tenants as a whole, as far as all storages can. */
function upkeepOver<C extends Context>(all: readonly Shard<C>[], find: Find<C>): Partial<Upkeep> {
  const upkeep: Upkeep = {
    async reindex(options) {
      const asked = options.tenant === undefined ? all : [await find(options.tenant)];
      const reports: ReindexReport[] = [];
      for (const { storage } of asked) reports.push(await (storage as Upkeep).reindex(options));
      return reportOf(reports);
    },
    deleteTenant: async (tenant, options) => ((await find(tenant)).storage as Upkeep).deleteTenant(tenant, options),
    async *exportTenant(tenant, options) {
      yield* ((await find(tenant)).storage as Upkeep).exportTenant(tenant, options);
    },
    async renameTenant(before, after) {
      const [here, there] = [await find(before), await find(after)];
      if (here.name !== there.name)
        throw new Error(
          `storageByTenant: ${JSON.stringify(before ?? "")} lives in ${here.name} and ${JSON.stringify(after ?? "")} in ${there.name}. Move the tenant first (docs/scaling.md, "Moving a tenant"), then rename it there.`,
        );
      return (here.storage as Upkeep).renameTenant(before, after);
    },
  };
  const names = Object.keys(upkeep) as (keyof Upkeep)[];
  const kept = names.filter((name) => all.every(({ storage }) => storage[name] !== undefined));
  return Object.fromEntries(kept.map((name) => [name, upkeep[name]]));
}

/** What several reindexes came to together. */
function reportOf(reports: readonly ReindexReport[]): ReindexReport {
  const types = new Map<string, { name: string; seen: number; rebuilt: number }>();
  for (const { name, seen, rebuilt } of reports.flatMap(({ resourceTypes }) => resourceTypes)) {
    const sum = types.get(name) ?? { name, seen: 0, rebuilt: 0 };
    types.set(name, { name, seen: sum.seen + seen, rebuilt: sum.rebuilt + rebuilt });
  }
  return {
    resourceTypes: [...types.values()],
    duplicates: reports.flatMap(({ duplicates }) => duplicates),
    secrets: reports.flatMap(({ secrets }) => secrets),
    misfits: reports.flatMap(({ misfits }) => misfits),
    unknown: reports.flatMap(({ unknown }) => unknown),
    isComplete: reports.every(({ isComplete }) => isComplete),
  };
}
