import type { StorageNotice } from "../../storage/adapter.ts";
import { chapter } from "../case.ts";
import { mustHold, valuesOf } from "../content.ts";
import { LeftOut, mustBe } from "../failure.ts";
import type { Subject } from "../subject.ts";

const { cases, add } = chapter({ name: "references", needs: ["User.userName", "Group.members", "Group.displayName"] });
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const MANAGER = `User.${ENTERPRISE}:manager.value`;
const MISSING_MANAGER = {
  type: "missingReference",
  attribute: `${ENTERPRISE}:manager`,
  value: "nobody",
  outcome: "kept",
} as const;
/** References to nothing are kept. */
const KEEP = {
  "Group.members": "keep",
  "User.urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager": "keep",
} as const;

/** Makes a user under an id that references name already; storage that makes ids of its own never has it so. */
async function createAs(subject: Subject, id: string): Promise<void> {
  const created = await subject.create("User", { userName: id }, { id, checkReferences: KEEP });
  if (created.id !== id) throw new LeftOut("the adapter makes ids of its own");
}

add(
  "a reference that is to be kept is kept with `$ref: null`, and told of, and with it all the rest [R-80]",
  async (subject) => {
    const notices: StorageNotice[] = [];
    const attributes = { userName: "ada", [ENTERPRISE]: { department: "d", manager: { value: "nobody" } } };
    const ada = await subject.create("User", attributes, { checkReferences: KEEP, notices });
    const kept = { ...attributes, [ENTERPRISE]: { department: "d", manager: { value: "nobody", $ref: null } } };
    for (const found of [ada, await subject.get("User", ada.id), ...(await subject.query("User")).resources])
      mustHold(subject, "User", found, kept, 'a reference to nothing must be given back with "$ref: null"');
    mustBe(notices, [MISSING_MANAGER], "notify must be told once of a reference to nothing that is kept");
  },
  { features: ["danglingReferences"], needs: [MANAGER, `User.${ENTERPRISE}:department`] },
);

add(
  "a reference that is kept becomes a true one when its resource appears, and goes when that is deleted [R-80]",
  async (subject) => {
    const group = await subject.create(
      "Group",
      { displayName: "g", members: [{ value: "boss" }] },
      { checkReferences: KEEP },
    );
    const ada = await subject.create(
      "User",
      { userName: "ada", [ENTERPRISE]: { manager: { value: "boss" } } },
      { checkReferences: KEEP },
    );
    await createAs(subject, "boss");
    const [found, holder] = [await subject.get("User", ada.id), await subject.get("Group", group.id)];
    const rule = "a reference must be a true one as soon as its resource is there";
    mustHold(subject, "User", found, { userName: "ada", [ENTERPRISE]: { manager: { value: "boss" } } }, rule);
    mustHold(subject, "Group", holder, { displayName: "g", members: [{ value: "boss", type: "User" }] }, rule);
    await subject.remove("User", "boss");
    mustHold(
      subject,
      "User",
      await subject.get("User", ada.id),
      { userName: "ada" },
      "delete must take off a reference that was kept before its resource was there",
    );
  },
  { features: ["danglingReferences"], needs: [MANAGER, "Group.members.type"] },
);

add(
  "a resource of another type does not make a kept reference a true one [R-80]",
  async (subject) => {
    const attributes = { userName: "ada", [ENTERPRISE]: { manager: { value: "team" } } };
    const { id } = await subject.create("User", attributes, { checkReferences: KEEP });
    await subject.create("Group", { displayName: "g" }, { id: "team" });
    mustHold(
      subject,
      "User",
      await subject.get("User", id),
      { userName: "ada", [ENTERPRISE]: { manager: { value: "team", $ref: null } } },
      "a Group must not do as the manager of a User",
    );
  },
  { features: ["danglingReferences"], needs: [MANAGER] },
);

add(
  "storage that cannot hold a reference to nothing leaves it out where it is to be kept, and tells of it [R-80]",
  async (subject) => {
    if (subject.capabilities.danglingReferences === true) throw new LeftOut("the adapter holds references to nothing");
    const notices: StorageNotice[] = [];
    const { id } = await subject.create(
      "User",
      { userName: "ada", [ENTERPRISE]: { manager: { value: "nobody" } } },
      { checkReferences: KEEP, notices },
    );
    mustHold(
      subject,
      "User",
      await subject.get("User", id),
      { userName: "ada" },
      "a reference that cannot be stored must be left out, and nothing else",
    );
    mustBe(
      notices,
      [{ ...MISSING_MANAGER, outcome: "dropped" }],
      "notify must be told of a reference that is left out",
    );
  },
  { needs: [MANAGER] },
);

add("references to nothing that are to be left out are, and the others stay [R-80]", async (subject) => {
  const [ada, bob] = [
    await subject.create("User", { userName: "ada" }),
    await subject.create("User", { userName: "bob" }),
  ];
  const notices: StorageNotice[] = [];
  const dropping = { checkReferences: { "Group.members": "drop" }, notices } as const;
  const members = [{ value: "stale" }, { value: ada.id }];
  const { id } = await subject.create("Group", { displayName: "g", members }, dropping);
  const rule = "references to nothing must be left out, and nothing else";
  mustBe(valuesOf((await subject.read("Group", id)).members), [ada.id], rule);
  await subject.replace("Group", id, { displayName: "g", members: [...members, { value: bob.id }] }, dropping);
  mustBe(valuesOf((await subject.read("Group", id)).members), [ada.id, bob.id].sort(), rule);
  const told = { ...MISSING_MANAGER, attribute: "members", value: "stale", outcome: "dropped" };
  mustBe(notices, [told, told], "notify must be told of each reference that is left out, once for each write");
});

add(
  "a delta leaves out references to nothing, adds the others, and changes nothing where none is left [R-80]",
  async (subject) => {
    const ada = await subject.create("User", { userName: "ada" });
    const bob = await subject.create("User", { userName: "bob" });
    const group = await subject.create("Group", { displayName: "g", members: [{ value: bob.id }] });
    const notices: StorageNotice[] = [];
    const dropping = { checkReferences: { "Group.members": "drop" }, notices } as const;
    const stale = await subject.delta("Group", group.id, "members", { ...dropping, add: [{ value: "stale" }] });
    mustBe(stale?.added, [], "a delta of references to nothing alone must add nothing");
    mustBe(stale?.meta.version, group.meta.version, "a delta that adds nothing must keep the version");
    const add = [{ value: "stale" }, { value: ada.id }, { value: bob.id }];
    const done = await subject.delta("Group", group.id, "members", { ...dropping, add });
    mustBe(valuesOf(done?.added), [ada.id], "a delta must add what is there, and leave out what is not");
    const removing = { ...dropping, add: [{ value: "stale" }], remove: [bob.id, "stale"] };
    const removed = await subject.delta("Group", group.id, "members", removing);
    mustBe(removed?.removed, [bob.id], "what is left out must not keep others from being removed");
    mustBe(valuesOf((await subject.read("Group", group.id)).members), [ada.id], "a delta must be stored");
    const told = { ...MISSING_MANAGER, attribute: "members", value: "stale", outcome: "dropped" };
    mustBe(notices, [told, told, told], "notify must be told of each reference that is left out");
  },
  { features: ["applyDelta"] },
);

add(
  "a delta keeps references to nothing that are to be kept, until their resource is deleted [R-80]",
  async (subject) => {
    const { id } = await subject.create("Group", { displayName: "g" });
    const add = [{ value: "nobody" }];
    const done = await subject.delta("Group", id, "members", { add, checkReferences: KEEP });
    const kept = [{ value: "nobody", $ref: null }];
    mustBe(done?.added, kept, "a delta must give back what it keeps as it is stored");
    mustBe((await subject.read("Group", id)).members, kept, "a delta must store what is to be kept");
    await createAs(subject, "nobody");
    mustBe(
      (await subject.read("Group", id)).members,
      [{ value: "nobody", type: "User" }],
      "a reference must be a true one as soon as its resource is there",
    );
    await subject.remove("User", "nobody");
    mustBe((await subject.read("Group", id)).members, undefined, "delete must take the resource out of every group");
  },
  { features: ["danglingReferences", "applyDelta"], needs: ["Group.members.type"] },
);

export { cases as missingReferences };
