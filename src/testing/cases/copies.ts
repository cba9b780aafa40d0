import { isObject } from "../../schema/value.ts";
import { chapter } from "../case.ts";
import { mustBeUnchanged, mustHold } from "../content.ts";
import { must, mustBe } from "../failure.ts";

const { cases, add } = chapter({
  name: "copies",
  needs: ["User.userName", "User.name.givenName", "User.emails.value"],
});

const attributes = () => ({ userName: "ada", name: { givenName: "Ada" }, emails: [{ value: "a@example.com" }] });

/** Changes everything within an object that can be changed. */
function vandalize(value: unknown): void {
  if (Array.isArray(value)) {
    for (const element of value) vandalize(element);
    value.push("vandal");
  } else if (isObject(value)) {
    for (const name of Object.keys(value)) {
      vandalize(value[name]);
      if (typeof value[name] !== "object") value[name] = "vandal";
    }
    value.vandal = true;
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) deepFreeze(part);
    Object.freeze(value);
  }
  return value;
}

add("changing the result of create changes nothing in storage", async (subject) => {
  const created = await subject.create("User", attributes());
  const { id, meta } = structuredClone(created);
  vandalize(created);
  const rule = "create must give a copy, so that changing the result changes nothing in storage";
  mustHold(subject, "User", await subject.get("User", id), attributes(), rule);
  mustBe((await subject.read("User", id)).meta, meta, rule);
});

add("changing the result of get changes nothing in storage", async (subject) => {
  const before = structuredClone(await subject.create("User", attributes()));
  vandalize(await subject.read("User", before.id));
  await mustBeUnchanged(
    subject,
    "User",
    before,
    "get must give a copy, so that changing the result changes nothing in storage",
  );
});

add("changing the result of query changes nothing in storage", async (subject) => {
  const before = structuredClone(await subject.create("User", attributes()));
  vandalize((await subject.query("User")).resources);
  await mustBeUnchanged(
    subject,
    "User",
    before,
    "query must give copies, so that changing the result changes nothing in storage",
  );
});

add("changing the result of replace changes nothing in storage", async (subject) => {
  const { id } = await subject.create("User", { userName: "eve" });
  const replaced = await subject.replace("User", id, attributes());
  const before = structuredClone(await subject.read("User", id));
  vandalize(replaced);
  await mustBeUnchanged(
    subject,
    "User",
    before,
    "replace must give a copy, so that changing the result changes nothing in storage",
  );
});

add("changing what was given to create changes nothing in storage", async (subject) => {
  const given = attributes();
  const { id } = await subject.create("User", given);
  vandalize(given);
  mustHold(subject, "User", await subject.get("User", id), attributes(), "create must keep a copy of what it is given");
});

add("changing what was given to replace changes nothing in storage", async (subject) => {
  const { id } = await subject.create("User", { userName: "eve" });
  const given = attributes();
  await subject.replace("User", id, given);
  vandalize(given);
  mustHold(
    subject,
    "User",
    await subject.get("User", id),
    attributes(),
    "replace must keep a copy of what it is given",
  );
});

add("what is given may be frozen: no verb changes its request", async (subject) => {
  const { id } = await subject.create("User", deepFreeze(attributes()));
  const replaced = await subject.replace("User", id, deepFreeze({ ...attributes(), userName: "eve" }));
  mustHold(subject, "User", replaced, { ...attributes(), userName: "eve" }, "replace must take a frozen resource");
});

add("two reads give two copies", async (subject) => {
  const { id } = await subject.create("User", attributes());
  const [first, second] = [await subject.read("User", id), await subject.read("User", id)];
  must(
    first !== second && first.name !== second.name && first.emails !== second.emails,
    "each get must give a copy of its own",
    "two results share an object",
  );
});

add(
  "elements of a collection are copies, in and out",
  async (subject) => {
    const user = await subject.create("User", { userName: "u" });
    const members = [{ value: user.id, type: "User" }];
    const { id } = await subject.create("Group", { displayName: "g", members });
    vandalize(members);
    vandalize((await subject.read("Group", id)).members);
    vandalize((await subject.query("Group")).resources);
    mustHold(
      subject,
      "Group",
      await subject.get("Group", id),
      { displayName: "g", members: [{ value: user.id, type: "User" }] },
      "elements of a collection must be copies, in and out",
    );
  },
  { needs: ["Group.members"] },
);

add(
  "elements that a delta takes and tells are copies",
  async (subject) => {
    const user = await subject.create("User", { userName: "u" });
    const { id } = await subject.create("Group", { displayName: "g" });
    const add = [{ value: user.id, type: "User" }];
    const done = await subject.delta("Group", id, "members", { add });
    const before = structuredClone(await subject.read("Group", id));
    vandalize(add);
    vandalize(done);
    await mustBeUnchanged(subject, "Group", before, "applyDelta must take and give copies");
  },
  { needs: ["Group.members"], features: ["applyDelta"] },
);

export { cases as copies };
