import type { StorageAdapter, StoredResource } from "../../../src/storage/adapter.ts";
import { memoryStorage } from "../../../src/storage/memory/index.ts";
import { transactionalStorage } from "../../support/transactional-storage.ts";
import type { Broken } from "./adapters.ts";

/** An adapter that never looks at its context. */
export function ignoringContext(): StorageAdapter {
  const memory = memoryStorage();
  return {
    name: "one for all",
    contract: 1,
    capabilities: { ...memory.capabilities, tenants: false },
    get: (request) => memory.get(request, {}),
    query: (request) => memory.query(request, {}),
    create: (request) => memory.create(request, {}),
    replace: (request) => memory.replace(request, {}),
    delete: (request) => memory.delete(request, {}),
  };
}

/** Display names written backwards, by a copy of the storage that its transactions know nothing of. */
function bypassed(): StorageAdapter {
  const storage = transactionalStorage();
  const turned = <R extends Readonly<Record<string, unknown>>>(resource: R): R =>
    typeof resource.displayName === "string"
      ? { ...resource, displayName: [...resource.displayName].reverse().join("") }
      : resource;
  const read = (resource: StoredResource | undefined) => resource && turned(resource);
  return {
    ...storage,
    get: async (request, context) => read(await storage.get(request, context)),
    create: async (request, context) =>
      turned(await storage.create({ ...request, resource: turned(request.resource) }, context)),
    replace: async (request, context) =>
      read(await storage.replace({ ...request, resource: turned(request.resource) }, context)),
  };
}

/** Lets every resource type pass, and has a place for those of the kit alone. */
function acceptsLate(): StorageAdapter {
  const memory = memoryStorage();
  const look = (name: string): void => {
    if (!["User", "Group", "Asset"].includes(name)) throw new Error(`There is no table for ${name}.`);
  };
  return {
    ...memory,
    accepts: () => undefined,
    async query(request, context) {
      look(request.resourceType.name);
      return memory.query(request, context);
    },
    async create(request, context) {
      look(request.resourceType.name);
      return memory.create(request, context);
    },
  };
}

export const BROKEN_AROUND: readonly Broken[] = [
  {
    fault: "ignores its context, and says that it keeps tenants apart",
    caughtBy: "tenants: get does not see another tenant's resource",
    make: () => ({ ...ignoringContext(), capabilities: memoryStorage().capabilities ?? {} }),
  },
  {
    fault: "is a wrapper that transactions go past",
    caughtBy: "transactions: what the work wrote is there",
    make: bypassed,
  },
  {
    fault: "lets a resource type pass that it has no place for",
    caughtBy: "accepts: a resource type that passes is served",
    make: acceptsLate,
  },
  {
    fault: "refuses a resource type that it serves",
    caughtBy: "accepts: the resource types that the adapter serves pass",
    make: () => ({
      ...memoryStorage(),
      accepts({ name }) {
        if (name === "Group") throw new Error("There is no table for groups.");
      },
    }),
  },
  {
    fault: "says no contract",
    caughtBy: "announced: the adapter has a name",
    make: () => ({ ...memoryStorage(), contract: undefined as never }),
  },
];
