import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fitResource } from "../../../../src/schema/fit.ts";
import { SELECT_ALL, type StorageAdapter, type StoredResource } from "../../../../src/storage/adapter.ts";
import { queryByScan } from "../../../../src/storage/scan.ts";
import { pickSeed, pickSize } from "../../../support/size.ts";
import { someEngines } from "../engines.ts";
import { resolvedFilters, sortPaths } from "../filters.ts";
import { tablesOf } from "./releases.ts";
import { operands, Thing, texts } from "./things.ts";

const QUERIES = pickSize("random queries over values that do not fit", { everyday: 80, thorough: 200 });
const SEED = pickSeed();
const AT = "2026-01-01T00:00:00Z";
const THINGS = 150;

/** Values of every kind, whatever an attribute is declared to be. */
const scalar = fc.constantFrom<unknown>(
  null,
  true,
  false,
  "true",
  "FALSE",
  "",
  0,
  1,
  10,
  -1,
  0.1,
  1.5,
  "10",
  "0.1",
  "abc",
  "é",
  "ab",
  "2026-01-01T00:00:00Z",
  "2026-02-30T00:00:00Z",
  "2025-12-31T23:00:00-01:00",
  "2026-01-01T00:00:00.5",
  "2026-01-01",
  "YQ==",
  "Y!",
);
const flat = fc.oneof(
  { weight: 6, arbitrary: scalar },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.constantFrom("value", "type", "count", "depth", "primary", "gone"), scalar),
  },
);
const whatever = fc.oneof({ weight: 3, arbitrary: flat }, { weight: 1, arbitrary: fc.array(flat, { maxLength: 3 }) });
const complex = fc.dictionary(
  fc.constantFrom("value", "type", "count", "depth", "marks", "primary", "gone"),
  fc.oneof({ weight: 3, arbitrary: scalar }, { weight: 1, arbitrary: fc.array(scalar, { maxLength: 2 }) }),
);
const fitting: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  box: complex,
  parts: fc.array(complex, { maxLength: 3 }),
  tags: fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 2 }),
  sizes: fc.array(fc.constantFrom(...operands.numbers), { minLength: 1, maxLength: 2 }),
};
const names = Thing.content.map(({ name }) => name);
const stored = fc.record(
  Object.fromEntries(
    [...names, "unheard"].map((name) => [
      name,
      fc.oneof({ weight: 2, arbitrary: whatever }, { weight: 1, arbitrary: fitting[name] ?? whatever }),
    ]),
  ),
  { requiredKeys: [] },
);

/** Names attributes by their paths, for messages. */
function named(key: string, value: unknown): unknown {
  return key === "path" ? (value as { text: string }).text : key === "resourceType" ? undefined : value;
}

const engines = someEngines();
afterAll(async () => {
  for (const engine of engines) await engine.close();
});

for (const engine of engines)
  describe(`${engine.name}: values in the rest that are of another shape than is declared`, () => {
    let storage: StorageAdapter;
    let all: StoredResource[];
    beforeAll(async () => {
      const tables = await tablesOf(engine, (isPostgres) => [
        `CREATE TABLE @things (id text PRIMARY KEY, version integer NOT NULL, created_at text, updated_at text, rest ${isPostgres ? "jsonb" : "text"})`,
      ]);
      storage = tables.storage({
        resourceTypes: [Thing.definition],
        types: { Thing: { table: "things", id: "id", columns: {}, rest: "rest" } },
      });
      for (const [index, rest] of fc.sample(stored, { seed: SEED, numRuns: THINGS }).entries())
        await tables.run("INSERT INTO @things VALUES (?, 1, ?, ?, ?)", [
          `t${String(index).padStart(3, "0")}`,
          AT,
          AT,
          JSON.stringify(rest),
        ]);
      const page = { startIndex: 1, count: THINGS + 1 };
      const { resources } = await storage.query({ resourceType: Thing, page, select: SELECT_ALL }, {});
      all = resources.map((resource) => fitResource(Thing, resource).resource);
      expect(all.length).toBe(THINGS);
    });

    test("filters, sorts and pages find what the fitted values say", async () => {
      const query = fc.record({
        filter: resolvedFilters(Thing, operands),
        sort: fc.option(fc.record({ path: fc.constantFrom(...sortPaths(Thing)), descending: fc.boolean() }), {
          nil: undefined,
        }),
        startIndex: fc.constantFrom(1, 1, 2, 30),
        count: fc.constantFrom(0, 3, 20, 1000),
      });
      await fc.assert(
        fc.asyncProperty(query, async ({ filter, sort, startIndex, count }) => {
          const request = { resourceType: Thing, filter, sort, page: { startIndex, count }, select: SELECT_ALL };
          const ids = ({ resources, totalResults }: Awaited<ReturnType<typeof queryByScan>>) => ({
            totalResults,
            ids: resources.map(({ id }) => id),
          });
          expect(ids(await storage.query(request, {})), JSON.stringify(request, named)).toEqual(
            ids(await queryByScan(all, request)),
          );
        }),
        { numRuns: QUERIES, seed: SEED },
      );
    });

    test("a walk by cursor, there and back, meets what the fitted values say, each once", async () => {
      await fc.assert(
        fc.asyncProperty(resolvedFilters(Thing, operands), fc.constantFrom(2, 7), async (filter, count) => {
          const request = { resourceType: Thing, filter, select: SELECT_ALL };
          const expected = await queryByScan(all, { ...request, page: { startIndex: 1, count: 1000 } });
          const seen: string[] = [];
          const pages: string[][] = [];
          let cursor: string | undefined;
          let back: string | undefined;
          do {
            const page = await storage.query({ ...request, page: { cursor, count } }, {});
            pages.push(page.resources.map(({ id }) => id));
            seen.push(...page.resources.map(({ id }) => id));
            [cursor, back] = [page.nextCursor, page.previousCursor];
          } while (cursor !== undefined);
          expect(seen, JSON.stringify(filter, named)).toEqual(expected.resources.map(({ id }) => id));
          if (back === undefined) return;
          const page = await storage.query({ ...request, page: { cursor: back, count } }, {});
          expect(
            page.resources.map(({ id }) => id),
            JSON.stringify({ filter, pages, back }, named),
          ).toEqual(pages.at(-2)?.slice(-count) ?? []);
        }),
        { numRuns: Math.ceil(QUERIES / 4), seed: SEED },
      );
    });
  });
