import type { StorageAdapter } from "../../storage/adapter.ts";
import { chapter } from "../case.ts";
import { valuesOf } from "../content.ts";
import { isRefusal, must, mustBe, outcomeOf, showError } from "../failure.ts";
import type { Subject } from "../subject.ts";

const { cases, add } = chapter({
  name: "processes",
  needs: ["User.userName", "User.displayName"],
  features: ["again", "atomic"],
});

/** How often a race is run: an adapter that only queues within its process loses one of the first. */
const ROUNDS = 10;

const QUEUE =
  "a queue within the process does not help: compare and swap in the store, or say capabilities.atomic: false";

/** The adapter, and another one over the same store, as another process has it. */
async function pairOf({ storage, made }: Subject): Promise<readonly [StorageAdapter, StorageAdapter]> {
  const other = await made.again?.();
  must(other !== undefined && other !== storage, "`again` must open the store once more", "it gave the same adapter");
  return [storage, other];
}

add("what one adapter wrote the other one reads at once [G-10]", async (subject) => {
  const [one, other] = await pairOf(subject);
  const { id } = await subject.create("User", { userName: "ada" }, { storage: one });
  mustBe(
    (await subject.get("User", id, { storage: other }))?.userName,
    "ada",
    "an adapter must read what another process has written",
  );
  await subject.replace("User", id, { userName: "eve" }, { storage: other });
  mustBe(
    (await subject.get("User", id, { storage: one }))?.userName,
    "eve",
    "an adapter must keep nothing in its process that another one may change",
  );
});

add(
  "of creates at once by two adapters with one userName exactly one wins, the others get uniqueness [G-3]",
  async (subject) => {
    const both = await pairOf(subject);
    for (let round = 0; round < ROUNDS; round++) {
      const outcomes = await Promise.all(
        [...both, ...both].map((storage) =>
          outcomeOf(subject.create("User", { userName: `ada${round}` }, { storage })),
        ),
      );
      mustBe(
        outcomes.filter(({ error }) => error === undefined).length,
        1,
        `of creates at once by two processes with one unique value exactly one must succeed; ${QUEUE}`,
      );
      for (const { error } of outcomes)
        must(
          error === undefined || isRefusal(error, "uniqueness"),
          "the losers of a uniqueness race must get uniqueness(), never another error",
          `one got ${showError(error)}`,
        );
    }
  },
);

add(
  "of replaces at once by two adapters with one version exactly one wins, the others get versionMismatch [G-2]",
  async (subject) => {
    const both = await pairOf(subject);
    for (let round = 0; round < ROUNDS; round++) {
      const userName = `ada${round}`;
      const { id, meta } = await subject.create("User", { userName });
      const outcomes = await Promise.all(
        both.map((storage, index) =>
          outcomeOf(
            subject.replace("User", id, { userName, displayName: `by ${index}` }, { storage, ifVersion: meta.version }),
          ),
        ),
      );
      const refused = outcomes.filter(({ error }) => error !== undefined);
      must(
        refused.length === 1 && isRefusal(refused[0]?.error, "versionMismatch"),
        `of two processes that replace one version exactly one must be refused by versionMismatch(); ${QUEUE}`,
        `${refused.length} were refused${refused[0] === undefined ? "" : `, with ${showError(refused[0].error)}`}`,
      );
    }
  },
);

add(
  "members that two adapters add at once are all there [G-1]",
  async (subject) => {
    const both = await pairOf(subject);
    const users: string[] = [];
    for (let index = 0; index < 2 * ROUNDS; index++)
      users.push((await subject.create("User", { userName: `user${index}` })).id);
    const { id } = await subject.create("Group", { displayName: "g" });
    await Promise.all(
      both.map(async (storage, own) => {
        for (const [index, value] of users.entries())
          if (index % both.length === own) await subject.delta("Group", id, "members", { add: [{ value }], storage });
      }),
    );
    mustBe(
      valuesOf((await subject.read("Group", id)).members).toSorted(),
      users.toSorted(),
      `members that two processes add at once must all be there; ${QUEUE}`,
    );
  },
  { needs: ["Group.members"], features: ["applyDelta"] },
);

add(
  "a user that one adapter deletes while the other one adds it is no member afterwards [G-6]",
  async (subject) => {
    const [one, other] = await pairOf(subject);
    const group = await subject.create("Group", { displayName: "g" });
    for (let round = 0; round < ROUNDS; round++) {
      const { id } = await subject.create("User", { userName: `ada${round}` });
      await Promise.all([
        subject.remove("User", id, { storage: one }),
        outcomeOf(
          subject.replace("Group", group.id, { displayName: "g", members: [{ value: id }] }, { storage: other }),
        ),
      ]);
      mustBe(
        (await subject.read("Group", group.id)).members ?? [],
        [],
        `no group may have a member that another process has deleted meanwhile; ${QUEUE}`,
      );
    }
  },
  { needs: ["Group.members"] },
);

export { cases as processes };
