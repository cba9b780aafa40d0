import type { Context, StorageAdapter } from "./adapter.ts";
import type { Outbox, OutboxEntry } from "./outbox.ts";

/** The outboxes that one is made of. */
const PARTS = new WeakMap<object, readonly Outbox<never>[]>();

/** The outboxes to be drained, each by itself, where one is made of several; else that one. */
export function partsOf<C extends Context>(outbox: Outbox<C>): readonly Outbox<C>[] {
  return (PARTS.get(outbox) as readonly Outbox<C>[] | undefined) ?? [outbox];
}

/** The outbox of a storage whose positions begin with its name, so that none of another storage is the same. */
export function outboxOf<C extends Context>(storage: StorageAdapter<C>, name: string): Outbox<C> {
  const own = storage.outbox as Outbox<C>;
  const start = `${name}/`;
  const named = (entry: OutboxEntry): OutboxEntry => ({ ...entry, position: start + entry.position });
  const plain = (entry: OutboxEntry): OutboxEntry => ({ ...entry, position: entry.position.slice(start.length) });
  const isOwn = ({ position }: OutboxEntry): boolean => position.startsWith(start);
  return {
    append: (entries, context) => own.append(entries, context),
    take: async (request) => (await own.take(request)).map(named),
    async settle({ done, failed }) {
      const settled = {
        done: done.filter(isOwn).map(plain),
        failed: failed.filter(({ entry }) => isOwn(entry)).map((one) => ({ ...one, entry: plain(one.entry) })),
      };
      if (settled.done.length + settled.failed.length > 0) await own.settle(settled);
    },
    lag: () => own.lag(),
  };
}

/** One outbox of several, by their names: an event is appended where its tenant lives, and taken from wherever there are any. */
export function outboxOver<C extends Context>(
  outboxes: ReadonlyMap<string, Outbox<C>>,
  nameOf: (context: C) => Promise<string>,
): Outbox<C> {
  const parts = [...outboxes.values()];
  let first = 0;
  const outbox: Outbox<C> = {
    async append(entries, context) {
      await outboxes.get(await nameOf(context))?.append(entries, context);
    },
    async take({ count, lease }) {
      const taken: OutboxEntry[] = [];
      const faults: unknown[] = [];
      // Another one begins each time, so that what one has too much of keeps nobody waiting.
      first = (first + 1) % parts.length;
      for (const part of [...parts.slice(first), ...parts.slice(0, first)]) {
        if (taken.length >= count) break;
        const request = { count: count - taken.length, lease };
        await part.take(request).then(
          (entries) => taken.push(...entries),
          (error) => faults.push(error),
        );
      }
      // What was taken elsewhere is handed out: it would wait until its lease ends.
      if (faults.length > 0 && taken.length === 0) throw faults[0];
      return taken;
    },
    async settle(outcome) {
      const settled = await Promise.allSettled(parts.map((part) => part.settle(outcome)));
      for (const one of settled) if (one.status === "rejected") throw one.reason;
    },
    async lag() {
      const lags = await Promise.all(parts.map((part) => part.lag()));
      const oldest = lags.flatMap((one) => one.oldest ?? []).sort();
      return { waiting: lags.reduce((sum, { waiting }) => sum + waiting, 0), oldest: oldest[0] };
    },
  };
  PARTS.set(outbox, parts);
  return outbox;
}
