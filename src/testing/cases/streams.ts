import type { ResourceObject } from "../../schema/value.ts";
import { chapter } from "../case.ts";
import { elementsOf, valuesOf } from "../content.ts";
import { ConformanceFailure, must, mustBe } from "../failure.ts";
import type { Subject } from "../subject.ts";

const { cases, add } = chapter({ name: "streams", needs: ["Group.members", "User.userName"] });

async function groupOf(subject: Subject, size: number) {
  const users = await Promise.all(
    Array.from({ length: size }, (_, index) => subject.create("User", { userName: `u${index}` })),
  );
  const ids = users.map(({ id }) => id);
  const group = await subject.create("Group", { displayName: "g", members: ids.map((value) => ({ value })) });
  return { group, ids: ids.toSorted() };
}

/** References to nobody: more elements than anybody holds take one write. */
const KEEP = { checkReferences: { "Group.members": "keep" } } as const;

/** A group whose members are read in more than one go; of as few as exist where each has to. */
async function largeGroup(subject: Subject) {
  if (subject.capabilities.danglingReferences !== true) return groupOf(subject, 40);
  const ids = Array.from({ length: 2500 }, (_, index) => `m${String(index).padStart(4, "0")}`);
  const members = ids.map((value) => ({ value }));
  return { group: await subject.create("Group", { displayName: "g", members }, KEEP), ids };
}

add("a streamed collection has every element once, whether array or async iterable", async (subject) => {
  const { group, ids } = await groupOf(subject, 40);
  const found = await subject.get("Group", group.id, { stream: true });
  mustBe(
    valuesOf(await elementsOf(found?.members)),
    ids.toSorted(),
    "a streamed collection must have every element exactly once",
  );
});

add("without `stream` collections are arrays", async (subject) => {
  const { group } = await groupOf(subject, 3);
  must(
    Array.isArray((await subject.read("Group", group.id)).members),
    "get without `stream` must give collections as arrays",
    "it gave something else",
  );
  must(
    Array.isArray((await subject.query("Group")).resources[0]?.members),
    "query without `stream` must give collections as arrays",
    "it gave something else",
  );
});

add("a consumer that stops early leaves the adapter free for others", async (subject) => {
  const { group } = await groupOf(subject, 40);
  for (let round = 0; round < 12; round++) {
    const found = await subject.get("Group", group.id, { stream: true });
    for await (const _ of found?.members as AsyncIterable<unknown>) break;
  }
  await subject.replace("Group", group.id, { displayName: "new" }, { untouched: ["members"] });
  mustBe(
    (await subject.read("Group", group.id)).displayName,
    "new",
    "a stream that was left early must free what it holds",
  );
});

add("an iterator that is ended before it began frees what it holds", async (subject) => {
  const { group } = await groupOf(subject, 10);
  for (let round = 0; round < 12; round++) {
    const found = await subject.get("Group", group.id, { stream: true });
    const members = found?.members as Partial<AsyncIterable<unknown>> & Iterable<unknown>;
    const iterator = members[Symbol.asyncIterator]?.() ?? members[Symbol.iterator]();
    await iterator.return?.();
  }
  await subject.remove("Group", group.id);
  mustBe(await subject.get("Group", group.id), undefined, "a stream that never began must free what it holds");
});

add(
  "elements and version of a stream are of one state, or it fails, whatever is written meanwhile [G-15]",
  async (subject) => {
    const { group, ids } = await largeGroup(subject);
    const next = ids.filter((_, index) => index % 2 === 1).map((value) => ({ value }));
    const found = await subject.get("Group", group.id, { stream: true });
    const read: unknown[] = [];
    try {
      for await (const element of found?.members as AsyncIterable<ResourceObject>) {
        read.push(element.value);
        if (read.length === 5) await subject.replace("Group", group.id, { displayName: "g", members: next }, KEEP);
      }
    } catch (error) {
      // A stream may break off where it cannot go on in its state: nobody takes it for a whole.
      if (read.length < 5 || error instanceof ConformanceFailure) throw error;
      return;
    }
    const isOld = found?.meta.version === group.meta.version;
    mustBe(
      read.toSorted(),
      isOld ? ids : next.map(({ value }) => value),
      "a stream must be of the state that its version names, or its iterator must fail: never some elements of one state and some of another",
    );
  },
);

add("a page of resources streams each one's own elements, in the order of the page", async (subject) => {
  const first = await groupOf(subject, 5);
  const second = await subject.create("Group", { displayName: "h", members: [{ value: first.ids[0] }] });
  const third = await subject.create("Group", { displayName: "i" });
  const { resources } = await subject.query("Group", { stream: true });
  for (const resource of resources) {
    const expected =
      resource.id === first.group.id ? first.ids.toSorted() : resource.id === second.id ? [first.ids[0]] : [];
    mustBe(valuesOf(await elementsOf(resource.members)), expected, "a page must stream each resource's own elements");
  }
  mustBe(resources.length, third === undefined ? 0 : 3, "a streamed page must hold every resource");
});

export { cases as streams };
