import type { Context, StorageAdapter } from "../../storage/adapter.ts";
import type { Outbox, OutboxEntry } from "../../storage/outbox.ts";
import { type CaseNeeds, chapter } from "../case.ts";
import { begun, must, mustBe, outcomeOf } from "../failure.ts";
import type { Subject } from "../subject.ts";

const { cases, add: addCase } = chapter({ name: "outbox", features: ["outbox"] });

/** A lease that outlasts a case. */
const LONG = 600_000;
/** Most looks at an outbox for something whose time comes. */
const MOST_LOOKS = 2000;

/** The outbox under test. */
interface Box {
  readonly subject: Subject;
  readonly outbox: Outbox;
  /** Appends events of resources, one each, in this order; a resource is named by a letter. */
  append(resources: string, options?: { readonly storage?: StorageAdapter; readonly context?: Context }): Promise<void>;
  /** Takes events, for a long time where nothing else is said. Those of others are left out. */
  take(count?: number, lease?: number): Promise<readonly OutboxEntry[]>;
  done(...entries: readonly OutboxEntry[]): Promise<void>;
}

function add(title: string, run: (box: Box) => Promise<void>, own: CaseNeeds = {}): void {
  addCase(
    title,
    async (subject) => {
      const taken: OutboxEntry[] = [];
      const box = boxOf(subject, taken);
      await empty(box.outbox, taken);
      try {
        await run(box);
      } finally {
        // The next case may have the same outbox.
        await empty(box.outbox, taken);
      }
    },
    own,
  );
}

/** Removes what was taken, and all that can be taken. */
async function empty(outbox: Outbox, taken: readonly OutboxEntry[]): Promise<void> {
  for (let left = taken; ; ) {
    await outbox.settle({ done: left, failed: [] });
    left = await outbox.take({ count: 1000, lease: LONG });
    if (left.length === 0) return;
  }
}

function boxOf(subject: Subject, all: OutboxEntry[]): Box {
  const outbox = outboxOf(subject.storage);
  let events = 0;
  return {
    subject,
    outbox,
    async append(resources, { storage = subject.storage, context = subject.context } = {}) {
      const entries = [...resources].map((letter) => ({
        resourceType: "User",
        id: `${subject.token}-${letter}`,
        event: JSON.stringify({ number: ++events, text: 'ä "quoted" \\ 🙂' }),
        at: subject.now(),
      }));
      await outboxOf(storage).append(entries, context);
    },
    async take(count = 1000, lease = LONG) {
      const taken = await outbox.take({ count, lease });
      must(taken.length <= count, "take must give no more events than it is asked for", `it gave ${taken.length}`);
      all.push(...taken);
      return taken.filter(({ id }) => id.startsWith(subject.token));
    },
    done: (...entries) => outbox.settle({ done: entries, failed: [] }),
  };
}

function outboxOf({ outbox }: StorageAdapter): Outbox {
  must(
    outbox !== undefined,
    "the adapter that transaction hands to its work must have the outbox too, as part of the transaction",
    "it has none",
  );
  return outbox;
}

/** What was taken, as letters of the resources and numbers of the events, in the order of the letters. */
function named(entries: readonly OutboxEntry[]): readonly string[] {
  return entries.map(({ id, event }) => `${id.at(-1)}${JSON.parse(event).number}`).sort();
}

/** Takes until something can be taken. */
async function takeSoon({ take }: Box, rule: string, lease?: number): Promise<readonly OutboxEntry[]> {
  for (let look = 0; look < MOST_LOOKS; look++) {
    const taken = await take(1000, lease);
    if (taken.length > 0) return taken;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  must(false, rule, "it was given nothing");
  return [];
}

add("an event is taken as it was appended, once, and is gone when it is done", async (box) => {
  const { subject, outbox } = box;
  await box.append("a");
  const [taken, ...more] = await box.take();
  must(taken !== undefined && more.length === 0, "take must give each event that waits", `it gave ${more.length + 1}`);
  const { position, at, ...rest } = taken;
  mustBe(
    { ...rest, hasPosition: typeof position === "string" && position !== "", hasTime: !Number.isNaN(Date.parse(at)) },
    {
      resourceType: "User",
      id: `${subject.token}-a`,
      event: JSON.stringify({ number: 1, text: 'ä "quoted" \\ 🙂' }),
      ...(subject.context.tenant === undefined ? {} : { tenant: subject.context.tenant }),
      attempts: 0,
      hasPosition: true,
      hasTime: true,
    },
    "take must give events as they were appended, with their tenant",
  );
  mustBe(await box.take(), [], "take must not give an event that somebody has taken");
  mustBe((await outbox.lag()).waiting, 1, "an event waits until it is settled");
  await box.done(taken);
  mustBe(await outbox.lag(), { waiting: 0 }, "an event that is done must be gone");
});

add(
  "lag says how many events wait, and when the oldest of them came about",
  async ({ subject, outbox, append, take, done }) => {
    const from = subject.now();
    await append("ab");
    const lag = await outbox.lag();
    mustBe(lag.waiting, 2, "lag must count all events that wait");
    must(
      lag.oldest !== undefined && lag.oldest > from,
      "lag must say when the oldest event came about",
      `it said ${lag.oldest}`,
    );
    const taken = await take();
    mustBe(await outbox.lag(), lag, "events that are being handed out still wait");
    await done(...taken.filter(({ id }) => id.endsWith("a")));
    const after = await outbox.lag();
    must(
      after.waiting === 1 && after.oldest !== undefined && after.oldest > lag.oldest,
      "lag must leave out what is done",
      `it said ${JSON.stringify(after)}`,
    );
    await done(...taken);
  },
);

add("of a resource the events are taken one after the other in their order, and resources at once", async (box) => {
  await box.append("aab");
  await box.append("abb");
  const rule = "take must give of each resource the first event alone, and the next one when that is done";
  const rounds: (readonly string[])[] = [];
  for (let taken = await box.take(); taken.length > 0; taken = await box.take()) {
    rounds.push(named(taken));
    mustBe(await box.take(), [], "take must not give an event while an earlier one of its resource is taken");
    await box.done(...taken);
  }
  mustBe(
    rounds,
    [
      ["a1", "b3"],
      ["a2", "b5"],
      ["a4", "b6"],
    ],
    rule,
  );
});

add("an event that failed holds up its own resource and no other", async (box) => {
  const { outbox } = box;
  await box.append("aab");
  const [a, b] = (await box.take()).toSorted((left, right) => (left.id < right.id ? -1 : 1));
  must(a !== undefined && b !== undefined, "take must give the first event of each resource", "it did not");
  await outbox.settle({ done: [b], failed: [{ entry: a, retryIn: LONG }] });
  await box.append("bc");
  mustBe(
    named(await box.take()),
    ["b4", "c5"],
    "an event that failed, and those behind it, must not be taken before its time has come; all others must",
  );
});

add(
  "what failed is taken again when its time has come, with one attempt more, and before what is behind it",
  async (box) => {
    const { outbox } = box;
    await box.append("aa");
    let taken = await box.take();
    for (const attempts of [0, 1, 2]) {
      const [first] = taken;
      must(first !== undefined, "take must give what failed again when its time has come", "it gave nothing");
      mustBe(
        [...named(taken), first.attempts],
        ["a1", attempts],
        "take must say how often an event was handed out in vain",
      );
      await outbox.settle({ done: [], failed: [{ entry: first, retryIn: 1 }] });
      taken = await takeSoon(box, "what failed must be taken again when its time has come");
    }
    await box.done(...taken);
    mustBe(
      (await box.take()).map(({ attempts, event }) => [JSON.parse(event).number, attempts]),
      [[2, 0]],
      "the event behind one that failed must be taken when that is done, with attempts of its own",
    );
  },
);

add("what is taken can be taken by others when the lease has ended, and is theirs then", async (box) => {
  const { outbox } = box;
  await box.append("aa");
  const [old] = await box.take(1, 1);
  must(old !== undefined, "take must give what waits", "it gave nothing");
  const [again] = await takeSoon(box, "an event must be taken again when the lease has ended");
  mustBe(
    [again?.position, again?.attempts],
    [old.position, 1],
    "take must give the same event again, with one attempt more",
  );
  await outbox.settle({ done: [], failed: [{ entry: old, retryIn: 0 }] });
  mustBe(await box.take(), [], "who has lost an event must not give it back: somebody else has taken it");
  await box.done(old);
  mustBe(await box.take(), [], "who has lost an event must not let the next one go on: somebody else is still at it");
  if (again !== undefined) await box.done(again);
  mustBe(named(await box.take()), ["a2"], "the next event must be taken when who has the one before it is done");
});

add("of several that take at once, none gets what another one has", async (box) => {
  const letters = "abcdefghijklmnopqrstuvwxyz";
  await box.append(letters + letters);
  const taken: OutboxEntry[] = [];
  for (let round = 0; taken.length < letters.length && round < MOST_LOOKS; round++)
    taken.push(...(await Promise.all([7, 7, 7, 7].map((count) => box.take(count)))).flat());
  mustBe(
    named(taken),
    [...letters].map((letter, index) => `${letter}${index + 1}`),
    "of several that take at once, each must get other events: the first of each resource",
  );
  must(
    new Set(taken.map(({ position }) => position)).size === letters.length,
    "positions must tell events apart",
    "two have the same",
  );
});

add("many events behind one that waits keep no other from being taken", async (box) => {
  const MANY = 40;
  await box.append("a".repeat(MANY));
  await box.append("b");
  const [first] = await box.take(1);
  must(first?.id.endsWith("a") === true, "take must give the event that has waited longest", `it gave ${first?.id}`);
  mustBe(
    named(await box.take(1)),
    [`b${MANY + 1}`],
    "events behind one that is taken must not keep those of other resources from being taken",
  );
  await box.done(first);
  mustBe(named(await box.take(1)), ["a2"], "the event behind one that is done must be taken");
});

add(
  "an event is there if and only if its transaction is committed",
  async (box) => {
    const { subject } = box;
    const transact = <T>(work: (storage: StorageAdapter) => Promise<T>): Promise<T> =>
      subject.storage.transaction?.(work, subject.context) as Promise<T>;
    const looks: Promise<readonly OutboxEntry[]>[] = [];
    await outcomeOf(
      transact(async (storage) => {
        await subject.create("User", { userName: "ada" }, { storage });
        await box.append("a", { storage });
        // Not awaited: a store with one connection answers when the transaction is over.
        looks.push(begun(box.take()));
        throw new Error("stop");
      }),
    );
    const rule = "an event of a transaction that is rolled back must not be there, nor be seen before";
    mustBe(await Promise.all(looks), [[]], rule);
    mustBe([await box.take(), (await box.outbox.lag()).waiting], [[], 0], rule);
    await transact(async (storage) => {
      await subject.create("User", { userName: "ada" }, { storage });
      await box.append("a", { storage });
    });
    mustBe(named(await box.take()), ["a2"], "an event of a transaction must be there when it is committed");
  },
  { needs: ["User.userName"], features: ["transaction"] },
);

add(
  "each tenant has events of its own, though their resources have the same id",
  async (box) => {
    const context = await box.subject.tenant();
    await box.append("aa");
    await box.append("a", { context });
    const taken = await box.take();
    mustBe(named(taken), ["a1", "a3"], "take must give events of every tenant, and order those of one alone");
    mustBe(
      new Map(taken.map(({ event, tenant }) => [JSON.parse(event).number, tenant])).get(3),
      context.tenant,
      "take must give each event with its tenant",
    );
    await box.done(...taken.filter(({ tenant }) => tenant === context.tenant));
    mustBe(await box.take(), [], "what is done of one tenant must let nothing of another one go on");
  },
  { features: ["tenants"] },
);

add(
  "deleteTenant deletes the events of the tenant, and of no other",
  async (box) => {
    const { subject } = box;
    const context = await subject.tenant();
    await box.append("ab");
    await box.append("a", { context });
    await subject.storage.deleteTenant?.(subject.context.tenant);
    mustBe(named(await box.take()), ["a3"], "deleteTenant must delete all events of the tenant, and none of others");
  },
  { features: ["deleteTenant", "tenants"] },
);

add(
  "renameTenant takes the events of the tenant along, in their order",
  async (box) => {
    const { subject } = box;
    const context = await subject.tenant();
    await subject.create("User", { userName: "ada" });
    await box.append("aa");
    await subject.storage.renameTenant?.(subject.context.tenant, context.tenant);
    await box.append("a", { context });
    const order: unknown[] = [];
    for (let taken = await box.take(); taken.length > 0; taken = await box.take()) {
      order.push(...taken.map(({ tenant, event }) => [tenant, JSON.parse(event).number]));
      await box.done(...taken);
    }
    mustBe(
      order,
      [1, 2, 3].map((number) => [context.tenant, number]),
      "events must go with their tenant, and come before those that it has under its new name",
    );
  },
  { needs: ["User.userName"], features: ["renameTenant", "tenants"] },
);

export { cases as outbox };
