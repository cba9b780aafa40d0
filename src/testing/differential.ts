import type { Filter } from "../filter/ast.ts";
import { compareBy } from "../filter/order.ts";
import { predicateOf } from "../filter/predicate.ts";
import { printFilter } from "../filter/print.ts";
import type { AttributePath } from "../schema/attribute.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isSame, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Sort, StoredResource } from "../storage/adapter.ts";
import { all, type Choice, list, map, oneOf, unlessOnceIn, weighted } from "./choice.ts";
import { findCounterExample } from "./counter-example.ts";
import { ConformanceFailure, LeftOut, outcomeOf, show, showError } from "./failure.ts";
import { filterChoice, type MakeRow, type OverRows, rowChoice, sortChoice } from "./generate.ts";
import type { Subject } from "./subject.ts";

/** A query that a differential case compares with the reference. */
interface Query {
  readonly filter: Filter<AttributePath> | undefined;
  readonly sort: Sort | undefined;
  /** Size of the pages in which the result is read. */
  readonly count: number;
  readonly paging: "index" | "cursor";
}

/** Rows of one resource type as storage must see them, computed attributes included. */
interface World {
  readonly type: string;
  readonly rows: readonly StoredResource[];
}

/** How the resources of each type are made, by the name of the type. */
type Plan = ReadonlyMap<string, readonly MakeRow[]>;

/**
 * Creates resources of every type: first those that references may name, then those that hold them. Gives what is wrong where
 * one is refused.
 */
async function fill(subject: Subject, plan: Plan): Promise<readonly World[] | string> {
  const { resourceTypes, token } = subject;
  const stored = new Map<string, StoredResource[]>();
  const targets = new Map<string, string[]>();
  // Types that others name come first, so that references have something to name.
  const rank = (name: string): number =>
    resourceTypes.filter((type) => type.references.some((reference) => reference.resourceTypes.includes(name))).length;
  const order = [...resourceTypes].sort((left, right) => rank(right.name) - rank(left.name));
  for (const type of order) {
    const own: StoredResource[] = [];
    const ids: string[] = [];
    stored.set(type.name, own);
    targets.set(type.name, ids);
    for (const [index, make] of (plan.get(type.name) ?? []).entries()) {
      const attributes = make(`${token}.${index}.`, targets);
      const { value, error } = await outcomeOf(subject.create(type.name, attributes));
      if (value === undefined) return `create of the ${type.name} ${show(attributes)} throws ${showError(error)}`;
      const { id, meta } = value;
      own.push({ ...attributes, schemas: [], id, meta });
      ids.push(id);
    }
  }
  return worldsOf(subject, stored);
}

function worldsOf(subject: Subject, stored: ReadonlyMap<string, readonly StoredResource[]>): readonly World[] {
  return subject.resourceTypes.map((type) => ({
    type: type.name,
    rows: (stored.get(type.name) ?? []).map((row) => {
      const seen: Record<string, unknown> = { ...row };
      for (const inverse of type.inverses) {
        const groups = (stored.get(inverse.inverseOf?.resourceType ?? "") ?? []).filter((holder) =>
          holds(subject, inverse.inverseOf, holder, row.id),
        );
        const elements = groups.map((group) => ({
          value: group.id,
          ...(inverse.sub("display") === undefined || typeof group.displayName !== "string"
            ? {}
            : { display: group.displayName }),
          ...(inverse.sub("type") === undefined ? {} : { type: "direct" }),
        }));
        if (elements.length > 0) writeAttribute(seen, inverse, elements);
      }
      return seen as unknown as StoredResource;
    }),
  }));
}

function holds(
  subject: Subject,
  inverse: { readonly resourceType: string; readonly attribute: string } | undefined,
  holder: ResourceObject,
  id: string,
): boolean {
  const attribute =
    inverse && subject.resourceTypes.find(({ name }) => name === inverse.resourceType)?.attribute(inverse.attribute);
  const elements = attribute === undefined ? [] : readAttribute(holder, attribute);
  return Array.isArray(elements) && elements.some((element: ResourceObject) => element.value === id);
}

/** Chooses a query over the resources of one type. */
function queryChoice(subject: Subject, type: CompiledResourceType, paging: Query["paging"]): Choice<OverRows<Query>> {
  const { capabilities } = subject;
  const none = oneOf([undefined]);
  // Which of several elements comes first is nothing that a query tells of a list without order.
  const ordered = (sort: Sort | undefined): Sort | undefined =>
    sort !== undefined && capabilities.unordered?.includes(`${type.name}.${sort.path.attribute.path}`) === true
      ? undefined
      : sort;
  return map(
    all(
      capabilities.filter !== true ? none : unlessOnceIn(8, filterChoice(type)),
      capabilities.sort !== true ? none : map(sortChoice(type), ordered),
      oneOf([1000, 1, 2, 3, 7]),
    ),
    ([filter, sort, count]) =>
      (rows) => ({ filter: filter?.(rows), sort, count, paging }),
  );
}

/** What is compared in one go: resources of every type, and queries, each over those of one type. */
interface Trial {
  readonly plan: Plan;
  readonly queries: readonly { readonly type: string; readonly make: OverRows<Query> }[];
}

function trialChoice(subject: Subject, paging: Query["paging"]): Choice<Trial> {
  const { resourceTypes } = subject;
  const rows = resourceTypes.map((type) =>
    map(list(rowChoice(type), 0, MOST_ROWS), (makers) => [type.name, makers] as const),
  );
  const query = weighted(
    ...resourceTypes.map((type) => {
      const own = map(queryChoice(subject, type, paging), (make) => ({ type: type.name, make }));
      return [1, own] as const;
    }),
  );
  return map(all(all(...rows), list(query, 1, MOST_QUERIES)), ([rows, queries]) => ({ plan: new Map(rows), queries }));
}

/** What is wrong with the adapter's answer to a query; undefined where it is what the reference gives. */
async function difference(subject: Subject, world: World, query: Query): Promise<string | undefined> {
  const matches = query.filter === undefined ? () => true : predicateOf(query.filter);
  const expected = world.rows.filter(matches);
  if (query.sort !== undefined) expected.sort(compareBy(query.sort));
  const ids = expected.map(({ id }) => id);
  const read =
    query.paging === "index"
      ? await readByIndex(subject, world.type, query, ids.length)
      : await readByCursor(subject, world.type, query, ids.length);
  if (read.problem !== undefined) return read.problem;
  const found = query.sort === undefined ? [...read.ids].sort() : read.ids;
  const wanted = query.sort === undefined ? [...ids].sort() : ids;
  if (isSame(found, wanted)) return undefined;
  const missing = wanted.filter((id) => !found.includes(id));
  const extra = found.filter((id) => !wanted.includes(id));
  const rowOf = (id: string | undefined): string => show(world.rows.find((row) => row.id === id));
  if (missing.length > 0)
    return `it misses ${missing.length} of ${wanted.length} matching resources, such as ${rowOf(missing[0])}`;
  if (extra.length > 0) return `it gives ${extra.length} resources that do not match, such as ${rowOf(extra[0])}`;
  if (found.length !== wanted.length) return "it gives a resource twice in one walk";
  const at = found.findIndex((id, index) => id !== wanted[index]);
  return `its order is wrong at position ${at + 1}: ${rowOf(found[at])} stands where ${rowOf(wanted[at])} belongs`;
}

interface Walk {
  readonly ids: readonly string[];
  readonly problem?: string;
}

async function readByIndex(subject: Subject, type: string, query: Query, total: number): Promise<Walk> {
  const ids: string[] = [];
  for (let startIndex = 1; startIndex <= total + 1; startIndex += query.count) {
    const result = await subject.query(type, { ...query, page: { startIndex, count: query.count } });
    if (result.totalResults !== total)
      return { ids, problem: `its totalResults is ${result.totalResults} where ${total} resources match` };
    const due = Math.max(0, Math.min(query.count, total - startIndex + 1));
    if (result.resources.length !== due)
      return {
        ids,
        problem: `its page from ${startIndex} with count ${query.count} has ${result.resources.length} resources instead of ${due}, of ${total} in all`,
      };
    ids.push(...result.resources.map(({ id }) => id));
  }
  return { ids };
}

async function readByCursor(subject: Subject, type: string, query: Query, total: number): Promise<Walk> {
  const ids: string[] = [];
  let cursor: string | undefined;
  let previous: { readonly cursor: string | undefined; readonly ids: readonly string[] } | undefined;
  for (let pages = 0; pages <= total + 1; pages++) {
    const result = await subject.query(type, { ...query, page: { cursor, count: query.count } });
    const own = result.resources.map(({ id }) => id);
    if (own.length > query.count)
      return { ids, problem: `a cursor page has ${own.length} resources where count is ${query.count}` };
    if (result.totalResults !== undefined && result.totalResults !== total)
      return { ids, problem: `its totalResults is ${result.totalResults} where ${total} resources match` };
    if (previous !== undefined && result.previousCursor !== undefined) {
      const back = await subject.query(type, { ...query, page: { cursor: result.previousCursor, count: query.count } });
      const there = back.resources.map(({ id }) => id);
      if (!isSame(there, previous.ids))
        return {
          ids,
          problem: `its previousCursor leads to ${show(there)} instead of the page before, ${show(previous.ids)}`,
        };
    }
    ids.push(...own);
    if (result.nextCursor === undefined) return { ids };
    previous = { cursor, ids: own };
    cursor = result.nextCursor;
  }
  return { ids, problem: "its cursors never come to an end" };
}

/** Resources of a type that a trial has at most, and queries: twice as many as it has on average. */
const MOST_ROWS = 40;
const MOST_QUERIES = 100;

/**
 * Compares `runs` random queries with the reference, in trials that each have resources of their own.
 * @param path goes straight to what a failure named.
 * @throws {ConformanceFailure} with a counter-example, shrunk where fast-check is installed.
 */
export async function compareRandomly(
  subject: Subject,
  runs: number,
  paging: Query["paging"],
  path: string | undefined,
): Promise<void> {
  const seed = subject.random.below(2 ** 31);
  const own = path?.startsWith(`${paging}:`) === true ? path.slice(paging.length + 1) : undefined;
  let left = runs;
  let isFound = false;
  const found = await findCounterExample(
    trialChoice(subject, paging),
    // More trials than are needed, however few queries they have; those that are not needed are not run.
    { seed, runs: 10 + Math.ceil((4 * runs) / MOST_QUERIES), path: own },
    async (trial) => {
      if (left <= 0 && !isFound) return undefined;
      left -= trial.queries.length;
      const problem = await problemOf(subject, trial);
      isFound ||= problem !== undefined;
      return problem;
    },
  );
  if (found === undefined) return;
  const how =
    found.path === undefined
      ? "Where fast-check is installed, the kit shrinks the counter-example"
      : `Shrunk by fast-check; it is at path "${paging}:${found.path}"`;
  throw new ConformanceFailure(
    `queries over any resources must give what the reference predicate and order give, but ${found.problem}. ${how}`,
  );
}

/** The first query of the trial that the adapter answers wrongly, with what is wrong with the answer. */
async function problemOf(subject: Subject, { plan, queries }: Trial): Promise<string | undefined> {
  const own = await subject.fresh();
  try {
    const worlds = await fill(own, plan);
    if (typeof worlds === "string") return worlds;
    for (const { type, make } of queries) {
      const world = worlds.find((candidate) => candidate.type === type);
      if (world === undefined) continue;
      const query = make(world.rows);
      const problem = await difference(own, world, query).catch((error) => {
        if (error instanceof LeftOut) throw error;
        return `it throws ${showError(error)}`;
      });
      if (problem !== undefined) return `for ${describe(query)}, over ${count(worlds)}, ${problem}`;
    }
    return undefined;
  } finally {
    await own.release();
  }
}

function count(worlds: readonly World[]): string {
  const counts = worlds.filter(({ rows }) => rows.length > 0).map(({ type, rows }) => `${rows.length} ${type}`);
  return counts.length === 0 ? "no resource" : counts.join(" and ");
}
function describe({ filter, sort, count, paging }: Query): string {
  const parts = [
    filter === undefined ? "without filter" : `filter ${printFilter(filter, (path) => path.text)}`,
    sort === undefined ? "without sort" : `sorted by ${sort.path.text} ${sort.descending ? "descending" : "ascending"}`,
    `${paging} pages of ${count}`,
  ];
  return parts.join(", ");
}
