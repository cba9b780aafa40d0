import { chapter } from "../case.ts";
import { mustBeUnchanged, mustHold, valuesOf } from "../content.ts";
import { must, mustBe, mustRefuse, outcomeOf } from "../failure.ts";

const { cases, add } = chapter({ name: "references", needs: ["User.userName", "Group.members", "Group.displayName"] });
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
add("a checked reference to nothing is refused, and nothing is stored [S-4.2-03 G-4]", async (subject) => {
  const rule = "create with a checked reference to nothing must throw invalidValue() and store nothing";
  const detail = await mustRefuse(
    subject.create("Group", { displayName: "g", members: [{ value: "nobody-there" }] }),
    "invalidValue",
    rule,
    "members",
  );
  must(
    !detail.includes("nobody-there"),
    "the detail of a dangling reference must name the place, never the id",
    `it is "${detail}"`,
  );
  mustBe((await subject.query("Group")).totalResults, 0, rule);
});

add("a replace with a checked reference to nothing writes nothing [S-4.2-03 G-4]", async (subject) => {
  const before = await subject.create("Group", { displayName: "g" });
  const rule = "replace with a checked reference to nothing must throw invalidValue() and write nothing";
  await mustRefuse(
    subject.replace("Group", before.id, { displayName: "new", members: [{ value: "nobody" }] }),
    "invalidValue",
    rule,
  );
  await mustBeUnchanged(subject, "Group", before, rule);
});

add(
  "a reference to a resource of a type that the attribute does not name is a reference to nothing",
  async (subject) => {
    const group = await subject.create("Group", { displayName: "g" });
    await mustRefuse(
      subject.create("User", { userName: "ada", [ENTERPRISE]: { manager: { value: group.id } } }),
      "invalidValue",
      "a Group must not do as the manager of a User",
    );
  },
  { needs: [`User.${ENTERPRISE}:manager.value`] },
);

add(
  "a reference that is not checked may name nothing, and is kept",
  async (subject) => {
    const members = [{ value: "nobody" }];
    const { id } = await subject.create("Group", { displayName: "g", members }, { checkReferences: {} });
    mustHold(
      subject,
      "Group",
      await subject.get("Group", id),
      { displayName: "g", members },
      "a reference that is not checked must be kept as it is",
    );
  },
  { features: ["danglingReferences"] },
);

add(
  "a group cannot contain itself, but may contain other groups [G-6 S-4.2-04]",
  async (subject) => {
    const { id } = await subject.create("Group", { displayName: "g" });
    await mustRefuse(
      subject.replace("Group", id, { displayName: "g", members: [{ value: id }] }),
      "invalidValue",
      "a group must not contain itself",
    );
    const outer = await subject.create("Group", { displayName: "o", members: [{ value: id }] });
    mustHold(
      subject,
      "Group",
      outer,
      { displayName: "o", members: [{ value: id, type: "Group" }] },
      "a group must be able to contain another group",
    );
  },
  { needs: ["Group.members.type"] },
);

add(
  "a user may be its own manager, as the head of an organization is in many directories",
  async (subject) => {
    const { id } = await subject.create("User", { userName: "ada" });
    const attributes = { userName: "ada", [ENTERPRISE]: { manager: { value: id } } };
    mustHold(
      subject,
      "User",
      await subject.replace("User", id, attributes),
      attributes,
      "a user must be able to be its own manager",
    );
  },
  { needs: [`User.${ENTERPRISE}:manager.value`] },
);

add(
  "storage fills in the type of what it found, whatever the client says [S-4.2-05]",
  async (subject) => {
    const user = await subject.create("User", { userName: "ada" });
    const { id } = await subject.create("Group", { displayName: "g", members: [{ value: user.id, type: "Group" }] });
    mustHold(
      subject,
      "Group",
      await subject.get("Group", id),
      { displayName: "g", members: [{ value: user.id, type: "User" }] },
      "storage must fill in the type of what a member's id names",
    );
  },
  { needs: ["Group.members.type"] },
);

add("a member that is given twice is a member once [S-2.4-09]", async (subject) => {
  const user = await subject.create("User", { userName: "ada" });
  const { id } = await subject.create("Group", { displayName: "g", members: [{ value: user.id }, { value: user.id }] });
  mustBe(valuesOf((await subject.read("Group", id)).members), [user.id], "a collection must hold an element once");
});

add("deleting a resource takes it out of every collection that holds it [P-3.6-06 G-6]", async (subject) => {
  const [ada, bob] = [
    await subject.create("User", { userName: "ada" }),
    await subject.create("User", { userName: "bob" }),
  ];
  const groups = [];
  for (const displayName of ["one", "two"])
    groups.push(await subject.create("Group", { displayName, members: [{ value: ada.id }, { value: bob.id }] }));
  await subject.remove("User", ada.id);
  for (const { id } of groups)
    mustBe(
      valuesOf((await subject.read("Group", id)).members),
      [bob.id],
      "delete must take the resource out of every group, and leave the other members",
    );
  if (subject.capabilities.filter === true)
    mustBe(await subject.find("Group", `members.value eq "${ada.id}"`), [], "a filter must not find a deleted member");
});

add(
  "each holder of a deleted resource gets one new version, and lastModified of the delete [G-6 G-8]",
  async (subject) => {
    const ada = await subject.create("User", { userName: "ada" });
    const holder = await subject.create("Group", { displayName: "g", members: [{ value: ada.id }] });
    const bystander = await subject.create("Group", { displayName: "b" });
    const at = "2027-06-07T08:09:10.000Z";
    await subject.remove("User", ada.id, { at });
    const { meta, members } = await subject.read("Group", holder.id);
    mustBe(members, undefined, "a collection that lost its last element must be absent");
    must(
      meta.version !== holder.meta.version,
      "delete must give each holder of the resource a new version, because the holder changed",
      "the version is the old one",
    );
    mustBe(meta.lastModified, at, "delete must set the holders' lastModified to the time of the request");
    await mustBeUnchanged(
      subject,
      "Group",
      bystander,
      "delete must leave resources alone that do not hold what is deleted",
    );
  },
);

add("a conditional write made before the delete loses: the holder's version moved on [G-2 G-6]", async (subject) => {
  const ada = await subject.create("User", { userName: "ada" });
  const holder = await subject.create("Group", { displayName: "g", members: [{ value: ada.id }] });
  await subject.remove("User", ada.id);
  await mustRefuse(
    subject.replace("Group", holder.id, { displayName: "new" }, { ifVersion: holder.meta.version }),
    "versionMismatch",
    "a write with a version from before a member's delete must throw versionMismatch()",
  );
});

add(
  "deleting a manager takes the manager off, in the extension [P-3.6-06 G-6]",
  async (subject) => {
    const boss = await subject.create("User", { userName: "boss" });
    const ada = await subject.create("User", {
      userName: "ada",
      [ENTERPRISE]: { department: "d", manager: { value: boss.id } },
    });
    await subject.remove("User", boss.id);
    const after = await subject.read("User", ada.id);
    mustHold(
      subject,
      "User",
      after,
      { userName: "ada", [ENTERPRISE]: { department: "d" } },
      "delete must take a single reference off, and leave the rest of the extension",
    );
    must(
      after.meta.version !== ada.meta.version,
      "delete must give the holder of a single reference a new version",
      "the version is the old one",
    );
  },
  { needs: [`User.${ENTERPRISE}:manager.value`, `User.${ENTERPRISE}:department`] },
);

add(
  "deleting a resource takes it out of lists that are no collections [G-6]",
  async (subject) => {
    const [ada, bob] = [
      await subject.create("User", { userName: "ada" }),
      await subject.create("User", { userName: "bob" }),
    ];
    const asset = await subject.create("Asset", {
      keeper: { value: ada.id },
      viewers: [{ value: bob.id }, { value: ada.id }],
    });
    await subject.remove("User", ada.id);
    mustHold(
      subject,
      "Asset",
      await subject.get("Asset", asset.id),
      { viewers: [{ value: bob.id, type: "User" }] },
      "delete must take the resource out of single references and of lists",
    );
  },
  { needs: ["Asset.keeper", "Asset.viewers"] },
);

add("a user that is deleted while it is added to a group is no member afterwards [G-6]", async (subject) => {
  for (let round = 0; round < 8; round++) {
    const user = await subject.create("User", { userName: `u${round}` });
    const group = await subject.create("Group", { displayName: `g${round}` });
    const add = subject.replace("Group", group.id, { displayName: `g${round}`, members: [{ value: user.id }] });
    const [added] = await Promise.all([outcomeOf(add), subject.remove("User", user.id)]);
    if (added.error !== undefined)
      await mustRefuse(
        Promise.reject(added.error),
        "invalidValue",
        "an add that comes after the delete must be refused with invalidValue()",
      );
    const { members } = await subject.read("Group", group.id);
    mustBe(members, undefined, "no state may have a member that does not exist");
  }
});

export { cases as references };
