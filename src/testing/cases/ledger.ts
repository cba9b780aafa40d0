import type { Ledger, LedgerEntry } from "../../storage/ledger.ts";
import { chapter } from "../case.ts";
import { must, mustBe, outcomeOf } from "../failure.ts";
import type { Subject } from "../subject.ts";

const { cases, add } = chapter({ name: "ledger", features: ["ledger"] });

const HOUR = 3_600_000;

/** The ledger under test; the chapter is left out where there is none. */
function ledgerOf(subject: Subject): Ledger {
  return subject.storage.ledger as Ledger;
}

function entry(key: string, value: LedgerEntry["value"] = { id: key }, more: Partial<LedgerEntry> = {}): LedgerEntry {
  return { kind: "tombstone", key, value, ...more };
}

async function keysOf(subject: Subject, ...keys: readonly string[]): Promise<readonly string[]> {
  const found = await ledgerOf(subject).read("tombstone", keys, subject.context);
  return found.map(({ key }) => key).toSorted();
}

add(
  "what was written is read by kind and key, to the letter, and what is written again takes its place",
  async (subject) => {
    const ledger = ledgerOf(subject);
    const odd = `O'Neil "%_\\ ÅÅ 日本 ${"x".repeat(400)}`;
    const value = { id: "1", nested: { list: [1, "two", null, true] }, text: "Ωmega 'quoted'" };
    await ledger.write([entry("ada", value), entry("Ada", { id: "2" }), entry(odd, { id: "3" })], subject.context);
    await ledger.write([{ kind: "managed", key: "ada", value: { by: "x" } }], subject.context);
    const rule = "the ledger must give back what was written under a kind and a key";
    mustBe(await ledger.read("tombstone", ["ada"], subject.context), [entry("ada", value)], rule);
    mustBe(await keysOf(subject, "ada", "Ada", odd, "ADA", "bea", "ada"), ["Ada", "ada", odd].toSorted(), rule);
    mustBe(
      await ledger.read("managed", ["ada"], subject.context),
      [{ kind: "managed", key: "ada", value: { by: "x" } }],
      rule,
    );
    await ledger.write([entry("ada", { id: "9" })], subject.context);
    mustBe(
      await ledger.read("tombstone", ["ada"], subject.context),
      [entry("ada", { id: "9" })],
      "an entry that is written again must take the place of the one before",
    );
  },
);

add("many entries are written, read and removed at once", async (subject) => {
  const ledger = ledgerOf(subject);
  const keys = Array.from({ length: 1200 }, (_, index) => `k${String(index).padStart(5, "0")}`);
  await ledger.write(
    keys.map((key) => entry(key)),
    subject.context,
  );
  mustBe((await keysOf(subject, ...keys)).length, keys.length, "the ledger must read as many keys as it is asked for");
  mustBe(
    await ledger.remove("tombstone", keys, subject.context),
    keys.length,
    "the ledger must remove all keys it is given",
  );
  await ledger.write([], subject.context);
  mustBe(await ledger.read("tombstone", [], subject.context), [], "no keys must find no entries");
  mustBe(await ledger.remove("tombstone", [], subject.context), 0, "no keys must remove no entries");
});

add("a list walks all entries of a kind once, in the order of their keys, behind `after`", async (subject) => {
  const ledger = ledgerOf(subject);
  const keys = ["Z", "a", "b", "c", "~"];
  await ledger.write(
    [...keys].reverse().map((key) => entry(key)),
    subject.context,
  );
  await ledger.write([{ kind: "managed", key: "aa", value: {} }], subject.context);
  const walked: string[] = [];
  for (let after: string | undefined; walked.length <= keys.length; after = walked.at(-1)) {
    const page = await ledger.list("tombstone", { after, count: 2 }, subject.context);
    must(page.length <= 2, "a list must give no more than it is asked for", `it gave ${page.length}`);
    if (page.length === 0) break;
    walked.push(...page.map(({ key }) => key));
  }
  mustBe(walked, keys, "lists of the ledger must give every entry of the kind once, in the order of their keys");
});

add(
  "no tenant reads, lists, overwrites or removes what another one remembers",
  async (subject) => {
    const ledger = ledgerOf(subject);
    const other = await subject.tenant();
    await ledger.write([entry("ada", { id: "mine" })], subject.context);
    const rule = "a tenant must see nothing of another one's ledger";
    mustBe(await ledger.read("tombstone", ["ada"], other), [], rule);
    mustBe(await ledger.list("tombstone", { count: 10 }, other), [], rule);
    mustBe(await ledger.remove("tombstone", ["ada"], other), 0, rule);
    await ledger.write([entry("ada", { id: "theirs" })], other);
    mustBe(
      await ledger.read("tombstone", ["ada"], subject.context),
      [entry("ada", { id: "mine" })],
      "a tenant must change nothing of another one's ledger",
    );
  },
  { features: ["tenants"] },
);

add("what is over is as good as gone, and what is written over it counts", async (subject) => {
  const ledger = ledgerOf(subject);
  const past = new Date(Date.now() - HOUR).toISOString();
  const future = new Date(Date.now() + HOUR).toISOString();
  // The same point in time in another zone sorts elsewhere as text.
  const futureElsewhere = `${new Date(Date.now() - 12 * HOUR).toISOString().slice(0, -1)}-14:00`;
  await ledger.write(
    [
      entry("over", {}, { until: past }),
      entry("later", {}, { until: future }),
      entry("elsewhere", {}, { until: futureElsewhere }),
      entry("ever"),
    ],
    subject.context,
  );
  const rule = "an entry whose `until` is over must be as good as gone";
  mustBe(await keysOf(subject, "over", "later", "elsewhere", "ever"), ["elsewhere", "ever", "later"], rule);
  const listed = await ledger.list("tombstone", { count: 10 }, subject.context);
  mustBe(
    listed.map(({ key }) => key),
    ["elsewhere", "ever", "later"],
    rule,
  );
  mustBe(listed.find(({ key }) => key === "later")?.until, future, "an entry must say until when it is known");
  const first = await ledger.list("tombstone", { count: 1 }, subject.context);
  mustBe(first.length, 1, "what is over must take no place of a page");
  mustBe(await ledger.remove("tombstone", ["over", "later"], subject.context), 1, rule);
  await ledger.write([entry("again", {}, { until: past })], subject.context);
  await ledger.write([entry("again")], subject.context);
  mustBe(await keysOf(subject, "again"), ["again"], "an entry without `until` must stay until it is removed");
});

add("changing what was given or what is given back changes nothing in the ledger", async (subject) => {
  const ledger = ledgerOf(subject);
  const value = { list: ["a"] };
  await ledger.write([entry("ada", value)], subject.context);
  value.list.push("b");
  const [found] = await ledger.read("tombstone", ["ada"], subject.context);
  (found?.value.list as string[]).push("c");
  mustBe(
    await ledger.read("tombstone", ["ada"], subject.context),
    [entry("ada", { list: ["a"] })],
    "entries of the ledger must be copies",
  );
});

add("of several that remove one entry at once, one gets it [G-1]", async (subject) => {
  const ledger = ledgerOf(subject);
  for (let round = 0; round < 3; round++) {
    await ledger.write([entry("ada")], subject.context);
    const counts = await Promise.all(
      Array.from({ length: 4 }, () => ledger.remove("tombstone", ["ada"], subject.context)),
    );
    mustBe(counts.toSorted(), [0, 0, 0, 1], "of several that remove one entry at once, exactly one must get 1");
  }
});

add(
  "what is written and removed in a transaction stands or falls with it [G-4]",
  async (subject) => {
    const ledger = ledgerOf(subject);
    await ledger.write([entry("before")], subject.context);
    const { error } = await outcomeOf(
      Promise.resolve(
        subject.storage.transaction?.(async (storage) => {
          const inner = storage.ledger;
          must(inner !== undefined, "the adapter that `transaction` hands out must have the ledger too", "it has none");
          await inner.write([entry("within")], subject.context);
          await inner.remove("tombstone", ["before"], subject.context);
          const seen = await inner.read("tombstone", ["before", "within"], subject.context);
          mustBe(
            seen.map(({ key }) => key),
            ["within"],
            "a transaction must see what it wrote to the ledger",
          );
          throw new Error("stop");
        }, subject.context),
      ),
    );
    must(
      (error as Error | undefined)?.message === "stop",
      "a transaction must reject with the error of its work",
      `it gave ${String(error)}`,
    );
    mustBe(
      await keysOf(subject, "before", "within"),
      ["before"],
      "what a transaction did to the ledger must be undone with it",
    );
    await subject.storage.transaction?.(
      async (storage) => storage.ledger?.write([entry("kept")], subject.context),
      subject.context,
    );
    mustBe(
      await keysOf(subject, "kept"),
      ["kept"],
      "what a transaction wrote to the ledger must be there when it is done",
    );
  },
  { features: ["transaction"] },
);

add(
  "deleteTenant takes the ledger of its tenant along, and no other",
  async (subject) => {
    const ledger = ledgerOf(subject);
    const other = await subject.tenant();
    await ledger.write([entry("ada")], subject.context);
    await ledger.write([entry("ada")], other);
    await subject.storage.deleteTenant?.(subject.context.tenant);
    mustBe(await keysOf(subject, "ada"), [], "deleteTenant must take along what was remembered of the tenant");
    mustBe(
      (await ledger.read("tombstone", ["ada"], other)).length,
      1,
      "deleteTenant must leave alone what is remembered of other tenants",
    );
  },
  { features: ["deleteTenant", "tenants"] },
);

add(
  "renameTenant takes the ledger of its tenant along",
  async (subject) => {
    const ledger = ledgerOf(subject);
    const other = await subject.tenant();
    await subject.create("User", { userName: "ada" });
    await ledger.write([entry("ada")], subject.context);
    await subject.storage.renameTenant?.(subject.context.tenant, other.tenant);
    mustBe(await keysOf(subject, "ada"), [], "renameTenant must leave nothing remembered under the old name");
    mustBe(
      await ledger.read("tombstone", ["ada"], other),
      [entry("ada")],
      "renameTenant must take along what was remembered of the tenant",
    );
  },
  { features: ["renameTenant", "tenants"], needs: ["User.userName"] },
);

export { cases as ledger };
