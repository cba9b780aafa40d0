import fc from "fast-check";
import { CompiledQuery } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Filter } from "../../../../src/filter/ast.ts";
import { printFilter } from "../../../../src/filter/index.ts";
import type { AttributeLiteral, AttributePath } from "../../../../src/schema/attribute.ts";
import { schemasOf } from "../../../../src/schema/canonical.ts";
import { fitResource as fitted } from "../../../../src/schema/fit.ts";
import {
  type CompiledResourceType,
  compileResourceType,
  defineResourceType,
} from "../../../../src/schema/resource-type.ts";
import { defineSchema } from "../../../../src/schema/schema.ts";
import { type QueryRequest, SELECT_ALL, type StorageAdapter } from "../../../../src/storage/adapter.ts";
import { memoryStorage } from "../../../../src/storage/memory/index.ts";
import { sqlStorage } from "../../../../src/storage/sql/index.ts";
import { pickSeed, pickSize } from "../../../support/size.ts";
import { type Engine, hasPostgres, pgliteEngine, postgresEngine, sqliteEngine } from "../engines.ts";
import { resolvedFilters, sortPaths } from "../filters.ts";

const engines = (): readonly Engine[] => [
  sqliteEngine("SQLite in memory"),
  pgliteEngine(),
  ...(hasPostgres ? [postgresEngine()] : []),
];
const AT = "2026-01-01T00:00:00Z";
const SEED = pickSeed();
const QUERIES = pickSize("random queries over rows of two schemas", { everyday: 40, thorough: 200 });
const NOTHING = { includes: () => false };

type Attributes = { readonly [name: string]: AttributeLiteral };

const typeOf = (attributes: Attributes) =>
  defineResourceType({
    name: "Thing",
    schema: defineSchema({ id: "urn:example:params:scim:schemas:Thing", name: "Thing", attributes }),
  });
const parts = { value: {}, type: {}, primary: { type: "boolean" } } as const;
const list = { type: "complex", multiValued: true } as const;

/** What each attribute was, and is. */
const BEFORE: Attributes = {
  same: {},
  exact: {},
  loose: { caseExact: true },
  number: {},
  text: { type: "integer" },
  moment: {},
  flag: {},
  code: {},
  several: {},
  one: { multiValued: true },
  box: { type: "complex", subAttributes: { value: {}, size: {} } },
  boxes: { type: "complex", subAttributes: { value: {}, size: {} } },
  parts: { ...list, subAttributes: parts },
  rows: { ...list, subAttributes: parts },
  held: { ...list, scimkit: { collection: true }, subAttributes: parts },
  tags: { multiValued: true },
};
const AFTER: Attributes = {
  same: {},
  exact: { caseExact: true },
  loose: {},
  number: { type: "integer" },
  text: {},
  moment: { type: "dateTime" },
  flag: { type: "boolean" },
  code: { uniqueness: "server" },
  several: { multiValued: true },
  one: {},
  box: { type: "complex", subAttributes: { value: {}, size: { type: "integer" } } },
  boxes: { ...list, subAttributes: { value: {}, size: {} } },
  parts: { ...list, subAttributes: { ...parts, added: {} } },
  rows: { ...list, scimkit: { collection: true }, subAttributes: parts },
  held: { ...list, subAttributes: parts },
  tags: { ...list, subAttributes: { value: {} } },
  added: {},
};
const definitions = { before: typeOf(BEFORE), after: typeOf(AFTER) };
const before = compileResourceType(definitions.before);
const after = compileResourceType(definitions.after);

const TEXTS = ["a", "A", "b", "ab", "Ab c", "é", "0", "42", "-7", "true", "False", "x", "", "2026-01-01T00:00:00Z"];
const text = fc.constantFrom(...TEXTS);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const record = (shape: Record<string, fc.Arbitrary<unknown>>) =>
  fc
    .record(Object.fromEntries(Object.entries(shape).map(([name, value]) => [name, optional(value)])))
    .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>);
const some = (shape: Record<string, fc.Arbitrary<unknown>>) =>
  record(shape).filter((one) => Object.keys(one).length > 0);
const element = fc.record({ value: text, type: fc.constantFrom("work", "Home") });
/** Elements of a collection: told apart by what they are compared by. */
const elements = fc.uniqueArray(element, { minLength: 1, maxLength: 3, selector: ({ value }) => value.toLowerCase() });

/** What the release before writes; `added` and `parts.added` were written by one that its own came after. */
const old = record({
  same: text,
  exact: text,
  loose: text,
  number: text,
  text: fc.constantFrom(0, 1, 42, -7),
  moment: text,
  flag: text,
  several: text,
  one: fc.array(text, { minLength: 1, maxLength: 2 }),
  box: some({ value: text, size: text }),
  boxes: some({ value: text, size: text }),
  parts: fc.uniqueArray(some({ value: text, type: text, added: text }), {
    minLength: 1,
    maxLength: 2,
    selector: ({ value }) => value,
  }),
  rows: elements,
  held: elements,
  tags: fc.uniqueArray(text, { minLength: 1, maxLength: 2 }),
  added: fc.constantFrom("a", "Added"),
});

/** Makes of rows what they were before rows had marks. */
async function unmark({ db, tables }: Awaited<ReturnType<Engine["open"]>>, isPostgres: boolean): Promise<void> {
  const table = (name: string) =>
    `${tables.schema === undefined ? "" : `"${tables.schema}".`}"${tables.prefix}${name}"`;
  const keys = isPostgres ? `keys - '@shape'` : `jsonb_remove(keys, '$."@shape"')`;
  for (const statement of [
    `UPDATE ${table("resource")} SET keys = ${keys}`,
    `DELETE FROM ${table("shape_use")}`,
    `DELETE FROM ${table("shape")}`,
    `INSERT INTO ${table("shape_use")} (tenant, type, fingerprint, state) SELECT DISTINCT tenant, type, '', 2 FROM ${table("resource")}`,
  ])
    await db.executeQuery(CompiledQuery.raw(statement));
}

const common = { secrets: {}, select: SELECT_ALL, at: AT, checkReferences: {}, notify() {} };
const resourceOf = (resourceType: CompiledResourceType, id: string, attributes: object) => ({
  ...attributes,
  schemas: schemasOf(resourceType, { ...attributes }),
  id,
  meta: { resourceType: resourceType.name, created: AT, lastModified: AT },
});
const create = (storage: StorageAdapter, resourceType: CompiledResourceType, id: string, attributes: object) =>
  storage.create({ ...common, resourceType, resource: resourceOf(resourceType, id, attributes) }, {});

const values = {
  texts: TEXTS,
  dates: ["2026-01-01T00:00:00Z", "2025-12-31T23:00:00-01:00"],
  numbers: [0, 42],
  integers: [0, 1, 42, -7],
  urls: [],
  bits: [],
};

for (const engine of engines())
  describe(engine.name, () => {
    const memory = memoryStorage();
    let storage: StorageAdapter;

    beforeAll(async () => {
      const options = {
        resourceTypes: [definitions.after],
        indexed: ["same", "exact", "number", "code", "several", "boxes.value", "parts.value", "tags.value"],
      };
      const opened = await engine.open(options);
      storage = opened.storage;
      const rows = fc.sample(old, { seed: SEED, numRuns: 60 });
      for (const [index, row] of rows.entries()) {
        // A third each: from before rows had marks, of the release before, and of the one after.
        if (index === 20) {
          await unmark(opened, engine.isPostgres);
          const upgraded = sqlStorage({
            db: opened.db,
            ...(opened.tables.schema === undefined ? {} : { schema: opened.tables.schema }),
            ...options,
          });
          await upgraded.prepare();
          storage = upgraded;
        }
        const id = `t${String(index).padStart(3, "0")}`;
        const attributes = { ...row, code: `Code ${index}` };
        const { resource } = fitted(after, resourceOf(after, id, attributes));
        await create(memory, after, id, resource);
        await create(storage, index < 40 ? before : after, id, index < 40 ? attributes : resource);
      }
    });
    afterAll(() => engine.close());

    test("every resource is read as the schema declares it now, one by one and in a list", async () => {
      const { resources } = await memory.query(
        { resourceType: after, page: { startIndex: 1, count: 100 }, select: SELECT_ALL },
        {},
      );
      const listed = await storage.query(
        { resourceType: after, page: { startIndex: 1, count: 100 }, select: SELECT_ALL },
        {},
      );
      expect(listed.resources).toHaveLength(60);
      for (const [index, expected] of resources.entries()) {
        const one = await storage.get({ resourceType: after, id: expected.id, select: SELECT_ALL }, {});
        for (const found of [one, listed.resources[index]])
          expect(comparable(fitted(after, found ?? expect.fail()).resource)).toEqual(comparable(expected));
      }
    });

    test("filters, sorts, pages and walks find the same as over resources that were written under the schema", async () => {
      // What a collection begins with is not said, and so neither of an attribute that was one.
      const sorts = sortPaths(after).filter(({ attribute }) => attribute.name !== "held");
      const query = fc.record({
        filter: resolvedFilters(after, values),
        sort: fc.option(fc.record({ path: fc.constantFrom(...sorts), descending: fc.boolean() }), {
          nil: undefined,
        }),
        count: fc.constantFrom(0, 1, 7, 100),
        startIndex: fc.constantFrom(1, 1, 3),
        isWalk: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(query, async ({ filter, sort, count, startIndex, isWalk }) => {
          const request = { resourceType: after, filter, sort, select: NOTHING };
          const ask = (adapter: StorageAdapter) =>
            isWalk && count > 0
              ? walk(adapter, request, count)
              : ids(adapter, { ...request, page: { startIndex, count } });
          expect(await ask(storage), described(filter, sort?.path)).toEqual(await ask(memory));
        }),
        { numRuns: QUERIES, seed: SEED },
      );
    });
  });

async function ids(adapter: StorageAdapter, request: QueryRequest) {
  const { resources, totalResults } = await adapter.query(request, {});
  return { ids: resources.map(({ id }) => id), totalResults };
}

async function walk(adapter: StorageAdapter, request: Omit<QueryRequest, "page">, count: number) {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await adapter.query({ ...request, page: { cursor, count } }, {});
    found.push(...page.resources.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== undefined && found.length < 100);
  return found;
}

/** A resource without its version; the elements of a collection have no order. */
function comparable({ meta, ...resource }: Readonly<Record<string, unknown>>) {
  const sorted = (value: unknown) =>
    Array.isArray(value) ? value.map((one) => JSON.stringify(one, Object.keys(Object(one)).sort())).sort() : value;
  return { ...resource, rows: sorted(resource.rows), held: sorted(resource.held) };
}

function described(filter: Filter<AttributePath> | undefined, sort: AttributePath | undefined): string {
  return `${filter === undefined ? "all" : printFilter(named(filter))} sorted by ${sort?.text}`;
}

function named(filter: Filter<AttributePath>): Filter {
  if (filter.type === "and" || filter.type === "or") return { ...filter, filters: filter.filters.map(named) };
  if (filter.type === "not") return { ...filter, filter: named(filter.filter) };
  if (filter.type === "element") return { ...filter, path: filter.path.text, filter: named(filter.filter) };
  return { ...filter, path: filter.path.text };
}
