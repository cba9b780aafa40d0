import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { User as UserDefinition } from "../../src/schema/core/user.ts";
import { compileResourceType } from "../../src/schema/resource-type.ts";
import { type Page, type QueryResult, SELECT_ALL, type Sort } from "../../src/storage/adapter.ts";
import { type MemoryStorage, memoryStorage } from "../../src/storage/memory/index.ts";
import type { Row } from "../../src/storage/memory/row.ts";
import { createRows } from "../../src/storage/memory/rows.ts";

const User = compileResourceType(UserDefinition);

const AT = "2026-01-01T00:00:00Z";
const WRITE = { resourceType: User, at: AT, checkReferences: {}, notify: () => {}, secrets: {}, select: SELECT_ALL };

async function add(storage: MemoryStorage, id: string): Promise<void> {
  const meta = { resourceType: "User", created: AT, lastModified: AT };
  await storage.create({ ...WRITE, resource: { schemas: [User.urn], id, userName: id, meta } }, {});
}

async function filled(count: number): Promise<MemoryStorage> {
  const storage = memoryStorage();
  for (let index = 0; index < count; index++) await add(storage, `u${index}`);
  return storage;
}

function page(storage: MemoryStorage, asked: Page, sort?: Sort): Promise<QueryResult> {
  return storage.query({ resourceType: User, page: asked, sort, select: SELECT_ALL }, {});
}

const ids = (found: QueryResult): string[] => found.resources.map(({ id }) => id);

describe("rows in the order of creation", () => {
  test("are found by position, by place and by id as in a plain list, whatever was put in and taken out", () => {
    const size = 4000;
    const batch = fc.record({
      remove: fc.boolean(),
      start: fc.nat(size),
      step: fc.integer({ min: 1, max: 7 }),
      count: fc.nat(1500),
    });
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 12 }), fc.array(fc.nat(size), { maxLength: 20 }), (batches, places) => {
        const rows = createRows();
        const model = new Set<number>();
        for (const { remove, start, step, count } of batches) {
          for (let index = 0; index < count; index++) {
            const order = (start + index * step) % size;
            if (remove) expect(rows.delete(`r${order}`)).toBe(model.delete(order));
            else if (!model.has(order)) {
              rows.set(`r${order}`, { id: `r${order}`, order } as Row);
              model.add(order);
            }
          }
        }
        const sorted = [...model].sort((left, right) => left - right);
        const orders = (found: Iterable<Row>) => Array.from(found, ({ order }) => order);
        expect(orders(rows.list())).toEqual(sorted);
        expect([rows.size, rows.first?.order, rows.last?.order]).toEqual([model.size, sorted[0], sorted.at(-1)]);
        for (const place of places) {
          expect(orders(rows.from(place + 1))).toEqual(sorted.slice(place));
          expect(orders(rows.after(place))).toEqual(sorted.filter((order) => order > place));
          expect(orders(rows.before(place))).toEqual(sorted.filter((order) => order < place).reverse());
          expect(rows.get(`r${place}`)?.order).toBe(model.has(place) ? place : undefined);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("cursor pages of memory storage", () => {
  test("follow the order of creation, and index pages are cut from the same order [C-2-13 T-F9]", async () => {
    const storage = await filled(25);
    const all = ids(await page(storage, { startIndex: 1, count: 100 }));
    expect(all).toEqual(Array.from({ length: 25 }, (_, index) => `u${index}`));
    expect(ids(await page(storage, { startIndex: 21, count: 10 }))).toEqual(all.slice(20));
    const walked: string[] = [];
    let cursor: string | undefined;
    do {
      const found = await page(storage, { cursor, count: 10 });
      expect(found.totalResults).toBe(25);
      walked.push(...ids(found));
      cursor = found.nextCursor;
    } while (cursor !== undefined);
    expect(walked).toEqual(all);
  });

  test("lead back to the page before, and say so nowhere on the first page [C-2-09 C-2-10]", async () => {
    const storage = await filled(6);
    const first = await page(storage, { cursor: undefined, count: 2 });
    const second = await page(storage, { cursor: first.nextCursor, count: 2 });
    const third = await page(storage, { cursor: second.nextCursor, count: 2 });
    expect(first).not.toHaveProperty("previousCursor");
    expect(third).not.toHaveProperty("nextCursor");
    const back = await page(storage, { cursor: third.previousCursor, count: 2 });
    expect(ids(back)).toEqual(["u2", "u3"]);
    const start = await page(storage, { cursor: back.previousCursor, count: 2 });
    expect(ids(start)).toEqual(["u0", "u1"]);
    expect(start).not.toHaveProperty("previousCursor");
    expect(ids(await page(storage, { cursor: start.nextCursor, count: 2 }))).toEqual(["u2", "u3"]);
  });

  test("keep their place when the row that they stand at is deleted", async () => {
    const storage = await filled(6);
    const first = await page(storage, { cursor: undefined, count: 3 });
    await storage.delete({ ...WRITE, id: "u2" }, {});
    await storage.delete({ ...WRITE, id: "u3" }, {});
    expect(ids(await page(storage, { cursor: first.nextCursor, count: 3 }))).toEqual(["u4", "u5"]);
  });

  test("of no resources tell the total alone [C-2-04]", async () => {
    const storage = await filled(3);
    expect(await page(storage, { cursor: undefined, count: 0 })).toEqual({ resources: [], totalResults: 3 });
  });

  test.each([
    "",
    "null",
    "[]",
    '[">"]',
    '[">","u1"]',
    '[">","u1","x"]',
    '["?","u1",1]',
  ])("refuse %j, which is no position of such a walk, with 400 invalidCursor [C-2.1-02]", async (cursor) => {
    const storage = await filled(3);
    await expect(page(storage, { cursor, count: 1 })).rejects.toMatchObject({
      status: 400,
      scimType: "invalidCursor",
    });
  });
});
