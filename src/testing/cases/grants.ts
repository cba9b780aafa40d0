import { chapter } from "../case.ts";
import { valuesOf } from "../content.ts";
import { mustBe } from "../failure.ts";
import type { Subject } from "../subject.ts";

const { cases, add } = chapter({
  name: "grants",
  needs: ["User.userName", "Group.members"],
  features: ["applyDelta"],
});

/** A group of the first two of four users. */
async function scene(subject: Subject): Promise<{ readonly group: string; readonly users: readonly string[] }> {
  const users: string[] = [];
  for (const userName of ["ada", "bea", "cid", "dan"]) users.push((await subject.create("User", { userName })).id);
  const members = users.slice(0, 2).map((value) => ({ value }));
  return { group: (await subject.create("Group", { displayName: "g", members })).id, users };
}

add("what a delta says joined and left is who came and who went, whatever it was asked for", async (subject) => {
  const { group, users } = await scene(subject);
  const [ada, bea, cid, dan] = users;
  const done = await subject.delta("Group", group, "members", {
    add: [{ value: bea }, { value: cid }],
    remove: [ada, dan],
  });
  mustBe(
    [valuesOf(done?.added), [...(done?.removed ?? [])]],
    [[cid], [ada]],
    "applyDelta must give who was not there before as added and who was as removed, for roles follow from it",
  );
});

add("rows that follow the deltas are the members in the end", async (subject) => {
  const { group, users } = await scene(subject);
  const rows = new Set(users.slice(0, 2));
  for (let step = 0; step < 16; step++) {
    const [joins, leaves] = [users[subject.random.below(4)], users[subject.random.below(4)]];
    const done = await subject.delta("Group", group, "members", { add: [{ value: joins }], remove: [leaves] });
    for (const id of done?.removed ?? []) rows.delete(String(id));
    for (const id of valuesOf(done?.added)) rows.add(String(id));
    const { members } = await subject.read("Group", group);
    mustBe(
      [...rows].toSorted(),
      valuesOf(members).map(String).toSorted(),
      "applyDelta must give each who comes and goes once, so that what a host keeps by it are the members",
    );
  }
});

export { cases as grants };
