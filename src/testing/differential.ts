import type { Filter } from "../filter/ast.ts";
import { compareBy } from "../filter/order.ts";
import { predicateOf } from "../filter/predicate.ts";
import { printFilter } from "../filter/print.ts";
import type { AttributePath } from "../schema/attribute.ts";
import { isSame, type ResourceObject, readAttribute, writeAttribute } from "../schema/value.ts";
import type { Sort, StoredResource } from "../storage/adapter.ts";
import { ConformanceFailure, show } from "./failure.ts";
import { randomAttributes, randomFilter, randomSort, type Targets } from "./generate.ts";
import type { Subject } from "./subject.ts";

/** A query that a differential case compares with the reference. */
export interface Query {
  readonly filter: Filter<AttributePath> | undefined;
  readonly sort: Sort | undefined;
  /** Size of the pages in which the result is read. */
  readonly count: number;
  readonly paging: "index" | "cursor";
}

/** Rows of one resource type as storage must see them, computed attributes included. */
export interface World {
  readonly type: string;
  readonly rows: readonly StoredResource[];
}

/** Creates random resources of every type: first those that references may name, then those that hold them. */
export async function fill(subject: Subject, rowsOfType: number): Promise<readonly World[]> {
  const { random, resourceTypes, token } = subject;
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
    for (let index = 0; index < rowsOfType; index++) {
      const attributes = randomAttributes(type, random, `${token}.${index}.`, limited(targets));
      const { id, meta } = await subject.create(type.name, attributes);
      own.push({ ...attributes, schemas: [], id, meta });
      ids.push(id);
    }
  }
  return worldsOf(subject, stored);
}

/** References name one of few, so that they meet. */
function limited(targets: ReadonlyMap<string, readonly string[]>): Targets {
  return new Map([...targets].map(([name, ids]) => [name, ids.slice(0, 5)]));
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

/** A random query over a world. */
export function randomQuery(subject: Subject, world: World, paging: Query["paging"]): Query {
  const { random, capabilities } = subject;
  const type = subject.type(world.type);
  return {
    filter: capabilities.filter === false || random.oneIn(8) ? undefined : randomFilter(type, world.rows, random),
    sort: capabilities.sort === false ? undefined : randomSort(type, random),
    count: random.pick([1, 2, 3, 7, 1000]),
    paging,
  };
}

/** What is wrong with the adapter's answer to a query; undefined where it is what the reference gives. */
export async function difference(subject: Subject, world: World, query: Query): Promise<string | undefined> {
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

/** Compares `runs` random queries with the reference, in worlds of 24 resources a type. */
export async function compareRandomly(subject: Subject, runs: number, paging: Query["paging"]): Promise<void> {
  const PER_WORLD = 100;
  for (let done = 0; done < runs; done += PER_WORLD) {
    const own = done === 0 ? subject : await subject.fresh();
    const worlds = (await fill(own, 24)).filter(({ rows }) => rows.length > 0);
    for (let run = 0; run < Math.min(PER_WORLD, runs - done); run++) {
      const world = own.random.pick(worlds);
      const query = randomQuery(own, world, paging);
      if ((await difference(own, world, query)) === undefined) continue;
      const least = await shrink(own, world, query);
      throw new ConformanceFailure(
        `query must give what the reference predicate and order give, but for ${world.type} ${describe(least)} ${await difference(own, world, least)}.`,
      );
    }
  }
}

function describe({ filter, sort, count, paging }: Query): string {
  const parts = [
    filter === undefined ? "without filter" : `filter ${printFilter(filter, (path) => path.text)}`,
    sort === undefined ? "without sort" : `sorted by ${sort.path.text} ${sort.descending ? "descending" : "ascending"}`,
    `${paging} pages of ${count}`,
  ];
  return parts.join(", ");
}

/** The simplest query that still gives a wrong answer: every step leaves something out. */
async function shrink(subject: Subject, world: World, query: Query): Promise<Query> {
  for (const simpler of simplerQueries(query)) {
    const isWrong = await difference(subject, world, simpler).then(
      (found) => found !== undefined,
      () => false,
    );
    if (isWrong) return shrink(subject, world, simpler);
  }
  return query;
}

function* simplerQueries(query: Query): Generator<Query> {
  if (query.filter !== undefined) yield { ...query, filter: undefined };
  if (query.sort !== undefined) yield { ...query, sort: undefined };
  if (query.count !== 1000) yield { ...query, count: 1000 };
  if (query.sort?.descending) yield { ...query, sort: { ...query.sort, descending: false } };
  if (query.filter !== undefined) for (const filter of simplerFilters(query.filter)) yield { ...query, filter };
}

/** Filters with one part less. */
function* simplerFilters(filter: Filter<AttributePath>): Generator<Filter<AttributePath>> {
  if (filter.type === "and" || filter.type === "or") {
    yield* filter.filters;
    for (const [index, part] of filter.filters.entries()) {
      const others = filter.filters.filter((_, at) => at !== index);
      if (others.length > 1) yield { ...filter, filters: others };
      for (const simpler of simplerFilters(part)) yield { ...filter, filters: filter.filters.with(index, simpler) };
    }
  } else if (filter.type === "not") {
    yield filter.filter;
    for (const simpler of simplerFilters(filter.filter)) yield { type: "not", filter: simpler };
  } else if (filter.type === "element") {
    for (const simpler of simplerFilters(filter.filter)) yield { ...filter, filter: simpler };
  } else if (filter.type === "compare" && typeof filter.value === "string" && filter.value.length > 1) {
    yield { ...filter, value: [...filter.value].slice(0, -1).join("") };
  }
}
