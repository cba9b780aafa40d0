import type { ResourceObject } from "../../schema/value.ts";
import type { StoredResource } from "../../storage/adapter.ts";
import { chapter } from "../case.ts";
import { mustBeUnchanged, mustHold, valuesOf } from "../content.ts";
import { must, mustBe, mustRefuse, outcomeOf } from "../failure.ts";
import type { Subject } from "../subject.ts";

const { cases, add } = chapter({ name: "deltas", needs: ["Group.members", "User.userName"], features: ["applyDelta"] });

interface Scene {
  readonly group: StoredResource;
  /** Ids of six users, of which the first three are members. */
  readonly users: readonly string[];
}

async function scene(subject: Subject, members = 3): Promise<Scene> {
  const users: string[] = [];
  for (let index = 0; index < 6; index++) users.push((await subject.create("User", { userName: `u${index}` })).id);
  const group = await subject.create("Group", { displayName: "g", ...membersOf(users.slice(0, members)) });
  return { group, users };
}

const member = (value: string | undefined): ResourceObject => ({ value, type: "User" });
const membersOf = (values: readonly (string | undefined)[]): ResourceObject =>
  values.length === 0 ? {} : { members: values.map(member) };

add("adds and removes, first remove, then add [P-3.5.2.1-01 G-1]", async (subject) => {
  const { group, users } = await scene(subject);
  const [a, b, c, d, e] = users;
  const done = await subject.delta("Group", group.id, "members", { add: [member(d), member(e)], remove: [a] });
  mustHold(
    subject,
    "Group",
    await subject.get("Group", group.id),
    { displayName: "g", ...membersOf([b, c, d, e]) },
    "applyDelta must add and remove exactly what it is given",
  );
  mustBe(valuesOf(done?.added), [d, e].toSorted(), "applyDelta must tell which elements were not there before");
  mustBe(done?.removed, [a], "applyDelta must tell which values were there before");
});

add("the result tells the new version and lastModified, which get gives as well [G-8]", async (subject) => {
  const { group, users } = await scene(subject);
  const at = "2027-03-04T05:06:07.000Z";
  const done = await subject.delta("Group", group.id, "members", { add: [member(users[4])], at });
  const { meta } = await subject.read("Group", group.id);
  mustBe(done?.meta, meta, "the meta of applyDelta must be what get gives afterwards");
  must(
    meta.version !== group.meta.version,
    "a delta that changes something must give a new version",
    "the version is the old one",
  );
  mustBe(meta.lastModified, at, "a delta that changes something must set lastModified to the time of the request");
  mustBe(meta.created, group.meta.created, "a delta must keep meta.created");
});

add("what changes nothing keeps the version: adding members that are there [G-9]", async (subject) => {
  const { group, users } = await scene(subject);
  const done = await subject.delta("Group", group.id, "members", { add: [member(users[0]), member(users[1])] });
  mustBe(
    done,
    { meta: group.meta, added: [], removed: [] },
    "a delta that adds what is there must tell that nothing changed",
  );
  await mustBeUnchanged(subject, "Group", group, "a delta that adds what is there must change nothing");
});

add("what changes nothing keeps the version: removing what is not there [G-9]", async (subject) => {
  const { group, users } = await scene(subject);
  const done = await subject.delta("Group", group.id, "members", { remove: [users[4], "nobody"] });
  mustBe(
    done,
    { meta: group.meta, added: [], removed: [] },
    "a delta that removes what is not there must tell that nothing changed",
  );
  await mustBeUnchanged(subject, "Group", group, "a delta that removes what is not there must change nothing");
});

add("removing and adding the same element changes nothing [G-9 G-21]", async (subject) => {
  const { group, users } = await scene(subject);
  await subject.delta("Group", group.id, "members", { remove: [users[0]], add: [member(users[0])] });
  await mustBeUnchanged(
    subject,
    "Group",
    group,
    "a delta that removes an element and adds it again must change nothing",
  );
});

add(
  "an element that is there already stays as it is [S-4.2-02]",
  async (subject) => {
    const { group, users } = await scene(subject);
    await subject.delta("Group", group.id, "members", { add: [{ ...member(users[0]), display: "new" }] });
    await mustBeUnchanged(subject, "Group", group, "an element that is added and is there already must stay as it is");
  },
  { needs: ["Group.members.display"] },
);

add("an element that is given twice is added once [S-2.4-09]", async (subject) => {
  const { group, users } = await scene(subject);
  const done = await subject.delta("Group", group.id, "members", {
    add: [member(users[4]), member(users[4])],
    remove: [users[0], users[0]],
  });
  mustBe(
    valuesOf((await subject.read("Group", group.id)).members),
    [users[1], users[2], users[4]].toSorted(),
    "an element that is given twice must be there once",
  );
  mustBe([done?.added.length, done?.removed.length], [1, 1], "an element that is given twice must be told once");
});

add("a collection that is emptied is absent, one that was empty is filled", async (subject) => {
  const { group, users } = await scene(subject);
  await subject.delta("Group", group.id, "members", { remove: users });
  mustHold(
    subject,
    "Group",
    await subject.get("Group", group.id),
    { displayName: "g" },
    "a collection without elements must be absent",
  );
  await subject.delta("Group", group.id, "members", { add: [member(users[5])] });
  mustHold(
    subject,
    "Group",
    await subject.get("Group", group.id),
    { displayName: "g", ...membersOf([users[5]]) },
    "a delta must fill a collection that was empty",
  );
});

add("an unknown id gives undefined and creates nothing [G-7]", async (subject) => {
  const { group, users } = await scene(subject);
  const id = crypto.randomUUID();
  mustBe(
    await subject.delta("Group", id, "members", { add: [member(users[0])] }),
    undefined,
    "applyDelta must give undefined for an unknown id",
  );
  mustBe(
    await subject.delta("Group", id, "members", { add: [member(users[0])], ifVersion: "1" }),
    undefined,
    "applyDelta must give undefined for an unknown id, whatever ifVersion",
  );
  mustBe(await subject.get("Group", id), undefined, "applyDelta must never create");
  await subject.remove("Group", group.id);
  mustBe(
    await subject.delta("Group", group.id, "members", { add: [member(users[0])] }),
    undefined,
    "applyDelta must give undefined for a deleted id",
  );
  mustBe(await subject.get("Group", group.id), undefined, "applyDelta must not bring a deleted resource back");
});

add("another type's id is unknown", async (subject) => {
  const { users } = await scene(subject);
  mustBe(
    await subject.delta("Group", users[0] as string, "members", { add: [member(users[1])] }),
    undefined,
    "applyDelta on a Group must give undefined for the id of a User",
  );
});

add("a stale ifVersion throws versionMismatch() and changes nothing [G-2]", async (subject) => {
  const { group, users } = await scene(subject);
  await subject.delta("Group", group.id, "members", { add: [member(users[3])] });
  const before = await subject.read("Group", group.id);
  const rule = "applyDelta with a stale ifVersion must throw versionMismatch() and change nothing";
  const outcome = await outcomeOf(
    subject.delta("Group", group.id, "members", { add: [member(users[4])], ifVersion: group.meta.version }),
  );
  await mustBeUnchanged(subject, "Group", before, rule);
  await mustRefuse(
    outcome.error === undefined ? Promise.resolve(outcome.value) : Promise.reject(outcome.error),
    "versionMismatch",
    rule,
  );
  await mustRefuse(
    subject.delta("Group", group.id, "members", { remove: ["nobody"], ifVersion: group.meta.version }),
    "versionMismatch",
    "applyDelta with a stale ifVersion must throw versionMismatch() whatever it changes",
  );
  await subject.delta("Group", group.id, "members", { add: [member(users[4])], ifVersion: before.meta.version });
  must(
    valuesOf((await subject.read("Group", group.id)).members).includes(users[4]),
    "applyDelta with the current ifVersion must be made",
    "it was not",
  );
});

add("of many conditional deltas at once exactly one is made [G-2]", async (subject) => {
  const { group, users } = await scene(subject, 0);
  const outcomes = await Promise.all(
    users.map((user) =>
      outcomeOf(subject.delta("Group", group.id, "members", { add: [member(user)], ifVersion: group.meta.version })),
    ),
  );
  mustBe(
    outcomes.filter(({ error }) => error === undefined).length,
    1,
    "of deltas at once with one ifVersion exactly one must succeed",
  );
  mustBe(
    valuesOf((await subject.read("Group", group.id)).members).length,
    1,
    "exactly the winner's element must be there",
  );
});

add("deltas of many clients at once are all kept [G-1]", async (subject) => {
  const users = await Promise.all(
    Array.from({ length: 24 }, (_, index) => subject.create("User", { userName: `u${index}` })),
  );
  const { id } = await subject.create("Group", { displayName: "g" });
  await Promise.all(users.map((user) => subject.delta("Group", id, "members", { add: [member(user.id)] })));
  mustBe(
    valuesOf((await subject.read("Group", id)).members),
    users.map((user) => user.id).toSorted(),
    "adds of many clients at once must all be there at the end",
  );
  await Promise.all(users.slice(0, 12).map((user) => subject.delta("Group", id, "members", { remove: [user.id] })));
  mustBe(
    valuesOf((await subject.read("Group", id)).members),
    users
      .slice(12)
      .map((user) => user.id)
      .toSorted(),
    "removes of many clients at once must all be made",
  );
});

add(
  "one element that many clients add at once is there once, and one of them made the change [G-1 G-9]",
  async (subject) => {
    const { group, users } = await scene(subject, 0);
    const done = await Promise.all(
      Array.from({ length: 8 }, () => subject.delta("Group", group.id, "members", { add: [member(users[0])] })),
    );
    mustBe(
      valuesOf((await subject.read("Group", group.id)).members),
      [users[0]],
      "an element that many add at once must be there once",
    );
    mustBe(
      done.filter((result) => (result?.added.length ?? 0) > 0).length,
      1,
      "of many who add one element at once exactly one must be told that it was not there",
    );
  },
);

add("a delta and a replace of another attribute at once lose neither [G-1]", async (subject) => {
  const { group, users } = await scene(subject, 1);
  for (let round = 1; round < 5; round++) {
    await Promise.all([
      subject.delta("Group", group.id, "members", { add: [member(users[round])] }),
      subject.replace("Group", group.id, { displayName: `g${round}` }, { untouched: ["members"] }),
    ]);
    const after = await subject.read("Group", group.id);
    mustBe(after.displayName, `g${round}`, "a replace at the same time as a delta must not be lost");
    mustBe(valuesOf(after.members).length, round + 1, "a delta at the same time as a replace must not be lost");
  }
});

add("the other attributes stay as they are", async (subject) => {
  const user = await subject.create("User", { userName: "u" });
  const attributes = { displayName: "g", externalId: "e" };
  const { id } = await subject.create("Group", attributes);
  await subject.delta("Group", id, "members", { add: [member(user.id)] });
  mustHold(
    subject,
    "Group",
    await subject.get("Group", id),
    { ...attributes, ...membersOf([user.id]) },
    "a delta must leave all other attributes alone",
  );
});

add(
  "filters see what a delta did [G-10]",
  async (subject) => {
    const { group, users } = await scene(subject, 1);
    await subject.delta("Group", group.id, "members", { add: [member(users[1])], remove: [users[0]] });
    mustBe(
      await subject.find("Group", `members.value eq "${users[1]}"`),
      [group.id],
      "a filter must find what a delta added",
    );
    mustBe(
      await subject.find("Group", `members.value eq "${users[0]}"`),
      [],
      "a filter must not find what a delta removed",
    );
    mustBe(
      await subject.find("Group", `members[value eq "${users[1]}"]`),
      [group.id],
      "a value path must find what a delta added",
    );
  },
  { features: ["filter"] },
);

add("a reference to nothing refuses the delta whole [G-4 S-4.2-03]", async (subject) => {
  const { group, users } = await scene(subject);
  const rule = "a delta with a checked reference to nothing must throw invalidValue() and change nothing";
  const detail = await mustRefuse(
    subject.delta("Group", group.id, "members", {
      add: [member(users[4]), { value: "nobody-there" }],
      remove: [users[0]],
    }),
    "invalidValue",
    rule,
    "members",
  );
  must(!detail.includes("nobody-there"), "the detail names the place, never the id", `it is "${detail}"`);
  await mustBeUnchanged(subject, "Group", group, rule);
});

add("a group cannot be made a member of itself [G-6]", async (subject) => {
  const { group } = await scene(subject);
  await mustRefuse(
    subject.delta("Group", group.id, "members", { add: [{ value: group.id }] }),
    "invalidValue",
    "a delta that makes a group a member of itself must be refused",
  );
  await mustBeUnchanged(subject, "Group", group, "a refused delta must change nothing");
});

add(
  "storage fills in the type of what it found [S-4.2-05]",
  async (subject) => {
    const { group, users } = await scene(subject, 0);
    const nested = await subject.create("Group", { displayName: "n" });
    const done = await subject.delta("Group", group.id, "members", {
      add: [{ value: users[0] }, { value: nested.id }],
    });
    const expected = { displayName: "g", members: [member(users[0]), { value: nested.id, type: "Group" }] };
    mustHold(
      subject,
      "Group",
      await subject.get("Group", group.id),
      expected,
      "storage must fill in the type of what a member's id names",
    );
    mustBe(
      done?.added.map(({ type }) => type).toSorted(),
      ["Group", "User"],
      "applyDelta must tell the elements as stored, type included",
    );
  },
  { needs: ["Group.members.type"] },
);

add(
  "1,000 elements in one delta, then their removal",
  async (subject) => {
    const values = Array.from({ length: 1000 }, (_, index) => `p${index}`);
    const { id } = await subject.create("Asset", { note: "n" });
    const done = await subject.delta("Asset", id, "parts", { add: values.map((value) => ({ value, amount: 1 })) });
    mustBe(done?.added.length, 1000, "applyDelta must tell every element that it added");
    mustBe(valuesOf((await subject.read("Asset", id)).parts), values.toSorted(), "applyDelta must add every element");
    const undone = await subject.delta("Asset", id, "parts", { remove: values.slice(1) });
    mustBe(undone?.removed.length, 999, "applyDelta must tell every value that it removed");
    mustBe(valuesOf((await subject.read("Asset", id)).parts), ["p0"], "applyDelta must remove every value");
  },
  { needs: ["Asset.parts", "Asset.note"] },
);

add(
  "elements of a collection keep all their sub-attributes",
  async (subject) => {
    const parts = [
      { value: "a", type: "t", amount: 1 },
      { value: "b", amount: 0 },
    ];
    const { id } = await subject.create("Asset", { parts });
    await subject.delta("Asset", id, "parts", { add: [{ value: "c", type: "", amount: -1 }], remove: ["b"] });
    mustHold(
      subject,
      "Asset",
      await subject.get("Asset", id),
      { parts: [parts[0], { value: "c", type: "", amount: -1 }] },
      "applyDelta must keep every sub-attribute of an element",
    );
  },
  { needs: ["Asset.parts"] },
);

add(
  "values are compared by their key: case exact ones are different elements",
  async (subject) => {
    const { id } = await subject.create("Asset", { parts: [{ value: "a" }] });
    await subject.delta("Asset", id, "parts", { add: [{ value: "A" }], remove: ["Ａ"] });
    mustHold(
      subject,
      "Asset",
      await subject.get("Asset", id),
      { parts: [{ value: "a" }, { value: "A" }] },
      "elements of a case exact collection must be told apart by letter case",
    );
  },
  { needs: ["Asset.parts"] },
);

add("any delta does what a replace of the whole list does [G-21]", async (subject) => {
  const { users } = await scene(subject, 0);
  const { random } = subject;
  for (let round = 0; round < 25; round++) {
    const pick = (): string[] => users.filter(() => random.oneIn(2));
    const [start, remove, added] = [pick(), pick(), pick()];
    const byDelta = await subject.create("Group", { displayName: "g", ...membersOf(start) });
    const byReplace = await subject.create("Group", { displayName: "g", ...membersOf(start) });
    const rest = start.filter((id) => !remove.includes(id));
    const whole = [...rest, ...added.filter((id) => !rest.includes(id))];
    await subject.delta("Group", byDelta.id, "members", { add: added.map(member), remove });
    await subject.replace("Group", byReplace.id, { displayName: "g", ...membersOf(whole) });
    const [left, right] = [await subject.read("Group", byDelta.id), await subject.read("Group", byReplace.id)];
    const rule = `a delta must do what a replace does (members ${start.length}, remove ${remove.length}, add ${added.length})`;
    mustBe(valuesOf(left.members), valuesOf(right.members), rule);
    mustBe(
      left.meta.version === byDelta.meta.version,
      right.meta.version === byReplace.meta.version,
      `${rule}, and change the version exactly when the replace does`,
    );
  }
});

add(
  "a delta is made, or declined as a whole, where elements have unique parts",
  async (subject) => {
    const { id } = await subject.create("Asset", { parts: [{ value: "a" }] });
    const { attribute } = subject.path("Asset", "ports");
    const done = await subject.storage.applyDelta?.(
      {
        resourceType: subject.type("Asset"),
        id,
        attribute,
        add: [{ value: "north" }],
        remove: [],
        at: subject.now(),
        checkReferences: {},
        notify: () => {},
      },
      subject.context,
    );
    const { ports } = await subject.read("Asset", id);
    mustBe(
      valuesOf(ports),
      done === "declined" ? [] : ["north"],
      "applyDelta must change nothing when it declines, and everything when it does not",
    );
  },
  { needs: ["Asset.ports", "Asset.parts"] },
);

export { cases as deltas };
