import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBy, sortKey } from "../../src/filter/order.ts";
import { parseFilter } from "../../src/filter/parser.ts";
import { predicateOf } from "../../src/filter/predicate.ts";
import { resolveFilter } from "../../src/filter/resolve.ts";
import type { AttributePath } from "../../src/schema/attribute.ts";
import { compileResourceType, defineResourceType } from "../../src/schema/resource-type.ts";
import { defineSchema } from "../../src/schema/schema.ts";
import { type QueryRequest, SELECT_ALL, type StoredResource } from "../../src/storage/adapter.ts";
import { queryByScan } from "../../src/storage/scan.ts";
import { shortSlices, turn } from "../support/short-slices.ts";

const Device = compileResourceType(
  defineResourceType({
    name: "Device",
    schema: defineSchema({
      id: "urn:example:params:scim:schemas:Device",
      name: "Device",
      attributes: {
        label: {},
        serial: { caseExact: true },
        size: { type: "integer" },
        bought: { type: "dateTime" },
        tags: { multiValued: true },
        owners: {
          type: "complex",
          multiValued: true,
          subAttributes: { value: {}, since: { type: "integer" }, primary: { type: "boolean" } },
        },
      },
    }),
  }),
);

function device(id: string, attributes: Record<string, unknown> = {}): StoredResource {
  const meta = {
    resourceType: "Device",
    created: "2026-01-01T00:00:00Z",
    lastModified: "2026-01-01T00:00:00Z",
    version: "1",
  };
  return { schemas: [Device.urn], id, ...attributes, meta };
}

function path(text: string): AttributePath {
  const found = Device.resolve(text);
  if (found === undefined) throw new Error(text);
  return found;
}

function request(parts: {
  filter?: string;
  sortBy?: string;
  descending?: boolean;
  startIndex?: number;
  count?: number;
  signal?: AbortSignal;
}): QueryRequest {
  return {
    resourceType: Device,
    filter: parts.filter === undefined ? undefined : resolveFilter(parseFilter(parts.filter), Device),
    sort: parts.sortBy === undefined ? undefined : { path: path(parts.sortBy), descending: parts.descending ?? false },
    page: { startIndex: parts.startIndex ?? 1, count: parts.count ?? 100 },
    select: SELECT_ALL,
    signal: parts.signal,
  };
}

async function ids(rows: readonly StoredResource[], parts: Parameters<typeof request>[0]): Promise<string[]> {
  return (await queryByScan(rows, request(parts))).resources.map(({ id }) => id);
}

describe("the order of a sort", () => {
  test("sorts strings without regard to case, exact strings by code point, numbers by value and dates by instant [P-3.4.2.3-07]", async () => {
    const rows = [
      device("1", { label: "B", serial: "B", size: 10, bought: "2026-01-01T01:00:00+02:00" }),
      device("2", { label: "a", serial: "a", size: 9, bought: "2026-01-01T00:00:00Z" }),
      device("3", { label: "C", serial: "C", size: -1, bought: "2025-12-31T22:00:00Z" }),
    ];
    expect(await ids(rows, { sortBy: "label" })).toEqual(["2", "1", "3"]);
    expect(await ids(rows, { sortBy: "serial" })).toEqual(["1", "3", "2"]);
    expect(await ids(rows, { sortBy: "size" })).toEqual(["3", "2", "1"]);
    expect(await ids(rows, { sortBy: "bought" })).toEqual(["3", "1", "2"]);
  });

  test("puts resources without a value last when ascending and first when descending [P-3.4.2.3-05 R-23]", async () => {
    const rows = [device("1"), device("2", { label: "b" }), device("3", { label: "a" })];
    expect(await ids(rows, { sortBy: "label" })).toEqual(["3", "2", "1"]);
    expect(await ids(rows, { sortBy: "label", descending: true })).toEqual(["1", "2", "3"]);
  });

  test("takes the primary value, or else the first one [P-3.4.2.3-03 R-23]", async () => {
    const rows = [
      device("2", { owners: [{ value: "b" }, { value: "0" }] }),
      device("1", { owners: [{ value: "z" }, { value: "a", primary: true }] }),
      device("3", { owners: [{ value: "c" }] }),
    ];
    expect(await ids(rows, { sortBy: "owners" })).toEqual(["1", "2", "3"]);
    expect(await ids(rows, { sortBy: "owners.value" })).toEqual(["1", "2", "3"]);
    expect(sortKey(device("4", { tags: ["Z", "a"] }), path("tags"))).toBe("z");
    expect(sortKey(device("5", { owners: [{ since: 3 }] }), path("owners.value"))).toBeUndefined();
  });

  test("breaks ties by id in code point order, whatever the direction [P-3.4.2.3-08 R-23]", async () => {
    const rows = ["b", "\u{1f600}", "\uffee", "a", "B"].map((id) => device(id, { label: "same" }));
    const expected = ["B", "a", "b", "\uffee", "\u{1f600}"];
    expect(await ids(rows, { sortBy: "label" })).toEqual(expected);
    expect(await ids(rows, { sortBy: "label", descending: true })).toEqual(expected);
  });

  test("is a total order", () => {
    const row = fc
      .record({ id: fc.string(), label: fc.option(fc.string(), { nil: undefined }) })
      .map(({ id, label }) => device(id, { label }));
    fc.assert(
      fc.property(row, row, row, fc.boolean(), (a, b, c, descending) => {
        const compare = compareBy({ path: path("label"), descending });
        expect(Math.sign(compare(a, b))).toBe(-Math.sign(compare(b, a)) + 0);
        if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0);
        expect(compare(a, b) === 0).toBe(a.id === b.id && sortKey(a, path("label")) === sortKey(b, path("label")));
      }),
    );
  });
});

describe("a query by scan", () => {
  const rows = Array.from({ length: 25 }, (_, index) => device(`d${index}`, { size: index % 5, label: `L${index}` }));

  test("counts all matches and gives the page alone [P-3.4.2-03]", async () => {
    const found = await queryByScan(rows, request({ filter: "size eq 2", startIndex: 2, count: 2 }));
    expect(found.totalResults).toBe(5);
    expect(found.resources.map(({ id }) => id)).toEqual(["d7", "d12"]);
  });

  test("sorts before it pages [P-3.4.2.3-02]", async () => {
    const shuffled = ["c", "a", "b"].map((id) => device(id, { label: id }));
    expect(await ids(shuffled, { sortBy: "label", count: 2 })).toEqual(["a", "b"]);
    expect(await ids(shuffled, { sortBy: "label", startIndex: 3, count: 2 })).toEqual(["c"]);
  });

  test("keeps the order of the rows where no sort is asked for [P-3.4.2.3-08]", async () => {
    expect(await ids(rows.toReversed(), { count: 3 })).toEqual(["d24", "d23", "d22"]);
  });

  test("gives no resource for count 0 and past the end, and the total all the same [R-21 R-22]", async () => {
    for (const sortBy of [{}, { sortBy: "label" }]) {
      const nothing = { resources: [], totalResults: 25, scanned: 25 };
      expect(await queryByScan(rows, request({ count: 0, ...sortBy }))).toEqual(nothing);
      expect(await queryByScan(rows, request({ startIndex: 26, ...sortBy }))).toEqual(nothing);
    }
  });

  test("reads asynchronous rows as well", async () => {
    async function* read() {
      yield* rows;
    }
    expect((await queryByScan(read(), request({ filter: 'label eq "l3"' }))).resources.map(({ id }) => id)).toEqual([
      "d3",
    ]);
  });

  test("looks at maxScanned rows and refuses one more with 400 tooMany", async () => {
    expect((await queryByScan(rows, request({}), { maxScanned: 25 })).totalResults).toBe(25);
    await expect(queryByScan(rows, request({ filter: "size eq 9" }), { maxScanned: 24 })).rejects.toMatchObject({
      status: 400,
      scimType: "tooMany",
      detail: expect.stringContaining("24"),
    });
  });

  test("stops reading, and closes the source, when the client has gone", async () => {
    const client = new AbortController();
    let read = 0;
    let isClosed = false;
    async function* endless() {
      try {
        for (;;) {
          if (++read === 10) client.abort();
          yield device(`e${read}`);
        }
      } finally {
        isClosed = true;
      }
    }
    await expect(queryByScan(endless(), request({ signal: client.signal }))).rejects.toThrow();
    expect(read).toBeLessThan(5_000);
    expect(isClosed).toBe(true);
  });

  test("any pages put together are the whole result, sorted or not [P-3.4.2.3-08]", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom(undefined, "size", "label"),
        fc.boolean(),
        async (count, sortBy, descending) => {
          const order = sortBy === undefined ? {} : { sortBy, descending };
          const pages: string[] = [];
          for (let startIndex = 1; startIndex <= rows.length; startIndex += count)
            pages.push(...(await ids(rows, { ...order, startIndex, count })));
          expect(pages).toEqual(await ids(rows, order));
        },
      ),
    );
  });

  test("lets others go on in between, however the rows come, and ends with its client", async () => {
    const clock = shortSlices(6);
    try {
      const many = Array.from({ length: 3000 }, (_, index) => device(`d${index}`, { label: `L${index % 7}` }));
      let turns = 0;
      let isDone = false;
      const counting = (async () => {
        for (; !isDone; turns++) await turn();
      })();
      const found = await queryByScan(many, request({ filter: 'label eq "l3"', sortBy: "label", count: 5 }));
      isDone = true;
      await counting;
      expect(found.totalResults).toBe(429);
      expect(turns).toBeGreaterThan(100);
      const client = new AbortController();
      setImmediate(() => client.abort(new Error("gone")));
      await expect(queryByScan(many, request({ signal: client.signal }))).rejects.toThrow("gone");
    } finally {
      clock.restore();
    }
  });

  test("has one turn of the event loop in so many, however many queries go on at once", async () => {
    const clock = shortSlices(20);
    try {
      let inTurn = 0;
      let most = 0;
      let isDone = false;
      function* looked() {
        for (const row of rows) {
          inTurn++;
          yield row;
        }
      }
      const scans = Array.from({ length: 5 }, () => queryByScan(looked(), request({})));
      const counting = (async () => {
        // All begin in the first one.
        await turn();
        inTurn = 0;
        while (!isDone) {
          await turn();
          most = Math.max(most, inTurn);
          inTurn = 0;
        }
      })();
      const found = await Promise.all(scans);
      isDone = true;
      await counting;
      expect(found.map(({ totalResults }) => totalResults)).toEqual(scans.map(() => rows.length));
      expect(most).toBe(1);
    } finally {
      clock.restore();
    }
  });

  test("of many rows is in the order of a plain sort, on every page, however deep", async () => {
    const many = Array.from({ length: 3500 }, (_, index) =>
      device(`d${index}`, { size: (index * 7919) % 1013, label: `L${(index * 31) % 17}` }),
    );
    for (const sortBy of ["size", "label"]) {
      const sorted = many.toSorted(compareBy({ path: path(sortBy), descending: true })).map(({ id }) => id);
      for (const startIndex of [1, 900, 3450])
        expect(await ids(many, { sortBy, descending: true, startIndex, count: 60 })).toEqual(
          sorted.slice(startIndex - 1, startIndex + 59),
        );
    }
  });

  test("is refused at the row that takes it beyond maxComparisons, and told what to do", async () => {
    const all = { ...request({ filter: "size eq 2 or label pr or size gt 3" }), maxComparisons: 75 };
    expect((await queryByScan(rows, all)).totalResults).toBe(25);
    await expect(queryByScan(rows, { ...all, maxComparisons: 74 })).rejects.toMatchObject({
      status: 400,
      scimType: "tooMany",
      detail: expect.stringContaining("3 comparisons of each resource"),
    });
  });

  test("says of a resource with very many values what the predicate says", async () => {
    const values = Array.from({ length: 3000 }, (_, index) => `v${index}`);
    const owners = values.map((value, since) => ({ value, since }));
    const large = [device("1", { tags: values, owners, label: "x" }), device("2", { tags: ["v1"] })];
    const filters = [
      'tags eq "V2999"',
      'tags ne "v1" and not (tags co "x")',
      'owners[value eq "v2998" and since eq 2998] or tags eq "no"',
      'not (owners[value eq "v5" and since eq 6]) and label pr',
      'owners.value sw "v29" and owners.since gt 2999',
      "owners[since ge 2999 or since lt 0]",
    ];
    for (const filter of filters) {
      const matches = predicateOf(resolveFilter(parseFilter(filter), Device));
      expect(await ids(large, { filter }), filter).toEqual(large.filter(matches).map(({ id }) => id));
    }
  });
});
