import { isScimError } from "../../error.ts";
import { isSame } from "../../schema/value.ts";
import { chapter } from "../case.ts";
import { contentOf } from "../content.ts";
import { must, outcomeOf, show } from "../failure.ts";
import type { Subject } from "../subject.ts";

const { cases, add } = chapter({ name: "faults", needs: ["User.userName", "Group.members"], features: ["failAt"] });
/** More calls to the backend than one verb makes. */
const MOST_CALLS = 60;

/** Everything that can be seen of the tenant. */
async function stateOf(subject: Subject): Promise<unknown> {
  const state: unknown[] = [];
  for (const type of ["User", "Group"]) {
    const { resources } = await subject.query(type);
    const seen = resources.map(
      (resource) => [resource.id, resource.meta.version, contentOf(subject.type(type), resource)] as const,
    );
    state.push(seen.toSorted(([left], [right]) => (left < right ? -1 : 1)));
  }
  return state;
}

/** Lets the verb fail at each of its calls to the backend: the state is then the one before or the one after, never between. */
async function failEverywhere(
  subject: Subject,
  verb: (scene: Subject) => Promise<() => Promise<unknown>>,
): Promise<void> {
  for (let n = 1; n <= MOST_CALLS; n++) {
    const scene = await subject.fresh();
    const act = await verb(scene);
    const before = await stateOf(scene);
    scene.made.failAt?.(n);
    const outcome = await outcomeOf(act());
    scene.made.failAt?.(0);
    const after = await stateOf(scene);
    if (outcome.error === undefined) {
      must(!isSame(after, before), "a write that succeeds must take effect", `it did not, with a fault at call ${n}`);
      return;
    }
    must(
      !isScimError(outcome.error) || outcome.error.status >= 500,
      "a fault of the backend is not the client's: it must not become a 4xx",
      `it became ${show(outcome.error)}`,
    );
    const again = await outcomeOf(act());
    const repeated = await stateOf(scene);
    must(
      again.error === undefined || !isSame(after, before),
      "a write that failed without effect must succeed when it is repeated",
      `it threw ${show(again.error)} after a fault at call ${n}`,
    );
    must(
      isSame(after, before) || isSame(after, repeated),
      "a fault at any call must leave the state before or the state after, never one between",
      `a fault at call ${n} left ${show(after)}`,
    );
  }
}

add("a create that fails at any call is made whole or not at all [G-4]", (subject) =>
  failEverywhere(subject, async (scene) => {
    const user = await scene.create("User", { userName: "u" });
    return () =>
      scene.create("Group", { displayName: "g", members: [{ value: user.id }] }, { id: `group-${scene.token}` });
  }),
);

add("a replace that fails at any call is made whole or not at all [G-4]", (subject) =>
  failEverywhere(subject, async (scene) => {
    const [a, b] = [await scene.create("User", { userName: "a" }), await scene.create("User", { userName: "b" })];
    const group = await scene.create("Group", { displayName: "g", members: [{ value: a.id }] });
    return () => scene.replace("Group", group.id, { displayName: "new", members: [{ value: b.id }] });
  }),
);

add("a delete that fails at any call is made whole or not at all, its holders included [G-4 G-6]", (subject) =>
  failEverywhere(subject, async (scene) => {
    const user = await scene.create("User", { userName: "u" });
    await scene.create("Group", { displayName: "g", members: [{ value: user.id }] });
    return () => scene.remove("User", user.id);
  }),
);

add(
  "a delta that fails at any call is made whole or not at all [G-4]",
  (subject) =>
    failEverywhere(subject, async (scene) => {
      const [a, b] = [await scene.create("User", { userName: "a" }), await scene.create("User", { userName: "b" })];
      const group = await scene.create("Group", { displayName: "g", members: [{ value: a.id }] });
      return () => scene.delta("Group", group.id, "members", { add: [{ value: b.id }], remove: [a.id] });
    }),
  { features: ["applyDelta"] },
);

add("a read that fails at any call rejects, and is never a wrong answer", async (subject) => {
  const user = await subject.create("User", { userName: "u" });
  const group = await subject.create("Group", { displayName: "g", members: [{ value: user.id }] });
  for (const read of [
    () => subject.get("Group", group.id),
    () => subject.query("User"),
    () => subject.query("Group", { page: { startIndex: 1, count: 1 } }),
  ]) {
    const right = await read();
    for (let n = 1; n <= MOST_CALLS; n++) {
      subject.made.failAt?.(n);
      const { value, error } = await outcomeOf<unknown>(read());
      subject.made.failAt?.(0);
      must(
        error !== undefined || isSame(value, right),
        "a read that fails must reject, never answer as if nothing were there",
        `with a fault at call ${n} it gave ${show(value)}`,
      );
      if (error === undefined) break;
    }
  }
});

export { cases as faults };
