import { isScimError } from "../../error.ts";
import type { StoredResource } from "../../storage/adapter.ts";
import { memoryStorage } from "../../storage/memory/index.ts";
import { type Case, chapter } from "../case.ts";
import { contentOf } from "../content.ts";
import { compareRandomly } from "../differential.ts";
import { must, mustBe, type Outcome, outcomeOf } from "../failure.ts";
import { rowChoice } from "../generate.ts";
import type { Subject } from "../subject.ts";

/** Cases over generated data; `runs` queries in each comparison, or only what is at `path`. */
export function randomCases(runs: number, path: string | undefined): readonly Case[] {
  const { cases, add } = chapter({ name: "random" });
  add("queries by index page give what the reference predicate and order give [P-3.4.2.2-02 P-3.4.2.3-02]", (subject) =>
    compareRandomly(subject, runs, "index", path),
  );
  add(
    "queries by cursor give what the reference predicate and order give [C13]",
    (subject) => compareRandomly(subject, runs, "cursor", path),
    { features: ["cursor"] },
  );
  add(
    "any history of writes leaves what it leaves in memory, with versions that change exactly when content does [C4 C8 C9]",
    history,
  );
  return cases;
}

/** Plays random writes to the adapter and to memory side by side. */
async function history(subject: Subject): Promise<void> {
  const { random } = subject;
  const model = memoryStorage();
  // Names of its own, so that the model may be told the same ids as the adapter chose.
  const known = subject.resourceTypes.map((type) => ({ type, aRow: rowChoice(type), ids: [] as string[] }));
  for (let step = 0; step < 150; step++) {
    const { type, aRow, ids } = random.pick(known);
    const id = ids.length > 0 && !random.oneIn(5) ? random.pick(ids) : crypto.randomUUID();
    const before = await subject.get(type.name, id);
    const unique = random.oneIn(3) ? `${subject.token}.${random.below(3)}` : `${subject.token}.${step}`;
    const attributes = aRow.sample(random)(
      unique,
      new Map(known.map((other) => [other.type.name, other.ids.slice(-4)])),
    );
    const at = subject.now();
    const verb = random.below(ids.length < 3 ? 2 : 8);
    let outcomes: readonly [Outcome<unknown>, Outcome<unknown>];
    if (verb < 2) {
      const created = await outcomeOf(subject.create(type.name, attributes, { at }));
      const own = created.value?.id ?? crypto.randomUUID();
      outcomes = [created, await outcomeOf(subject.create(type.name, attributes, { at, id: own, storage: model }))];
      if (created.value !== undefined) ids.push(own);
    } else if (verb < 7) {
      const write = { at, ...(before === undefined ? {} : { before }) };
      outcomes = [
        await outcomeOf(subject.replace(type.name, id, attributes, write)),
        await outcomeOf(subject.replace(type.name, id, attributes, { ...write, storage: model })),
      ];
    } else {
      outcomes = [
        await outcomeOf(subject.remove(type.name, id, { at })),
        await outcomeOf(subject.remove(type.name, id, { at, storage: model })),
      ];
    }
    const kinds = outcomes.map(({ value, error }) =>
      error === undefined
        ? value === undefined || value === false
          ? "nothing"
          : "done"
        : isScimError(error)
          ? (error.scimType ?? error.status)
          : "fault",
    );
    const name = verb < 2 ? "create" : verb < 7 ? "replace" : "delete";
    must(
      // Which of two things that are wrong with a write is said first is up to the adapter.
      kinds[0] === kinds[1] || kinds.every((kind) => kind === "uniqueness" || kind === "invalidValue"),
      `step ${step + 1}, ${name} of a ${type.name}, must come to what it comes to in memory (${kinds[1]})`,
      `it came to ${kinds[0]}: ${String(outcomes[0].error)}`,
    );
    const after = await subject.get(type.name, id);
    if (before !== undefined && after !== undefined) {
      const isSameVersion = before.meta.version === after.meta.version;
      const isSameContent = JSON.stringify(contentOf(type, before)) === JSON.stringify(contentOf(type, after));
      must(
        isSameContent || !isSameVersion,
        `step ${step + 1}, ${name} of a ${type.name}, must give a new version when it changes the content`,
        "the version is the old one",
      );
    }
  }
  for (const { type } of known) {
    const [found, expected] = [await subject.query(type.name), await subject.query(type.name, { storage: model })];
    const byId = (resources: readonly StoredResource[]) =>
      Object.fromEntries(
        resources.map((resource) => [
          resource.id,
          {
            content: contentOf(type, resource),
            created: resource.meta.created,
            lastModified: resource.meta.lastModified,
          },
        ]),
      );
    mustBe(
      byId(found.resources),
      byId(expected.resources),
      `after a history of writes every ${type.name} must be what it is in memory`,
    );
  }
}
