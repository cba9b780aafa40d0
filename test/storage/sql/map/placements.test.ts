import fc from "fast-check";
import { CompiledQuery } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CompareOperator, Filter } from "../../../../src/filter/ast.ts";
import { type Attribute, type AttributePath, leafOf, pathOf } from "../../../../src/schema/attribute.ts";
import { schemasOf } from "../../../../src/schema/canonical.ts";
import { SELECT_ALL, type StorageAdapter } from "../../../../src/storage/adapter.ts";
import { memoryStorage } from "../../../../src/storage/memory/index.ts";
import {
  type MappedChild,
  type MappedColumn,
  mappedStorage,
  mapTable,
  type TableMapping,
} from "../../../../src/storage/sql/index.ts";
import { pickSeed, pickSize } from "../../../support/size.ts";
import { type Engine, someEngines } from "../engines.ts";
import { operandsOf, operatorsOf, sortPaths } from "../filters.ts";
import { json } from "./tables.ts";
import { dates, operands, Thing, thing } from "./things.ts";

/** How often each attribute meets each operator. */
const ROUNDS = pickSize("rounds of each operator", { everyday: 1, thorough: 3 });
const SEED = pickSeed();
const AT = "2026-01-01T00:00:00Z";

/** A way of placing the attributes of a thing, and the columns that it takes. */
interface Placement {
  readonly name: string;
  readonly mapping: Omit<TableMapping, "table" | "id" | "version" | "created" | "lastModified">;
  columns(isPostgres: boolean): string;
  /** Tables of lists beside it, each with what stands between the brackets. */
  readonly beside?: (isPostgres: boolean) => Readonly<Record<string, string>>;
}

const contents = Thing.content.filter(({ path }) => path !== "externalId").map(({ path }) => path);

/** A boolean behind letters, with a filter of its own. */
const letter = (column: string): MappedColumn => ({
  column,
  read: (value) => (value === null ? undefined : value === "y"),
  write: (value) => (value === undefined ? null : value === true ? "y" : "n"),
  filter(operator, operand) {
    if (operator === "pr") return { isNull: false };
    if (operator === "eq") return { is: "=", value: operand === true ? "y" : "n" };
    return operator === "ne" ? { in: [operand === true ? "n" : "y"] } : undefined;
  },
});

const placements: readonly Placement[] = [
  {
    name: "a column of its own type for each value, and the rest for lists",
    mapping: {
      columns: {
        label: "label",
        exact: "exact",
        size: "size",
        weight: "weight",
        bought: "bought",
        isOn: "is_on",
        isOff: "is_off",
        bits: "bits",
        page: "page",
        "box.value": "box_value",
        "box.depth": "box_depth",
      },
      rest: "rest",
    },
    columns: (isPostgres) =>
      `label varchar(100), exact text, size bigint, weight ${isPostgres ? "double precision" : "real"}, bought text,
        is_on ${isPostgres ? "boolean" : "integer"}, is_off text, bits text, page text, box_value text,
        box_depth ${isPostgres ? "double precision" : "real"}, rest ${isPostgres ? "jsonb" : "text"}`,
  },
  {
    name: "everything in the rest",
    mapping: { columns: {}, rest: "rest" },
    columns: () => "rest text",
  },
  {
    name: "everything behind converters",
    mapping: { columns: Object.fromEntries([...contents, "externalId"].map((path) => [path, json(`of_${path}`)])) },
    columns: () => [...contents, "externalId"].map((path) => `"of_${path}" text`).join(", "),
  },
  {
    name: "key columns",
    mapping: {
      columns: {
        label: { column: "label", key: "label_key" },
        exact: { ...json("exact"), key: "exact_key" },
        size: { column: "size", key: "size_key" },
        bought: { column: "bought", key: "bought_key" },
        page: { column: "page", key: "page_key" },
        "box.value": { column: "box_value", key: "box_key" },
      },
      elements: { parts: [{ columns: { value: { column: "part", key: "part_key" } }, fixed: { type: "a" } }] },
      rest: "rest",
    },
    columns: (isPostgres) => {
      const key = `text${isPostgres ? ' COLLATE "C"' : ""}`;
      return `label text, label_key ${key}, exact text, exact_key ${key}, size bigint, size_key ${key}, bought text,
        bought_key ${key}, page text, page_key ${key}, box_value text, box_key ${key}, part text, part_key ${key}, rest text`;
    },
  },
  {
    name: "converters with filters of their own",
    mapping: { columns: { isOn: letter("is_on"), isOff: letter("is_off") }, rest: "rest" },
    columns: () => "is_on text, is_off text, rest text",
  },
  {
    name: "elements in columns, plain, converted and fixed, and the rest for others",
    mapping: {
      columns: { tags: json("tags") },
      elements: {
        parts: [
          { columns: { value: "first_part", count: "first_count" }, fixed: { type: "ab", primary: true } },
          { columns: { value: json("second_part"), type: "second_type" }, fixed: { count: 10 } },
          { columns: { value: "third_part", primary: letter("third_first") }, assumed: { type: "b" } },
        ],
      },
      rest: "rest",
    },
    columns: () =>
      `tags text, first_part text, first_count bigint, second_part text, second_type text, third_part text,
        third_first text, rest text`,
  },
  {
    name: "lists in child tables, and the rest for elements that they do not keep",
    mapping: {
      columns: {},
      children: {
        tags: { table: "tags", holder: "thing", columns: { value: "tag" }, order: "place" },
        sizes: { table: "sizes", holder: "thing", columns: { value: "size" }, order: "place" },
        parts: [
          {
            table: "parts",
            holder: "thing",
            columns: { value: "name", count: "count" },
            fixed: { type: "a" },
            order: "place",
          },
          {
            table: "pieces",
            holder: "thing",
            columns: { value: "name", type: "kind", primary: "is_first" },
            order: "place",
          },
        ],
      },
      rest: "rest",
    },
    columns: () => "rest text",
    beside: (isPostgres) => ({
      tags: "tag text",
      sizes: `size ${isPostgres ? "double precision" : "real"}`,
      parts: "name text, count bigint",
      pieces: "name text, kind text, is_first boolean",
    }),
  },
  {
    name: "lists in child tables that hold all of them",
    mapping: {
      columns: {},
      children: {
        tags: { table: "tags", holder: "thing", columns: { value: "tag" }, order: "place" },
        sizes: { table: "sizes", holder: "thing", columns: { value: json("size") }, order: "place" },
        parts: {
          table: "parts",
          holder: "thing",
          columns: {
            value: { column: "name", key: "name_key" },
            type: "kind",
            count: "count",
            primary: letter("is_first"),
          },
          order: "place",
        },
      },
      rest: "rest",
    },
    columns: () => "rest text",
    beside: (isPostgres) => ({
      tags: "tag text",
      sizes: "size text",
      parts: `name text, name_key text${isPostgres ? ' COLLATE "C"' : ""}, kind text, count bigint, is_first text`,
    }),
  },
];

const isComparable = (attribute: Attribute): boolean =>
  attribute.mutability !== "writeOnly" && attribute.name !== "$ref" && attribute.name !== "location";

/** Every path of a thing that a filter may name. */
const paths = Thing.attributes
  .filter(isComparable)
  .flatMap((attribute) =>
    attribute.type === "complex"
      ? attribute.subAttributes.filter(isComparable).map((sub) => pathOf(attribute, sub))
      : [pathOf(attribute)],
  );

/** Every path with every operator, in a place and with an operand that are drawn. */
function everyTerm(): readonly fc.Arbitrary<Filter<AttributePath>>[] {
  const terms = paths.flatMap((path) => [
    ...operatorsOf(leafOf(path)).map((operator) =>
      fc
        .constantFrom(...operandsOf(path, operands))
        .map((value): Filter<AttributePath> => ({ type: "compare", path, operator, value })),
    ),
    ...(["eq", "ne"] satisfies CompareOperator[]).map((operator) =>
      fc.constant<Filter<AttributePath>>({ type: "compare", path, operator, value: null }),
    ),
    fc.constant<Filter<AttributePath>>({ type: "present", path }),
  ]);
  const wholes = Thing.attributes
    .filter(({ type }) => type === "complex")
    .map((attribute) => fc.constant<Filter<AttributePath>>({ type: "present", path: pathOf(attribute) }));
  return [...terms, ...wholes].map((term) => fc.tuple(term, fc.nat(), term).map(placed));
}

/** A term alone, negated, in a value path, or beside another one. */
function placed([term, place, other]: [Filter<AttributePath>, number, Filter<AttributePath>]): Filter<AttributePath> {
  const path = "path" in term ? term.path : undefined;
  const inElement: Filter<AttributePath> | undefined =
    path?.attribute.multiValued === true && path.attribute.name !== "schemas" && isWithinElement(path)
      ? { type: "element", path: pathOf(path.attribute), filter: term }
      : undefined;
  const not = (filter: Filter<AttributePath>): Filter<AttributePath> => ({ type: "not", filter });
  const on: Filter<AttributePath> = { type: "present", path: pathOf(attributeOf("isOn")) };
  const places = [
    term,
    not(term),
    { type: "and", filters: [term, on] } as const,
    { type: "or", filters: [term, not(on), other] } as const,
    not({ type: "and", filters: [not(term), on] }),
    ...(inElement === undefined
      ? []
      : [inElement, not(inElement), { ...inElement, filter: not(term) } as Filter<AttributePath>]),
  ];
  return places[place % places.length] as Filter<AttributePath>;
}

function isWithinElement({ attribute, sub }: AttributePath): boolean {
  return attribute.type !== "complex" || sub !== undefined;
}

function attributeOf(name: string): Attribute {
  const found = Thing.attribute(name);
  if (found === undefined) throw new TypeError(`There is no ${name}.`);
  return found;
}

/** Names attributes by their paths, for messages. */
function named(key: string, value: unknown): unknown {
  return key === "path" ? (value as AttributePath).text : value;
}

const meta = { version: "version", created: "created_at", lastModified: "updated_at" };

/** The same things in a mapped table and in memory. */
async function filledTwice(engine: Engine, { mapping, columns, beside }: Placement) {
  const { db, tables } = await engine.open();
  const { schema } = tables;
  const table = schema === undefined ? "things" : `"${schema}".things`;
  const common = "id text PRIMARY KEY, version integer NOT NULL, created_at text NOT NULL, updated_at text NOT NULL";
  const own = mapping.columns.externalId === undefined && mapping.rest === undefined ? ", external_id text" : "";
  await db.executeQuery(CompiledQuery.raw(`CREATE TABLE ${table} (${common}${own}, ${columns(engine.isPostgres)})`));
  const place = schema === undefined ? {} : { schema };
  for (const [name, inside] of Object.entries(beside?.(engine.isPostgres) ?? {})) {
    const child = schema === undefined ? name : `"${schema}".${name}`;
    await db.executeQuery(CompiledQuery.raw(`CREATE TABLE ${child} (thing text NOT NULL, place integer, ${inside})`));
    await db.executeQuery(CompiledQuery.raw(`CREATE INDEX ${name}_thing ON ${child} (thing)`));
  }
  const children = Object.fromEntries(
    Object.entries(mapping.children ?? {}).map(([path, given]) => [
      path,
      [given].flat().map((child) => ({ ...(child as MappedChild), ...place })),
    ]),
  );
  const storage = mappedStorage({
    db,
    tables: [mapTable(Thing.definition, { ...mapping, ...place, children, ...meta, table: "things", id: "id" })],
  });
  await storage.prepare();
  const memory = memoryStorage();
  for (const [index, attributes] of fc.sample(thing, { seed: SEED, numRuns: 60 }).entries()) {
    const given = JSON.parse(JSON.stringify(attributes));
    const resource = {
      ...given,
      schemas: schemasOf(Thing, given),
      id: `t${String(index).padStart(3, "0")}`,
      meta: { resourceType: "Thing", created: AT, lastModified: dates[index % dates.length] as string },
    };
    const request = { resourceType: Thing, secrets: {}, select: SELECT_ALL, at: AT, checkReferences: {}, notify() {} };
    const stored = await storage.create({ ...request, resource }, {});
    expect({ ...stored, parts: [], bought: instantOf(stored.bought) }).toMatchObject({
      ...given,
      parts: [],
      bought: instantOf(given.bought),
    });
    // Elements that have columns come first, so that memory is given what the table gives.
    await memory.create({ ...request, resource: stored }, {});
  }
  return { storage, memory };
}

/** A column of PostgreSQL may be of any type of times, so that what is written to it has no offset any more. */
function instantOf(time: unknown): unknown {
  return Thing.resolve("bought")?.attribute.key(time);
}

const engines = someEngines();
afterAll(async () => {
  for (const engine of engines) await engine.close();
});

for (const engine of engines)
  describe.each(placements)(`${engine.name}, $name`, (placement) => {
    let adapters: { readonly storage: StorageAdapter; readonly memory: StorageAdapter };
    beforeAll(async () => {
      adapters = await filledTwice(engine, placement);
    });
    const idsOf = async (adapter: StorageAdapter, more: object) => {
      const page = { startIndex: 1, count: 1000 };
      const request = { resourceType: Thing, page, select: { includes: () => false }, ...more };
      const { resources, totalResults } = await adapter.query(request, {});
      return { totalResults, ids: resources.map(({ id }) => id) };
    };

    test("every operator on every attribute, alone, negated, in a value path and beside others, finds what it finds in memory [P-3.4.2.2-01 P-3.4.2.2-02]", async () => {
      const all = fc.sample(fc.tuple(...everyTerm()), { seed: SEED, numRuns: ROUNDS }).flat();
      expect(all.length).toBeGreaterThan(200 * ROUNDS);
      for (const filter of all)
        expect(await idsOf(adapters.storage, { filter }), JSON.stringify(filter, named)).toEqual(
          await idsOf(adapters.memory, { filter }),
        );
    });

    test("every attribute sorts as in memory, both ways [P-3.4.2.3-02]", async () => {
      for (const path of sortPaths(Thing))
        for (const descending of [false, true]) {
          const sort = { path, descending };
          expect(await idsOf(adapters.storage, { sort }), path.text).toEqual(await idsOf(adapters.memory, { sort }));
        }
    });
  });
