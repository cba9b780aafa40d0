import { isScimError } from "../../error.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import type { ResourceObject } from "../../schema/value.ts";
import type { StorageAdapter, StoredResource } from "../../storage/adapter.ts";
import { memoryStorage } from "../../storage/memory/index.ts";
import { type Case, chapter } from "../case.ts";
import type { Choice } from "../choice.ts";
import { contentOf } from "../content.ts";
import { compareRandomly } from "../differential.ts";
import { must, mustBe, type Outcome, outcomeOf } from "../failure.ts";
import { type MakeRow, rowChoice } from "../generate.ts";
import type { Subject } from "../subject.ts";

/** Cases over generated data; `runs` queries in each comparison, or only what is at `path`. */
export function randomCases(runs: number, path: string | undefined): readonly Case[] {
  const { cases, add } = chapter({ name: "random" });
  add("queries by index page give what the reference predicate and order give [P-3.4.2.2-02 P-3.4.2.3-02]", (subject) =>
    compareRandomly(subject, runs, "index", path),
  );
  add(
    "queries by cursor give what the reference predicate and order give [G-13]",
    (subject) => compareRandomly(subject, runs, "cursor", path),
    { features: ["cursor"] },
  );
  add(
    "any history of writes leaves what it leaves in memory, with versions that change exactly when content does [G-4 G-8 G-9]",
    history,
  );
  return cases;
}

/** A resource type, and the ids under which its resources are known to the adapter and to memory alike. */
interface Known {
  readonly type: CompiledResourceType;
  readonly aRow: Choice<MakeRow>;
  readonly ids: string[];
}

/** One write, drawn before it is played. */
interface Step {
  readonly number: number;
  readonly verb: "create" | "replace" | "delete";
  readonly known: Known;
  /** Of a create, an id that is not there. */
  readonly id: string;
  readonly attributes: ResourceObject;
  readonly at: string;
}

/** What a write came to, on the adapter and in memory. */
type Outcomes = readonly [Outcome<unknown>, Outcome<unknown>];

/** Plays random writes to the adapter and to memory side by side. */
async function history(subject: Subject): Promise<void> {
  const model = memoryStorage();
  const known = subject.resourceTypes.map((type): Known => ({ type, aRow: rowChoice(type), ids: [] }));
  for (let number = 1; number <= 150; number++) {
    const step = drawStep(subject, known, number);
    const { name } = step.known.type;
    const before = await subject.get(name, step.id);
    checkOutcomes(step, await play(subject, model, step, before));
    checkVersions(step, before, await subject.get(name, step.id));
  }
  for (const { type } of known) await checkContents(subject, model, type);
}

function drawStep(subject: Subject, all: readonly Known[], number: number): Step {
  const { random, token } = subject;
  const known = random.pick(all);
  const { aRow, ids } = known;
  const id = ids.length > 0 && !random.oneIn(5) ? random.pick(ids) : crypto.randomUUID();
  const unique = random.oneIn(3) ? `${token}.${random.below(3)}` : `${token}.${number}`;
  const targets = new Map(all.map((other) => [other.type.name, other.ids.slice(-4)]));
  const attributes = aRow.sample(random)(unique, targets);
  const at = subject.now();
  const choice = random.below(ids.length < 3 ? 2 : 8);
  const verb = choice < 2 ? "create" : choice < 7 ? "replace" : "delete";
  return { number, verb, known, id, attributes, at };
}

async function play(
  subject: Subject,
  model: StorageAdapter,
  { verb, known, id, attributes, at }: Step,
  before: StoredResource | undefined,
): Promise<Outcomes> {
  const { name } = known.type;
  switch (verb) {
    case "create": {
      const created = await outcomeOf(subject.create(name, attributes, { at }));
      // Memory is told the id that the adapter chose.
      const own = created.value?.id ?? crypto.randomUUID();
      if (created.value !== undefined) known.ids.push(own);
      return [created, await outcomeOf(subject.create(name, attributes, { at, id: own, storage: model }))];
    }
    case "replace": {
      const write = { at, ...(before === undefined ? {} : { before }) };
      return [
        await outcomeOf(subject.replace(name, id, attributes, write)),
        await outcomeOf(subject.replace(name, id, attributes, { ...write, storage: model })),
      ];
    }
    case "delete":
      return [
        await outcomeOf(subject.remove(name, id, { at })),
        await outcomeOf(subject.remove(name, id, { at, storage: model })),
      ];
  }
}

/** A word for what a write came to, by which two of them are compared. */
function kindOf({ value, error }: Outcome<unknown>): string | number {
  if (error === undefined) return value === undefined || value === false ? "nothing" : "done";
  return isScimError(error) ? (error.scimType ?? error.status) : "fault";
}

function checkOutcomes({ number, verb, known }: Step, outcomes: Outcomes): void {
  const kinds = outcomes.map(kindOf);
  must(
    // Which of two things that are wrong with a write is said first is up to the adapter.
    kinds[0] === kinds[1] || kinds.every((kind) => kind === "uniqueness" || kind === "invalidValue"),
    `step ${number}, ${verb} of a ${known.type.name}, must come to what it comes to in memory (${kinds[1]})`,
    `it came to ${kinds[0]}: ${String(outcomes[0].error)}`,
  );
}

function checkVersions(
  { number, verb, known: { type } }: Step,
  before: StoredResource | undefined,
  after: StoredResource | undefined,
): void {
  if (before === undefined || after === undefined) return;
  const isSameVersion = before.meta.version === after.meta.version;
  const isSameContent = JSON.stringify(contentOf(type, before)) === JSON.stringify(contentOf(type, after));
  must(
    isSameContent || !isSameVersion,
    `step ${number}, ${verb} of a ${type.name}, must give a new version when it changes the content`,
    "the version is the old one",
  );
}

async function checkContents(subject: Subject, model: StorageAdapter, type: CompiledResourceType): Promise<void> {
  const [found, expected] = [await subject.query(type.name), await subject.query(type.name, { storage: model })];
  const byId = (resources: readonly StoredResource[]) =>
    Object.fromEntries(
      resources.map((resource) => {
        const { created, lastModified } = resource.meta;
        return [resource.id, { content: contentOf(type, resource, subject.capabilities), created, lastModified }];
      }),
    );
  mustBe(
    byId(found.resources),
    byId(expected.resources),
    `after a history of writes every ${type.name} must be what it is in memory`,
  );
}
