import { describe, expect, test } from "vitest";
import { User } from "../../src/index.ts";
import { SELECT_NONE } from "../../src/operations/stored.ts";
import { compileResourceType } from "../../src/schema/resource-type.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { type Directory, directory, USER } from "../support/directory.ts";
import { pickSize } from "../support/size.ts";

const USERS = pickSize("users", { everyday: 5000, thorough: 50_000 });
/** Pages are a fiftieth of them; what comes and goes between two pages is in proportion. */
const COUNT = USERS / 50;
const AT = "2026-01-01T00:00:00Z";
const Type = compileResourceType(User);

/** A directory of so many users under ids that a test can count with. */
async function crowd(): Promise<
  Directory & { remove(index: number): Promise<void>; add(name: string): Promise<void> }
> {
  const storage = memoryStorage();
  const write = { resourceType: Type, at: AT, checkReferences: {}, notify: () => {} };
  const meta = { resourceType: "User", created: AT, lastModified: AT };
  const create = async (id: string, userName: string): Promise<void> => {
    const resource = { schemas: [USER], id, userName, meta };
    await storage.create({ ...write, resource, secrets: {}, select: SELECT_NONE }, {});
  };
  for (let index = 0; index < USERS; index++) await create(`u${index}`, nameOf(index));
  return {
    ...directory({ storage, limits: { results: COUNT } }),
    remove: async (index) => {
      expect(await storage.delete({ ...write, id: `u${index}` }, {})).toBe(true);
    },
    add: (name) => create(`new-${name}`, name),
  };
}

/** Names in another order than that of creation. */
function nameOf(index: number): string {
  return `${String((index * 7919) % USERS).padStart(5, "0")}-${index}`;
}

/** The users that somebody deletes on the way: every tenth, in no order of the list. */
const isDoomed = (index: number): boolean => index % 10 === 3;
const doomed = Array.from({ length: USERS / 10 }, (_, step) => ((step * 37) % (USERS / 10)) * 10 + 3);

describe("a large directory, read page by page while others come and go", () => {
  /**
   * Walks all pages. Between two of them users are deleted, a tenth of a page, of those that were read as well as of those to
   * come, and twice as many are created all over the order. Counts how often each user was met that stays unchanged.
   */
  async function walk(
    query: string,
    first: string,
    next: (page: { readonly nextCursor?: string }, read: number) => string | undefined,
  ) {
    const service = await crowd();
    const seen = new Map<string, number>();
    let [read, created, deleted] = [0, 0, 0];
    for (let place: string | undefined = first; place !== undefined; ) {
      const { status, json } = await service.ask("GET", `${query}&${place}`);
      expect(status).toBe(200);
      for (const { id } of json.Resources) seen.set(id, (seen.get(id) ?? 0) + 1);
      read += json.Resources.length;
      for (const index of doomed.slice(deleted, deleted + COUNT / 10)) {
        await service.remove(index);
        deleted++;
      }
      for (let step = 0; step < COUNT / 5; step++, created++)
        await service.add(`${String((created * 251) % USERS).padStart(5, "0")}-new-${created}`);
      place = json.Resources.length < COUNT ? undefined : next(json, read);
    }
    expect(deleted).toBeGreaterThan(USERS * 0.08);
    const times = Array.from({ length: USERS }, (_, index) => (isDoomed(index) ? 1 : (seen.get(`u${index}`) ?? 0)));
    return { missed: times.filter((count) => count === 0).length, repeated: times.filter((count) => count > 1).length };
  }

  test.each([
    "",
    "&sortBy=userName",
    "&sortBy=userName&sortOrder=descending",
  ])("by cursor: every unchanged one exactly once (%s) [C-2-13 C-2-07 G-13]", async (sort) => {
    const query = `/Users?count=${COUNT}&attributes=id${sort}`;
    const outcome = await walk(query, "cursor=", ({ nextCursor }) => nextCursor && `cursor=${nextCursor}`);
    expect(outcome).toEqual({ missed: 0, repeated: 0 });
  });

  test("by index: the same walk misses some, which is why there are cursors [G-12 T-F10]", async () => {
    const query = `/Users?count=${COUNT}&attributes=id`;
    const { missed } = await walk(query, "startIndex=1", (_, read) => `startIndex=${read + 1}`);
    expect(missed).toBeGreaterThan(USERS / 50);
  });
});
