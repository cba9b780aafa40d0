import type { StorageAdapter } from "../../storage/adapter.ts";
import { chapter } from "../case.ts";
import { mustBeUnchanged, mustHold } from "../content.ts";
import { begun, isRefusal, must, mustBe, outcomeOf, showError } from "../failure.ts";
import type { Subject } from "../subject.ts";

const { cases, add } = chapter({
  name: "transactions",
  needs: ["User.userName", "User.displayName"],
  features: ["transaction"],
});

class Stop extends Error {}

function transact<T>(subject: Subject, work: (storage: StorageAdapter) => Promise<T>): Promise<T> {
  return subject.storage.transaction?.(work, subject.context) as Promise<T>;
}

add("what the work wrote is there when it is done, and its result is given", async (subject) => {
  const result = await transact(subject, async (storage) => {
    const { id } = await subject.create("User", { userName: "ada" }, { storage });
    await subject.replace("User", id, { userName: "ada", displayName: "Ada" }, { storage });
    return id;
  });
  mustHold(
    subject,
    "User",
    await subject.get("User", result),
    { userName: "ada", displayName: "Ada" },
    "a transaction must take effect whole, and give what its work gives",
  );
});

add("the work sees what it wrote itself", async (subject) => {
  await transact(subject, async (storage) => {
    const { id } = await subject.create("User", { userName: "ada" }, { storage });
    mustHold(
      subject,
      "User",
      await subject.get("User", id, { storage }),
      { userName: "ada" },
      "a transaction must see its own writes by get",
    );
    mustBe(await subject.find("User", undefined, { storage }), [id], "a transaction must see its own writes by query");
    await subject.remove("User", id, { storage });
    mustBe(await subject.get("User", id, { storage }), undefined, "a transaction must see its own deletes");
  });
});

add("when the work rejects, nothing of it is there and the error is passed on [G-4 G-5]", async (subject) => {
  const before = await subject.create("User", { userName: "ada", displayName: "Ada" });
  const gone = await subject.create("User", { userName: "bob" });
  const stop = new Stop("stop");
  const { error } = await outcomeOf(
    transact(subject, async (storage) => {
      await subject.create("User", { userName: "eve" }, { storage });
      await subject.replace("User", before.id, { userName: "changed" }, { storage });
      await subject.remove("User", gone.id, { storage });
      throw stop;
    }),
  );
  must(error === stop, "transaction must reject with the error of its work", `it gave ${showError(error)}`);
  const rule = "a transaction whose work rejects must leave nothing behind";
  await mustBeUnchanged(subject, "User", before, rule);
  await mustBeUnchanged(subject, "User", gone, rule);
  mustBe((await subject.query("User")).totalResults, 2, rule);
});

add("a rolled-back write frees its unique values [G-3 G-4]", async (subject) => {
  const before = await subject.create("User", { userName: "ada" });
  await outcomeOf(
    transact(subject, async (storage) => {
      await subject.create("User", { userName: "eve" }, { storage });
      await subject.replace("User", before.id, { userName: "bob" }, { storage });
      throw new Stop();
    }),
  );
  for (const userName of ["eve", "bob"])
    must(
      (await outcomeOf(subject.create("User", { userName }))).error === undefined,
      "a rolled-back write must free its unique values",
      `${userName} is taken`,
    );
  must(
    (await outcomeOf(subject.create("User", { userName: "ADA" }))).error !== undefined,
    "a rolled-back rename must keep the old unique value",
    "it is free",
  );
});

add(
  "a rolled-back delta and delete leave members and groups as they were [G-4 G-6]",
  async (subject) => {
    const users = [await subject.create("User", { userName: "a" }), await subject.create("User", { userName: "b" })];
    const group = await subject.create("Group", { displayName: "g", members: [{ value: users[0]?.id }] });
    await outcomeOf(
      transact(subject, async (storage) => {
        if (storage.applyDelta !== undefined)
          await subject.delta("Group", group.id, "members", {
            add: [{ value: users[1]?.id }],
            remove: [users[0]?.id],
            storage,
          });
        await subject.remove("User", users[0]?.id as string, { storage });
        throw new Stop();
      }),
    );
    await mustBeUnchanged(subject, "Group", group, "a rolled-back transaction must leave collections as they were");
    if (subject.capabilities.filter === true)
      mustBe(
        await subject.find("Group", `members.value eq "${users[0]?.id}"`),
        [group.id],
        "a rolled-back transaction must leave what filters look at as it was",
      );
  },
  { needs: ["Group.members"] },
);

add("a fault after any of its calls undoes all of them [G-4]", async (subject) => {
  const user = await subject.create("User", { userName: "ada" });
  const CALLS = 4;
  for (let last = 1; last <= CALLS; last++) {
    await outcomeOf(
      transact(subject, async (storage) => {
        const steps = [
          () => subject.create("User", { userName: "one" }, { storage }),
          () => subject.replace("User", user.id, { userName: "ada", displayName: "two" }, { storage }),
          () => subject.create("User", { userName: "three" }, { storage }),
          () => subject.remove("User", user.id, { storage }),
        ];
        for (const step of steps.slice(0, last)) await step();
        throw new Stop();
      }),
    );
    await mustBeUnchanged(subject, "User", user, `a fault after call ${last} of a transaction must undo all of them`);
    mustBe(
      (await subject.query("User")).totalResults,
      1,
      `a fault after call ${last} of a transaction must undo all of them`,
    );
  }
});

add("others never see what is rolled back [G-15]", async (subject) => {
  const user = await subject.create("User", { userName: "ada" });
  const reads: Promise<unknown>[] = [];
  await outcomeOf(
    transact(subject, async (storage) => {
      await subject.replace("User", user.id, { userName: "ada", displayName: "dirty" }, { storage });
      // Not awaited: a store with one connection answers when the transaction is over.
      reads.push(begun(subject.get("User", user.id).then((found) => found?.displayName)));
      throw new Stop();
    }),
  );
  mustBe(await Promise.all(reads), [undefined], "nobody outside of a transaction may see what it rolled back");
});

add("an error of a verb within the work is passed on, and undoes the work [G-3 G-4]", async (subject) => {
  await subject.create("User", { userName: "ada" });
  const { error } = await outcomeOf(
    transact(subject, async (storage) => {
      await subject.create("User", { userName: "eve" }, { storage });
      await subject.create("User", { userName: "ADA" }, { storage });
    }),
  );
  must(
    isRefusal(error, "uniqueness"),
    "a refusal within a transaction must be passed on as it is",
    `it became ${showError(error)}`,
  );
  mustBe((await subject.query("User")).totalResults, 1, "a refusal within a transaction must undo what came before it");
});

add("transactions at once on one resource lose no change [G-1]", async (subject) => {
  const { id } = await subject.create("User", { userName: "ada", displayName: "0" });
  const increment = () =>
    transact(subject, async (storage) => {
      const before = await subject.get("User", id, { storage });
      await subject.replace(
        "User",
        id,
        { userName: "ada", displayName: String(Number(before?.displayName) + 1) },
        { storage, ifVersion: before?.meta.version },
      );
    });
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => outcomeOf(increment())));
  for (const { error } of outcomes)
    must(
      error === undefined || isRefusal(error, "versionMismatch"),
      "transactions at once must succeed or throw versionMismatch()",
      `one threw ${showError(error)}`,
    );
  const done = outcomes.filter(({ error }) => error === undefined).length;
  must(done > 0, "one of several transactions at once must succeed", "none did");
  mustBe(
    (await subject.read("User", id)).displayName,
    String(done),
    "every transaction that succeeded must have taken effect once",
  );
});

add("many transactions at once on different resources all take effect", async (subject) => {
  await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      transact(subject, (storage) => subject.create("User", { userName: `u${index}` }, { storage })),
    ),
  );
  mustBe(
    (await subject.query("User")).totalResults,
    8,
    "transactions at once on different resources must all take effect",
  );
});

add("the adapter works on after a rollback", async (subject) => {
  for (let round = 0; round < 3; round++) {
    await outcomeOf(transact(subject, async () => Promise.reject(new Stop())));
    const { id } = await subject.create("User", { userName: `u${round}` });
    mustHold(
      subject,
      "User",
      await subject.get("User", id),
      { userName: `u${round}` },
      "the adapter must work on after a rollback",
    );
  }
});

export { cases as transactions };
