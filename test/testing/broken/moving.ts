import type { StorageAdapter } from "../../../src/storage/adapter.ts";
import { type CreateMany, creatingMany } from "../../../src/storage/create-many.ts";
import { memoryStorage } from "../../../src/storage/memory/index.ts";
import { type Broken, memoryWith } from "./adapters.ts";

/** Memory that stores many by one after the other, as `store` does it. */
function storingMany(store: (memory: StorageAdapter) => CreateMany): () => StorageAdapter {
  return () => {
    const memory = memoryStorage();
    return { ...memory, create: creatingMany((request, context) => memory.create(request, context), store(memory)) };
  };
}

/** Adapters with one fault in what roles, or directories that move, rely on. */
export const BROKEN_MOVES: readonly Broken[] = [
  {
    fault: "says of everybody who is named that they joined",
    caughtBy: "grants: what a delta says joined and left",
    make: memoryWith((memory) => ({
      async applyDelta(request, context) {
        const done = await memory.applyDelta?.(request, context);
        return typeof done === "object" ? { ...done, added: request.add } : done;
      },
    })),
  },
  {
    fault: "does not say who left, so that grants are lost sight of",
    caughtBy: "grants: rows that follow the deltas",
    make: memoryWith((memory) => ({
      async applyDelta(request, context) {
        const done = await memory.applyDelta?.(request, context);
        return typeof done === "object" ? { ...done, removed: [] } : done;
      },
    })),
  },
  {
    fault: "chooses another id and does not say so",
    caughtBy: "moving: an id that is given is kept",
    make: memoryWith((memory) => ({
      async create(request, context) {
        const resource = { ...request.resource, id: crypto.randomUUID() };
        return { ...(await memory.create({ ...request, resource }, context)), id: request.resource.id };
      },
    })),
  },
  {
    fault: "stores what comes from elsewhere as if it were new",
    caughtBy: "moving: times of a resource that moves here",
    make: memoryWith((memory) => ({
      create(request, context) {
        const meta = { ...request.resource.meta, created: request.at, lastModified: request.at };
        return memory.create({ ...request, resource: { ...request.resource, meta } }, context);
      },
    })),
  },
  {
    fault: "stores some of many where one is refused",
    caughtBy: "moving: of many that are stored at once none is there",
    make: storingMany((memory) => async (requests, context) => {
      const ids: string[] = [];
      for (const request of requests) ids.push((await memory.create(request, context)).id);
      return ids;
    }),
  },
  {
    fault: "gives the ids of many in an order of its own",
    caughtBy: "moving: many that are stored at once are stored as one by one",
    make: storingMany((memory) => async (requests, context) => {
      const stored = await Promise.all(requests.map((request) => memory.create(request, context)));
      return stored.map(({ id }) => id).reverse();
    }),
  },
];
