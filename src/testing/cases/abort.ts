import { chapter } from "../case.ts";
import { contentOf } from "../content.ts";
import { must, mustBe, outcomeOf } from "../failure.ts";
import type { Subject } from "../subject.ts";

const { cases, add } = chapter({ name: "abort", needs: ["User.userName"] });
const RULE =
  "a write whose client has gone must be finished or not made, and must tell which: it rejects or it gives the result";

/** The two moments at which a client goes: before the call, and just after it began. */
const MOMENTS = [
  ["before the call", true],
  ["during the call", false],
] as const;

function signalFor(isBefore: boolean): AbortSignal {
  const controller = new AbortController();
  if (isBefore) controller.abort();
  else queueMicrotask(() => controller.abort());
  return controller.signal;
}

for (const [when, isBefore] of MOMENTS) {
  add(`create, the client gone ${when}: made whole or not at all`, async (subject) => {
    const { value } = await outcomeOf(subject.create("User", { userName: "ada" }, { signal: signalFor(isBefore) }));
    const { resources } = await subject.query("User");
    mustBe(
      resources.map(({ id }) => id),
      value === undefined ? [] : [value.id],
      RULE,
    );
    must(
      (await outcomeOf(subject.create("User", { userName: value === undefined ? "ada" : "bob" }))).error === undefined,
      "a create that was not made must leave its unique values free",
      "they are taken",
    );
  });

  add(`replace, the client gone ${when}: made whole or not at all`, async (subject) => {
    const before = await subject.create("User", { userName: "ada" });
    const { value, error } = await outcomeOf(
      subject.replace("User", before.id, { userName: "eve" }, { signal: signalFor(isBefore) }),
    );
    must(
      error !== undefined || value !== undefined,
      RULE,
      "it gave undefined, which says that there is no such resource",
    );
    const after = await subject.read("User", before.id);
    mustBe(contentOf(subject.type("User"), after), contentOf(subject.type("User"), value ?? before), RULE);
  });

  add(`delete, the client gone ${when}: made whole or not at all`, async (subject) => {
    const { id } = await subject.create("User", { userName: "ada" });
    const { value, error } = await outcomeOf(subject.remove("User", id, { signal: signalFor(isBefore) }));
    must(error !== undefined || value === true, RULE, "it gave false, which says that there is no such resource");
    mustBe((await subject.get("User", id)) === undefined, value === true, RULE);
  });

  add(
    `a delta, the client gone ${when}: made whole or not at all`,
    async (subject) => {
      const users = [await subject.create("User", { userName: "a" }), await subject.create("User", { userName: "b" })];
      const group = await subject.create("Group", { displayName: "g" });
      const { value, error } = await outcomeOf(
        subject.delta("Group", group.id, "members", {
          add: users.map(({ id }) => ({ value: id })),
          signal: signalFor(isBefore),
        }),
      );
      must(
        error !== undefined || value !== undefined,
        RULE,
        "it gave undefined, which says that there is no such resource",
      );
      const { members, meta } = await subject.read("Group", group.id);
      mustBe(Array.isArray(members) ? members.length : 0, value === undefined ? 0 : 2, RULE);
      mustBe(meta, value?.meta ?? group.meta, RULE);
    },
    { needs: ["Group.members"], features: ["applyDelta"] },
  );

  add(`get and query, the client gone ${when}: a rejection or the right answer`, async (subject: Subject) => {
    const user = await subject.create("User", { userName: "ada" });
    const found = await outcomeOf(subject.get("User", user.id, { signal: signalFor(isBefore) }));
    must(
      found.error !== undefined || found.value?.id === user.id,
      "get of a client that has gone must reject or give the resource",
      "it said that there is none",
    );
    const listed = await outcomeOf(subject.query("User", { signal: signalFor(isBefore) }));
    must(
      listed.error !== undefined || listed.value?.totalResults === 1,
      "query of a client that has gone must reject or give the right answer",
      "it gave another one",
    );
  });
}

export { cases as abort };
