import { uniqueness } from "../../../src/error.ts";
import { type Context, SELECT_ALL, type StorageAdapter, type StoredResource } from "../../../src/storage/adapter.ts";
import type { Ledger } from "../../../src/storage/ledger.ts";
import { type MemoryStorage, memoryStorage } from "../../../src/storage/memory/index.ts";
import { type Broken, memoryWith } from "./adapters.ts";

/** Memory whose ledger has some functions replaced. */
function ledgerWith(change: (ledger: Ledger) => Partial<Ledger>): () => StorageAdapter {
  return memoryWith(({ ledger }) => (ledger === undefined ? {} : { ledger: { ...ledger, ...change(ledger) } }));
}

/** What of a kept row stays in sight. */
type InSight = "nothing" | "lists" | "groups" | "names" | "other tenants";

/** Memory that keeps deleted resources out of sight, but for what a fault leaves there. */
export function keepingMemory(inSight: InSight = "nothing"): StorageAdapter {
  const memory = memoryStorage();
  const kept = new Map<string, StoredResource>();
  const nameOf = ({ tenant = "" }: Context, id: string) => (inSight === "other tenants" ? id : `${tenant}/${id}`);
  /** Whether the memory still has what is kept. */
  const isInMemory = inSight === "lists" || inSight === "groups" || inSight === "names";
  const leave = async (...[request, context]: Parameters<StorageAdapter["delete"]>): Promise<boolean> => {
    const { resourceType, id } = request;
    const last = await memory.get({ resourceType, id, select: SELECT_ALL }, context);
    if (last === undefined || kept.has(nameOf(context, id))) return false;
    kept.set(nameOf(context, id), last);
    return isInMemory || memory.delete(request, context);
  };
  return {
    ...memory,
    capabilities: { ...memory.capabilities, keepsDeleted: true },
    async get(request, context) {
      return isInMemory && kept.has(nameOf(context, request.id)) ? undefined : memory.get(request, context);
    },
    async query(request, context) {
      const found = await memory.query(request, context);
      if (!isInMemory || inSight === "lists") return found;
      const resources = found.resources.filter(({ id }) => !kept.has(nameOf(context, id)));
      return {
        ...found,
        resources,
        totalResults: (found.totalResults ?? 0) - (found.resources.length - resources.length),
      };
    },
    replace: async (request, context) =>
      kept.has(nameOf(context, request.id)) ? undefined : memory.replace(request, context),
    delete: (request, context) => (request.keep === true ? leave(request, context) : memory.delete(request, context)),
    async create(request, context) {
      const name = nameOf(context, request.resource.id);
      if (kept.has(name) && request.restores === undefined) throw uniqueness("id");
      // Nobody can come back who was not kept.
      const id = request.restores === undefined || kept.has(name) ? request.resource.id : crypto.randomUUID();
      const created = await memory.create({ ...request, resource: { ...request.resource, id } }, context);
      kept.delete(name);
      return created;
    },
  };
}

/** Faults in what is remembered, and in how who left is kept and comes back. */
export const BROKEN_RETURNING: readonly Broken[] = [
  {
    fault: "remembers for all tenants at once",
    caughtBy: "ledger: no tenant reads",
    make: ledgerWith((ledger) => ({
      read: (kind, keys) => ledger.read(kind, keys, {}),
      write: (entries) => ledger.write(entries, {}),
      remove: (kind, keys) => ledger.remove(kind, keys, {}),
      list: (kind, page) => ledger.list(kind, page, {}),
    })),
  },
  {
    fault: "writes the ledger outside of the transaction",
    caughtBy: "ledger: what is written and removed in a transaction stands or falls",
    make: memoryWith((memory) => ({ transaction: (work) => work(memory as MemoryStorage) })),
  },
  {
    fault: "shows what is over",
    caughtBy: "ledger: what is over is as good as gone",
    make: ledgerWith((ledger) => ({
      write: (entries, context) =>
        ledger.write(
          entries.map(({ until: _, ...entry }) => entry),
          context,
        ),
    })),
  },
  {
    fault: "tells each of two that it removed an entry",
    caughtBy: "ledger: of several that remove one entry at once",
    make: ledgerWith((ledger) => ({
      async remove(kind, keys, context) {
        await ledger.remove(kind, keys, context);
        return keys.length;
      },
    })),
  },
  {
    fault: "compares keys of the ledger in lower case",
    caughtBy: "ledger: what was written is read by kind and key, to the letter",
    make: ledgerWith((ledger) => ({
      read: (kind, keys, context) =>
        ledger.read(
          kind,
          keys.map((key) => key.toLowerCase()),
          context,
        ),
      write: (entries, context) =>
        ledger.write(
          entries.map((one) => ({ ...one, key: one.key.toLowerCase() })),
          context,
        ),
    })),
  },
  {
    fault: "lists the first page of the ledger again",
    caughtBy: "ledger: a list walks all entries",
    make: ledgerWith((ledger) => ({ list: (kind, { count }, context) => ledger.list(kind, { count }, context) })),
  },
  {
    fault: "forgets to delete the ledger with its tenant",
    caughtBy: "ledger: deleteTenant takes the ledger",
    make: memoryWith((memory) => ({
      async deleteTenant(tenant, options) {
        const context = tenant === undefined ? {} : { tenant };
        const entries = (await memory.ledger?.list("tombstone", { count: 100 }, context)) ?? [];
        const counts = (await memory.deleteTenant?.(tenant, options)) ?? {};
        await memory.ledger?.write(entries, context);
        return counts;
      },
    })),
  },
  {
    fault: "gives who comes back a version of before",
    caughtBy: "returning: a create that restores a deleted id",
    make: memoryWith((memory) => ({
      create: ({ restores: _, ...request }, context) => memory.create(request, context),
    })),
  },
  {
    fault: "links one account to two",
    caughtBy: "returning: a replace with `touch`",
    make: memoryWith((memory) => ({
      replace: ({ touch: _, ...request }, context) => memory.replace(request, context),
    })),
  },
  {
    fault: "lists what is deleted and kept",
    caughtBy: "returning: what is deleted and kept is gone for every verb",
    make: () => keepingMemory("lists"),
  },
  {
    fault: "keeps who is deleted in groups",
    caughtBy: "returning: what is deleted and kept is in no group",
    make: () => keepingMemory("groups"),
  },
  {
    fault: "keeps the names of who is deleted taken",
    caughtBy: "returning: what is deleted and kept gives its unique names free",
    make: () => keepingMemory("names"),
  },
  {
    fault: "keeps ids of deleted resources from other tenants, and gives them to them",
    caughtBy: "returning: nobody comes back under the id of another tenant",
    make: () => keepingMemory("other tenants"),
  },
];
