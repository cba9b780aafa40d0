import { chapter } from "../case.ts";
import { valuesOf } from "../content.ts";
import { mustBe } from "../failure.ts";

const { cases, add } = chapter({
  name: "groups",
  needs: ["User.userName", "User.groups", "Group.members", "Group.displayName"],
});

add("a user shows the groups that hold it, with their names, in get and in query", async (subject) => {
  const ada = await subject.create("User", { userName: "ada" });
  const one = await subject.create("Group", { displayName: "One", members: [{ value: ada.id }] });
  const two = await subject.create("Group", { displayName: "Two", members: [{ value: ada.id }] });
  await subject.create("Group", { displayName: "Three" });
  const { groups } = await subject.read("User", ada.id);
  mustBe(valuesOf(groups), [one.id, two.id].toSorted(), "get must compute the groups of a user when they are selected");
  const displays = (groups as readonly { readonly display?: string }[]).map(({ display }) => display).toSorted();
  mustBe(displays, ["One", "Two"], "groups must show the names of the groups");
  const [listed] = (await subject.query("User")).resources;
  mustBe(
    valuesOf(listed?.groups),
    [one.id, two.id].toSorted(),
    "query must compute the groups of a user when they are selected",
  );
});

add("a page of users shows each its own groups", async (subject) => {
  const users = [];
  for (let index = 0; index < 5; index++) users.push(await subject.create("User", { userName: `u${index}` }));
  const groups = [];
  for (const user of users)
    groups.push(await subject.create("Group", { displayName: "g", members: [{ value: user.id }] }));
  const { resources } = await subject.query("User");
  for (const [index, user] of users.entries()) {
    const found = resources.find(({ id }) => id === user.id);
    mustBe(valuesOf(found?.groups), [groups[index]?.id], "query must give each user of a page its own groups");
  }
});

add("joining and leaving a group changes no version of the user [G-9]", async (subject) => {
  const ada = await subject.create("User", { userName: "ada" });
  const group = await subject.create("Group", { displayName: "g", members: [{ value: ada.id }] });
  mustBe((await subject.read("User", ada.id)).meta, ada.meta, "joining a group must not change the user's meta");
  await subject.replace("Group", group.id, { displayName: "g" });
  const after = await subject.read("User", ada.id);
  mustBe(after.meta, ada.meta, "leaving a group must not change the user's meta");
  mustBe(after.groups, undefined, "a user in no group must have no groups");
});

add("a group that is renamed shows its new name at its members", async (subject) => {
  const ada = await subject.create("User", { userName: "ada" });
  const { id } = await subject.create("Group", { displayName: "old", members: [{ value: ada.id }] });
  await subject.replace("Group", id, { displayName: "new" }, { untouched: ["members"] });
  const { groups } = await subject.read("User", ada.id);
  mustBe(
    (groups as readonly { readonly display?: string }[])?.map(({ display }) => display),
    ["new"],
    "groups must be computed, not kept in step by hand",
  );
});

add("a group that is deleted is gone from its members", async (subject) => {
  const ada = await subject.create("User", { userName: "ada" });
  const { id } = await subject.create("Group", { displayName: "g", members: [{ value: ada.id }] });
  await subject.remove("Group", id);
  mustBe(
    (await subject.read("User", ada.id)).groups,
    undefined,
    "a deleted group must be gone from its members' groups",
  );
  mustBe((await subject.read("User", ada.id)).meta, ada.meta, "deleting a group must not change its members");
});

add(
  "what a delta did shows at once",
  async (subject) => {
    const [ada, bob] = [
      await subject.create("User", { userName: "ada" }),
      await subject.create("User", { userName: "bob" }),
    ];
    const { id } = await subject.create("Group", { displayName: "g", members: [{ value: ada.id }] });
    await subject.delta("Group", id, "members", { add: [{ value: bob.id }], remove: [ada.id] });
    mustBe((await subject.read("User", ada.id)).groups, undefined, "groups must follow what a delta removed");
    mustBe(valuesOf((await subject.read("User", bob.id)).groups), [id], "groups must follow what a delta added");
  },
  { features: ["applyDelta"] },
);

add("a replace of a user cannot write groups: they stay computed", async (subject) => {
  const ada = await subject.create("User", { userName: "ada" });
  const { id } = await subject.create("Group", { displayName: "g", members: [{ value: ada.id }] });
  const before = await subject.read("User", ada.id);
  const { id: _, meta: __, schemas: ___, ...attributes } = before;
  await subject.replace("User", ada.id, attributes);
  mustBe(await subject.read("User", ada.id), before, "replace with the groups that get gave must change nothing");
  mustBe(valuesOf((await subject.read("User", ada.id)).groups), [id], "groups must stay computed");
});

add(
  "users are found by their groups [P-3.4.2.2-38]",
  async (subject) => {
    const [ada, bob] = [
      await subject.create("User", { userName: "ada" }),
      await subject.create("User", { userName: "bob" }),
    ];
    const one = await subject.create("Group", { displayName: "One", members: [{ value: ada.id }] });
    mustBe(
      await subject.find("User", `groups.value eq "${one.id}"`),
      [ada.id],
      "groups.value eq must find the members of the group",
    );
    mustBe(
      await subject.find("User", `groups[value eq "${one.id}"]`),
      [ada.id],
      "a value path on groups must find the members of the group",
    );
    mustBe(await subject.find("User", "groups pr"), [ada.id], "groups pr must find users that are in a group");
    mustBe(
      await subject.find("User", "not (groups pr)"),
      [bob.id],
      "not (groups pr) must find users that are in no group",
    );
    mustBe(
      await subject.find("User", 'groups.display eq "one"'),
      [ada.id],
      "groups.display must be compared like any attribute",
    );
  },
  { features: ["filter"] },
);

export { cases as computed };
