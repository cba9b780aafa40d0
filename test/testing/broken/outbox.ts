import type { NewResource, StorageAdapter, StoredResource } from "../../../src/storage/adapter.ts";
import { memoryStorage } from "../../../src/storage/memory/index.ts";
import type { Outbox, OutboxEntry } from "../../../src/storage/outbox.ts";
import { type Broken, memoryWith } from "./adapters.ts";

/** Memory whose outbox has some functions of its own. */
function outboxWith(change: (outbox: Outbox) => Partial<Outbox>): () => StorageAdapter {
  return memoryWith((memory) => {
    const outbox = outboxOf(memory);
    return { outbox: { ...whole(outbox), ...change(outbox) } };
  });
}

function outboxOf({ outbox }: StorageAdapter): Outbox {
  if (outbox === undefined) throw new TypeError("Memory has an outbox.");
  return outbox;
}

function whole(outbox: Outbox): Outbox {
  return {
    append: (entries, context) => outbox.append(entries, context),
    take: (request) => outbox.take(request),
    settle: (outcome) => outbox.settle(outcome),
    lag: () => outbox.lag(),
  };
}

/** A transaction that writes no resource, and hands out an outbox. */
function transactionWith(outbox: (outbox: Outbox) => Outbox): () => StorageAdapter {
  return memoryWith((memory) => ({
    transaction: (work) =>
      work({ ...memory, create: async ({ resource }) => stored(resource), outbox: outbox(outboxOf(memory)) }),
  }));
}

function stored(resource: NewResource): StoredResource {
  return { ...resource, meta: { ...resource.meta, version: "1" } };
}

const LEASE = "outbox: what is taken can be taken by others when the lease has ended";
const ORDER = "outbox: of a resource the events are taken one after the other";

/** Adapters with one fault of their outbox. */
export const BROKEN_OUTBOXES: readonly Broken[] = [
  {
    fault: "keeps an event outside of the transaction",
    caughtBy: "outbox: an event is there if and only if its transaction is committed",
    make: transactionWith((outbox) => outbox),
  },
  {
    fault: "loses the events of a transaction",
    caughtBy: "outbox: an event is there if and only if its transaction is committed",
    make: transactionWith((outbox) => ({ ...whole(outbox), append: async () => undefined })),
  },
  {
    fault: "gives an event to two that take at once",
    caughtBy: "outbox: of several that take at once",
    make: outboxWith((outbox) => {
      let asked: Promise<readonly OutboxEntry[]> | undefined;
      return {
        async take(request) {
          asked ??= outbox.take(request);
          const taken = await asked;
          asked = undefined;
          return taken;
        },
      };
    }),
  },
  {
    fault: "forgets the order of a resource's events",
    caughtBy: ORDER,
    make: outboxWith((outbox) => {
      let events = 0;
      const alone = ({ id, ...entry }: OutboxEntry): OutboxEntry => ({
        ...entry,
        id: id.slice(0, id.lastIndexOf("#")),
      });
      return {
        append: (entries, context) =>
          outbox.append(
            entries.map((entry) => ({ ...entry, id: `${entry.id}#${events++}` })),
            context,
          ),
        take: async (request) => (await outbox.take(request)).map(alone),
      };
    }),
  },
  {
    fault: "lets others take what somebody has taken",
    caughtBy: "outbox: an event is taken as it was appended, once",
    make: outboxWith((outbox) => ({ take: ({ count }) => outbox.take({ count, lease: 0 }) })),
  },
  {
    fault: "keeps for ever what somebody took who has died",
    caughtBy: LEASE,
    make: outboxWith((outbox) => ({ take: ({ count }) => outbox.take({ count, lease: 1e9 }) })),
  },
  {
    fault: "lets who has lost an event settle it",
    caughtBy: LEASE,
    make: outboxWith((outbox) => {
      const latest = new Map<string, OutboxEntry>();
      const now = (entry: OutboxEntry): OutboxEntry => latest.get(entry.position) ?? entry;
      return {
        async take(request) {
          const taken = await outbox.take(request);
          for (const entry of taken) latest.set(entry.position, entry);
          return taken;
        },
        settle: ({ done, failed }) =>
          outbox.settle({ done: done.map(now), failed: failed.map((one) => ({ ...one, entry: now(one.entry) })) }),
      };
    }),
  },
  {
    fault: "hands out what failed before its time has come",
    caughtBy: "outbox: an event that failed holds up its own resource",
    make: outboxWith((outbox) => ({
      settle: ({ done, failed }) => outbox.settle({ done, failed: failed.map((one) => ({ ...one, retryIn: 0 })) }),
    })),
  },
  {
    fault: "does not count attempts",
    caughtBy: "outbox: what failed is taken again when its time has come",
    make: outboxWith((outbox) => {
      const attempts = new Map<string, number>();
      const real = (entry: OutboxEntry): OutboxEntry => ({ ...entry, attempts: attempts.get(entry.position) ?? 0 });
      return {
        async take(request) {
          const taken = await outbox.take(request);
          for (const entry of taken) attempts.set(entry.position, entry.attempts);
          return taken.map((entry) => ({ ...entry, attempts: 0 }));
        },
        settle: ({ done, failed }) =>
          outbox.settle({ done: done.map(real), failed: failed.map((one) => ({ ...one, entry: real(one.entry) })) }),
      };
    }),
  },
  {
    fault: "gives what failed up",
    caughtBy: "outbox: what failed is taken again when its time has come",
    make: outboxWith((outbox) => ({
      settle: ({ done, failed }) => outbox.settle({ done: [...done, ...failed.map(({ entry }) => entry)], failed: [] }),
    })),
  },
  {
    fault: "finds nothing behind many events of one resource",
    caughtBy: "outbox: many events behind one that waits",
    make: outboxWith((outbox) => {
      let first: string | undefined;
      return {
        async take(request) {
          const taken = await outbox.take(request);
          first ??= taken[0]?.id;
          // The first thirty events are all that it looks at.
          if (first === undefined || taken[0]?.id === first || (await outbox.lag()).waiting < 30) return taken;
          await outbox.settle({ done: [], failed: taken.map((entry) => ({ entry, retryIn: 0 })) });
          return [];
        },
      };
    }),
  },
  {
    fault: "keeps the events of a tenant that is deleted",
    caughtBy: "outbox: deleteTenant deletes the events",
    make: memoryWith(() => ({ outbox: outboxOf(memoryStorage()) })),
  },
  {
    fault: "leaves the events of a tenant under the name that it had",
    caughtBy: "outbox: renameTenant takes the events",
    make: memoryWith(() => ({ outbox: outboxOf(memoryStorage()) })),
  },
  {
    fault: "gives no tenant with an event",
    caughtBy: "outbox: each tenant has events of its own",
    make: outboxWith((outbox) => ({
      take: async (request) => (await outbox.take(request)).map(({ tenant: _, ...entry }) => entry),
    })),
  },
  {
    fault: "counts no events that are being handed out",
    caughtBy: "outbox: lag says how many events wait",
    make: outboxWith((outbox) => {
      let taken = 0;
      return {
        async take(request) {
          const found = await outbox.take(request);
          taken += found.length;
          return found;
        },
        async lag() {
          const lag = await outbox.lag();
          return { ...lag, waiting: lag.waiting - taken };
        },
      };
    }),
  },
];
