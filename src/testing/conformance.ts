import {
  type CompiledResourceType,
  compileResourceType,
  type ResourceTypeDefinition,
} from "../schema/resource-type.ts";
import { type Context, keepsDeleted, type StorageCapabilities } from "../storage/adapter.ts";
import type { Case, Feature } from "./case.ts";
import { casesOf } from "./cases/index.ts";
import { ConformanceFailure, LeftOut, showError } from "./failure.ts";
import { remedyOf } from "./remedy.ts";
import { KIT_RESOURCE_TYPES } from "./resource-types.ts";
import { type ScoreCard, scoreCardOf, type Verdict } from "./score-card.ts";
import { keepsPassword, type Made, type Run, subjectOf } from "./subject.ts";

/** Options of `storageConformance`. */
export interface ConformanceOptions<C extends Context = Context> {
  /** The runner's function that registers a test: `test` of vitest, `node:test` or `bun:test`. */
  readonly test: (title: string, run: () => Promise<void>) => unknown;
  /** The runner's function that groups tests; with it each chapter is a group. Default: no groups. */
  readonly describe?: ((title: string, register: () => void) => unknown) | undefined;
  /**
   * Makes the adapter for one case. Every case works in tenants of its own (see `context`), so that an adapter may be handed
   * out again and again; one with `capabilities.tenants: false` must be empty each time.
   */
  readonly factory: () => Made<C> | Promise<Made<C>>;
  /**
   * Makes the context of a tenant that the kit needs, by a name that it gives to no other: for adapters whose tenants
   * have a form of their own (a UUID), must exist before they are used, or come with more than a tenant. Contexts of two
   * names must be of two tenants, and one with `capabilities.tenants: false` must have none. Default: the name is the
   * tenant.
   *
   * @example
   * ```ts
   * import { test } from "node:test";
   * import { memoryStorage } from "scimkit/memory";
   * import { storageConformance } from "scimkit/testing";
   * declare function insertOrganization(id: string, name: string): Promise<void>;
   * storageConformance({
   *   test,
   *   factory: () => ({ storage: memoryStorage() }),
   *   async context(name) {
   *     const tenant = crypto.randomUUID();
   *     await insertOrganization(tenant, name);
   *     return { tenant };
   *   },
   * });
   * ```
   */
  readonly context?: ((name: string) => C | Promise<C>) | undefined;
  /**
   * The resource types that the adapter serves, where it cannot serve any. Cases about attributes that these do not have are
   * left out. Default: `KIT_RESOURCE_TYPES`.
   */
  readonly resourceTypes?: readonly ResourceTypeDefinition[] | undefined;
  /**
   * What the adapter is meant to be able to do; a case fails where its own `capabilities` say something else. Default: whatever
   * they say.
   */
  readonly capabilities?: StorageCapabilities | undefined;
  /** Repeats a run: the seed that a failure or the score card names. Default: a new one each time. */
  readonly seed?: number | undefined;
  /**
   * With `seed`, goes straight to the counter-example whose failure named this path, where `fast-check` is installed. Default:
   * the random comparisons begin at the beginning.
   */
  readonly path?: string | undefined;
  /**
   * How many random queries, at least, each of the differential cases compares with the reference. Where `fast-check` (an
   * optional peer) is installed it chooses the resources and queries, and shrinks those that go wrong. Default 200.
   */
  readonly runs?: number | undefined;
  /** Told of the result when the last case has run. */
  readonly report?: ((card: ScoreCard) => void) | undefined;
}

/** A registered run of the kit. */
export interface Conformance {
  readonly seed: number;
  /** Titles of all cases, in the order in which they run. */
  readonly titles: readonly string[];
  /** The same with their chapters, and the number of the contract that each belongs to: one of a later contract than the adapter's is left out. */
  readonly cases: readonly { readonly title: string; readonly chapter: string; readonly contract: number }[];
  /** What the cases that have run so far came to. */
  scoreCard(): ScoreCard;
}

/**
 * Registers the conformance cases of a storage adapter with a test runner. Each case that fails says in one sentence what the
 * adapter must do and what it did instead. Cases are left out only for what the adapter's `capabilities`, its missing
 * optional methods and `resourceTypes` declare; the score card lists them.
 *
 * @example
 * ```ts
 * import { test } from "node:test";
 * import { memoryStorage } from "scimkit/memory";
 * import { printScoreCard, storageConformance } from "scimkit/testing";
 * storageConformance({
 *   test,
 *   factory: () => ({ storage: memoryStorage() }),
 *   report: (card) => console.log(printScoreCard(card)),
 * });
 * ```
 */
export function storageConformance<C extends Context = Context>(options: ConformanceOptions<C>): Conformance {
  const { test, factory, report } = options;
  const seed = options.seed ?? (Date.now() ^ (Math.random() * 0x1_0000_0000)) | 0;
  const resourceTypes = (options.resourceTypes ?? KIT_RESOURCE_TYPES).map((definition) =>
    compileResourceType(definition),
  );
  const prefix = crypto.randomUUID().slice(0, 8);
  let tokens = 0;
  // Of contexts the kit knows the tenant alone.
  const contextOf = options.context as Run["contextOf"];
  const make = async (): Promise<Made> => (await factory()) as unknown as Made;
  const cases = casesOf({ runs: options.runs ?? 200, path: options.path, capabilities: options.capabilities });
  const verdicts = new Map<string, Verdict>();

  const runCase = async (one: Case, index: number): Promise<Verdict> => {
    const opened = new Set<Made>();
    const release = async (made: Made): Promise<void> => {
      if (opened.delete(made)) await made.close?.();
    };
    const open = async (): Promise<Made> => {
      const made = await make();
      opened.add(made);
      return made;
    };
    const run: Run = { resourceTypes, make: open, release, nextToken: () => `${prefix}-${++tokens}`, contextOf };
    try {
      const missing = one.needs.find((need) => !isServed(resourceTypes, need));
      if (missing !== undefined) throw new LeftOut(`${missing} is not among the resource types`);
      const made = await open();
      checkMade(one, made, resourceTypes);
      await one.run(await subjectOf(run, made, (seed + index) | 0));
      return { type: "passed" };
    } catch (error) {
      if (error instanceof LeftOut) return { type: "leftOut", because: error.message };
      const because = error instanceof ConformanceFailure ? error.message : unexpected(one, error);
      return { type: "failed", because, remedy: remedyOf(one.chapter) };
    } finally {
      for (const made of opened) await release(made);
    }
  };

  const register = (one: Case, index: number): unknown =>
    test(one.title, async () => {
      const verdict = await runCase(one, index);
      verdicts.set(one.title, verdict);
      if (verdict.type === "failed")
        throw new ConformanceFailure(`${verdict.because} (seed ${seed}) ${verdict.remedy}`);
    });
  const indexed = cases.map((one, index) => ({ one, index }));
  if (options.describe === undefined) for (const { one, index } of indexed) register(one, index);
  else {
    for (const chapter of new Set(cases.map((one) => one.chapter)))
      options.describe(chapter, () => {
        for (const { one, index } of indexed) if (one.chapter === chapter) register(one, index);
      });
  }
  const scoreCard = (): ScoreCard => scoreCardOf(seed, cases, verdicts);
  if (report !== undefined) test("score card", async () => report(scoreCard()));
  const listed = cases.map(({ title, chapter, contract }) => ({ title, chapter, contract }));
  return { seed, titles: cases.map(({ title }) => title), cases: listed, scoreCard };
}

/** @throws {LeftOut} for a case that is not about an adapter like this. */
function checkMade(one: Case, made: Made, resourceTypes: readonly CompiledResourceType[]): void {
  const { contract } = made.storage;
  if (one.contract > contract) throw new LeftOut(`the adapter keeps contract ${contract}`);
  const lacking = one.features.find((feature) => !has(made, feature, resourceTypes));
  if (lacking !== undefined) throw new LeftOut(LACKING[lacking] ?? `the adapter declares that it has no ${lacking}`);
}

/** What is missing, where it is no member that an adapter has. */
const LACKING: Partial<Record<Feature, string>> = {
  again: "the factory does not open the store twice (`again`), so that nothing is known of several processes",
  atomic: "the adapter declares atomic: false: what holds when two processes write at once is not given",
};

function unexpected(one: Case, error: unknown): string {
  const rule = one.title.slice(one.title.indexOf(": ") + 2);
  const where = error instanceof Error && error.stack !== undefined ? `; ${error.stack.split("\n")[1]?.trim()}` : "";
  return `${rule}, but a call that should have succeeded threw ${showError(error)}${where}`;
}

/** `need` is `Type.path`, or the name of a type alone. */
function isServed(resourceTypes: readonly CompiledResourceType[], need: string): boolean {
  const dot = need.indexOf(".");
  const name = dot === -1 ? need : need.slice(0, dot);
  const type = resourceTypes.find((candidate) => candidate.name === name);
  return type !== undefined && (dot === -1 || type.resolve(need.slice(dot + 1)) !== undefined);
}

function has(
  { storage, failAt, again }: Made,
  feature: Feature,
  resourceTypes: readonly CompiledResourceType[],
): boolean {
  const capabilities = storage.capabilities ?? {};
  switch (feature) {
    case "applyDelta":
    case "transaction":
    case "reindex":
    case "deleteTenant":
    case "exportTenant":
    case "renameTenant":
    case "outbox":
    case "ledger":
    case "accepts":
      return storage[feature] !== undefined;
    case "failAt":
      return failAt !== undefined;
    case "again":
      return again !== undefined;
    case "atomic":
      return capabilities.atomic !== false;
    case "cursor":
      return capabilities.cursor === true;
    case "keepsDeleted":
      return keepsDeleted(capabilities, "User");
    case "secrets":
      return keepsPassword(capabilities, resourceTypes);
    default:
      return capabilities[feature] === true;
  }
}
