import { chapter } from "../case.ts";
import { mustBeUnchanged } from "../content.ts";
import { mustBe, mustRefuse, outcomeOf } from "../failure.ts";

const { cases, add } = chapter({ name: "delete", needs: ["User.userName"] });

add("an unknown id gives false", async (subject) => {
  mustBe(await subject.remove("User", crypto.randomUUID()), false, "delete of an unknown id must give false");
  mustBe(
    await subject.remove("User", crypto.randomUUID(), { ifVersion: "1" }),
    false,
    "delete of an unknown id must give false, whatever ifVersion",
  );
});

add(
  "what is deleted is gone for get and query, and a second delete gives false [P-3.6-02 P-3.6-03]",
  async (subject) => {
    const { id } = await subject.create("User", { userName: "ada" });
    const other = await subject.create("User", { userName: "bob" });
    mustBe(await subject.remove("User", id), true, "delete must give true where the resource was there");
    mustBe(await subject.get("User", id), undefined, "get must give undefined after delete");
    const { resources, totalResults } = await subject.query("User");
    mustBe(
      resources.map((resource) => resource.id),
      [other.id],
      "query must not find what is deleted",
    );
    mustBe(totalResults, 1, "totalResults must not count what is deleted");
    mustBe(await subject.remove("User", id), false, "a second delete must give false");
  },
);

add("a deleted resource frees its unique values [P-3.6-04]", async (subject) => {
  const { id } = await subject.create("User", { userName: "ada" });
  await subject.remove("User", id);
  const again = await outcomeOf(subject.create("User", { userName: "ADA" }));
  mustBe(again.error === undefined, true, "a deleted resource must not take part in uniqueness checks");
});

add("a stale ifVersion throws versionMismatch() and deletes nothing [G-2]", async (subject) => {
  const { id, meta } = await subject.create("User", { userName: "ada" });
  await subject.replace("User", id, { userName: "eve" });
  const before = await subject.read("User", id);
  const rule = "delete with a stale ifVersion must throw versionMismatch() and delete nothing";
  const outcome = await outcomeOf(subject.remove("User", id, { ifVersion: meta.version }));
  await mustBeUnchanged(subject, "User", before, rule);
  await mustRefuse(
    outcome.error === undefined ? Promise.resolve(outcome.value) : Promise.reject(outcome.error),
    "versionMismatch",
    rule,
  );
  mustBe(
    await subject.remove("User", id, { ifVersion: before.meta.version }),
    true,
    "delete with the current ifVersion must delete",
  );
});

add(
  "another type's id is unknown",
  async (subject) => {
    const before = await subject.create("User", { userName: "ada" });
    mustBe(await subject.remove("Group", before.id), false, "delete of a Group by the id of a User must give false");
    await mustBeUnchanged(subject, "User", before, "delete of a Group must leave users alone");
  },
  { needs: ["Group.displayName"] },
);

add("of many deletes at once exactly one gives true", async (subject) => {
  const { id } = await subject.create("User", { userName: "ada" });
  const gone = await Promise.all(Array.from({ length: 6 }, () => subject.remove("User", id)));
  mustBe(gone.filter((deleted) => deleted).length, 1, "of deletes at once exactly one must give true");
});

add("of a conditional write and a conditional delete at once exactly one wins [G-2 G-7]", async (subject) => {
  for (let round = 0; round < 5; round++) {
    const { id, meta } = await subject.create("User", { userName: `ada${round}` });
    const [written, deleted] = await Promise.all([
      outcomeOf(subject.replace("User", id, { userName: `eve${round}` }, { ifVersion: meta.version })),
      outcomeOf(subject.remove("User", id, { ifVersion: meta.version })),
    ]);
    const wins = [written.value !== undefined, deleted.value === true].filter(Boolean).length;
    mustBe(wins, 1, "of a write and a delete with one ifVersion exactly one must take effect");
    mustBe(
      (await subject.get("User", id)) === undefined,
      deleted.value === true,
      "the resource must be gone exactly when delete gave true",
    );
  }
});

export { cases as remove };
