import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Filter } from "../../../src/filter/ast.ts";
import { printFilter } from "../../../src/filter/index.ts";
import type { AttributePath } from "../../../src/schema/attribute.ts";
import { schemasOf } from "../../../src/schema/canonical.ts";
import { EnterpriseUserSchema } from "../../../src/schema/core/enterprise-user.ts";
import { Group as GroupDefinition } from "../../../src/schema/core/group.ts";
import { User as UserDefinition } from "../../../src/schema/core/user.ts";
import {
  type CompiledResourceType,
  compileResourceType,
  defineResourceType,
} from "../../../src/schema/resource-type.ts";
import { defineSchema } from "../../../src/schema/schema.ts";
import { type QueryRequest, SELECT_ALL, type Sort, type StorageAdapter } from "../../../src/storage/adapter.ts";
import { memoryStorage } from "../../../src/storage/memory/index.ts";
import { pickSeed, pickSize } from "../../support/size.ts";
import { driverEngines } from "./engines/drivers.ts";
import { mariadbEngines } from "./engines/mariadb.ts";
import { someEngines } from "./engines.ts";
import { resolvedFilters, sortPaths } from "./filters.ts";

const User = compileResourceType(UserDefinition.extend(EnterpriseUserSchema));
const Group = compileResourceType(GroupDefinition);
/** Every type of value, in every place that a value can have. */
const Thing = compileResourceType(
  defineResourceType({
    name: "Thing",
    schema: defineSchema({
      id: "urn:example:params:scim:schemas:Thing",
      name: "Thing",
      attributes: {
        label: {},
        exact: { caseExact: true, uniqueness: "server" },
        size: { type: "integer" },
        weight: { type: "decimal" },
        bought: { type: "dateTime" },
        isOn: { type: "boolean" },
        bits: { type: "binary" },
        page: { type: "reference", referenceTypes: ["external"] },
        tags: { multiValued: true },
        sizes: { type: "decimal", multiValued: true },
        box: {
          type: "complex",
          subAttributes: { value: {}, depth: { type: "decimal" }, marks: { multiValued: true } },
        },
        parts: {
          type: "complex",
          multiValued: true,
          subAttributes: {
            value: {},
            type: { caseExact: true },
            count: { type: "integer" },
            marks: { multiValued: true },
            primary: { type: "boolean" },
          },
        },
        pieces: {
          type: "complex",
          multiValued: true,
          scimkit: { collection: true },
          subAttributes: { value: {}, weight: { type: "decimal" }, primary: { type: "boolean" } },
        },
      },
    }),
  }),
);

const AT = "2026-01-01T00:00:00Z";
const QUERIES = pickSize("random queries", { everyday: 300, thorough: 20_000 });
/** How many are asked at once. */
const ATONCE = 8;
const SELECT_NONE = { includes: () => false };
const SEED = pickSeed();

/** Texts that databases get wrong: case, width, composition, wildcards, quotes, characters beyond the first plane. */
const TEXTS = [
  "",
  "a",
  "A",
  "ab",
  "aB c",
  "abc",
  "Abc",
  "b",
  "é",
  "e\u0301",
  "É",
  "ß",
  "SS",
  "İ",
  "ı",
  "ſ",
  "\u212a",
  "k",
  "%",
  "_",
  "a%c",
  "a_c",
  "\\",
  "'",
  '"',
  "'; --",
  "\ud83d\ude00",
  "\uff21",
  "\uffff",
  "z",
  "Z",
  "~",
  " a",
  "a ",
  "\t",
  "0",
  "10",
  "9",
  "null",
  "true",
  "Σας",
  "σασ",
];
const DATES = [
  "2026-01-01T00:00:00Z",
  "2025-12-31T23:00:00-01:00",
  "2026-01-01T00:00:00.5Z",
  "2026-01-01T00:00:00.50Z",
  "0001-01-01T00:00:00Z",
];
const NUMBERS = [0, -0, 1, -1, 9, 10, 0.1, 0.30000000000000004, 0.3, -2.5, 1e21, -1e21, 5e-324, 1.7976931348623157e308];
const INTEGERS = [0, 1, -1, 9, 10, 100, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER];
const URLS = [
  "https://example.com/a",
  "https://EXAMPLE.com/a",
  "https://example.com/a%2fb",
  "https://example.com/a%2Fb",
  "relative",
];
const BITS = ["YQ==", "YQ", "Yg==", "YWI="];
const values = { texts: TEXTS, dates: DATES, numbers: NUMBERS, integers: INTEGERS, urls: URLS, bits: BITS };

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
const text = fc.constantFrom(...TEXTS);
const list = <T>(value: fc.Arbitrary<T>) => optional(fc.array(value, { minLength: 1, maxLength: 3 }));
const element = (shape: Record<string, fc.Arbitrary<unknown>>) =>
  fc.record(Object.fromEntries(Object.entries(shape).map(([name, value]) => [name, optional(value)]))).map(without);
const elements = (shape: Record<string, fc.Arbitrary<unknown>>) =>
  list(element(shape).filter((one) => Object.keys(one).length > 0)).map((found) => found && onePrimary(found));

/** At most one element is primary, as the core sees to [S-2.4-03]. */
function onePrimary(found: readonly Record<string, unknown>[]): readonly Record<string, unknown>[] {
  const first = found.findIndex(({ primary }) => primary === true);
  return found.map((one, index) => (one.primary === true && index !== first ? { ...one, primary: false } : one));
}

function without(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));
}

const thing = element({
  label: text,
  size: fc.constantFrom(...INTEGERS),
  weight: fc.constantFrom(...NUMBERS),
  bought: fc.constantFrom(...DATES),
  isOn: fc.boolean(),
  bits: fc.constantFrom(...BITS),
  page: fc.constantFrom(...URLS),
  tags: list(text).map((found) => found ?? ["a"]),
  sizes: list(fc.constantFrom(...NUMBERS)).map((found) => found ?? [1]),
  box: element({
    value: text,
    depth: fc.constantFrom(...NUMBERS),
    marks: list(text).map((found) => found ?? ["b"]),
  }).filter((one) => Object.keys(one).length > 0),
  parts: elements({
    value: text,
    type: text,
    count: fc.constantFrom(...INTEGERS),
    marks: list(text).map((found) => found ?? ["c"]),
    primary: fc.boolean(),
  }).map((found) => found ?? [{ value: "a" }]),
  pieces: elements({
    value: text,
    weight: fc.constantFrom(...NUMBERS),
    primary: fc.boolean(),
  }).map((found) => found ?? [{ value: "a" }]),
});
const user = element({
  externalId: text,
  displayName: text,
  title: text,
  active: fc.boolean(),
  name: element({ givenName: text, familyName: text }).filter((one) => Object.keys(one).length > 0),
  emails: elements({ value: text, type: fc.constantFrom("work", "home", "Work"), primary: fc.boolean() }).map(
    (found) => found ?? [{ value: "x" }],
  ),
  [EnterpriseUserSchema.id]: element({
    department: text,
    manager: fc.constantFrom("u001", "u002", "nobody").map((value) => ({ value })),
  }).filter((one) => Object.keys(one).length > 0),
});
const group = element({
  displayName: text,
  members: fc
    .uniqueArray(fc.constantFrom("u001", "u002", "u003", "u004", "g001", "nobody", "\tnobody"), {
      minLength: 1,
      maxLength: 4,
    })
    .map((ids) => ids.map((value, index) => (index === 0 ? { value, display: "aB c" } : { value }))),
});

describe("the same queries over the same resources", () => {
  const memory = memoryStorage();
  // What drivers do to values shows in a few queries; the many are about what databases make of them.
  const engines = [...someEngines(), ...mariadbEngines(), ...(QUERIES > 1000 ? [] : driverEngines())];
  const adapters = new Map<string, StorageAdapter>([["memory", memory]]);
  const types: readonly (readonly [CompiledResourceType, string, fc.Arbitrary<Record<string, unknown>>, number])[] = [
    [User, "u", user, 60],
    [Group, "g", group, 20],
    [Thing, "t", thing, 120],
  ];

  beforeAll(async () => {
    for (const engine of engines) {
      const { storage } = await engine.open({
        resourceTypes: [UserDefinition.extend(EnterpriseUserSchema), GroupDefinition, Thing.definition],
        indexed: ["userName", "displayName", "emails.value", "label", "weight", "tags", "parts.value"],
        searchable: ["title", "emails.value", "label", "parts.value"],
      });
      adapters.set(engine.name, storage);
    }
    for (const [resourceType, prefix, shape, count] of types) {
      for (const [index, attributes] of fc.sample(shape, { seed: SEED, numRuns: count }).entries()) {
        // The order of ids is that of creation, which is what memory keeps to without a sort.
        const id = `${prefix}${String(index).padStart(3, "0")}`;
        const own = resourceType === User ? { userName: `${TEXTS[index % TEXTS.length] || "x"}${index >> 3}` } : {};
        const resource = {
          ...attributes,
          ...own,
          schemas: schemasOf(resourceType, attributes),
          id,
          meta: { resourceType: resourceType.name, created: AT, lastModified: DATES[index % DATES.length] as string },
        };
        const request = { resourceType, resource, secrets: {}, select: SELECT_ALL, at: AT, checkReferences: {} };
        const outcomes = new Set<string>();
        for (const [name, adapter] of adapters)
          outcomes.add(
            await adapter.create({ ...request, notify: () => {} }, {}).then(
              () => "stored",
              (error: { detail?: string }) => error.detail ?? `${name}: ${String(error)}`,
            ),
          );
        expect(outcomes.size, [...outcomes].join()).toBe(1);
      }
    }
  });
  afterAll(async () => {
    for (const engine of engines) await engine.close();
  });

  const ids = async (adapter: StorageAdapter, request: QueryRequest) => {
    const { resources, totalResults } = await adapter.query(request, {});
    return { ids: resources.map(({ id }) => id), totalResults };
  };

  for (const [resourceType] of types) {
    test(`find the same ${resourceType.name}s in memory and in each database, in the same order, page by page [P-3.4.2.2-01 P-3.4.2.3-07 T-K6 T-C15 T-F13]`, async () => {
      const sort = fc.constantFrom(...sortPaths(resourceType));
      const query = fc.record({
        filter: resolvedFilters(resourceType, values),
        sort: fc.record({ path: sort, descending: fc.boolean() }),
        startIndex: fc.constantFrom(1, 1, 1, 2, 5, 50),
        count: fc.constantFrom(0, 1, 3, 100, 100),
        // 0 and 1: a page by position, sorted. 2: a walk by cursor. 3: one in the order of ids.
        way: fc.constantFrom(0, 0, 0, 0, 1, 2, 3),
      });
      let compared = 0;
      const runs = Math.ceil(QUERIES / types.length / ATONCE);
      await fc.assert(
        fc.asyncProperty(fc.array(query, { minLength: ATONCE, maxLength: ATONCE }), async (queries) => {
          await Promise.all(
            queries.map(async ({ filter, sort: order, startIndex, count, way }) => {
              const request = { resourceType, filter, sort: way === 3 ? undefined : order, select: SELECT_NONE };
              const [expected, ...others] = await Promise.all(
                [...adapters.values()].map((adapter) =>
                  way > 1 && count > 0
                    ? walk(adapter, request, count)
                    : ids(adapter, { ...request, sort: order, page: { startIndex, count } }),
                ),
              );
              for (const [index, found] of others.entries())
                expect(found, `${engines[index]?.name}: ${describeQuery(filter, request.sort)}`).toEqual(expected);
              compared++;
            }),
          );
        }),
        { numRuns: runs, seed: SEED },
      );
      expect(compared).toBeGreaterThanOrEqual(runs * ATONCE);
    });
  }

  /** All ids by cursor, and back again. */
  async function walk(adapter: StorageAdapter, request: Omit<QueryRequest, "page">, count: number) {
    const found: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await adapter.query({ ...request, page: { cursor, count } }, {});
      found.push(...page.resources.map(({ id }) => id));
      cursor = page.nextCursor;
      if (cursor === undefined && page.previousCursor !== undefined) {
        const before = await adapter.query({ ...request, page: { cursor: page.previousCursor, count } }, {});
        found.push("back", ...before.resources.map(({ id }) => id));
      }
    } while (cursor !== undefined && ++pages < 4);
    return found;
  }
});

function describeQuery(filter: Filter<AttributePath> | undefined, sort: Sort | undefined): string {
  const order = sort === undefined ? "" : ` sorted by ${sort.path.text}${sort.descending ? " descending" : ""}`;
  return `${filter === undefined ? "all" : printFilter(named(filter))}${order}`;
}

/** The filter with its paths as text. */
function named(filter: Filter<AttributePath>): Filter {
  if (filter.type === "and" || filter.type === "or") return { ...filter, filters: filter.filters.map(named) };
  if (filter.type === "not") return { ...filter, filter: named(filter.filter) };
  if (filter.type === "element") return { ...filter, path: filter.path.text, filter: named(filter.filter) };
  return { ...filter, path: filter.path.text };
}
