import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseFilter } from "../../src/filter/parser.ts";
import { resolveFilter } from "../../src/filter/resolve.ts";
import { EnterpriseUserSchema } from "../../src/schema/core/enterprise-user.ts";
import { Group as GroupDefinition } from "../../src/schema/core/group.ts";
import { User as UserDefinition } from "../../src/schema/core/user.ts";
import { type CompiledResourceType, compileResourceType } from "../../src/schema/resource-type.ts";
import {
  type NewResource,
  type Page,
  type QueryRequest,
  type QueryResult,
  SELECT_ALL,
  type StoredResource,
} from "../../src/storage/adapter.ts";
import { type MemoryStorage, memoryStorage } from "../../src/storage/memory/index.ts";
import { type Clock, shortSlices, turn } from "../support/short-slices.ts";

const User = compileResourceType(UserDefinition.extend(EnterpriseUserSchema));
const Group = compileResourceType(GroupDefinition);
const AT = "2026-01-01T00:00:00Z";
const KEPT = Object.fromEntries(
  [User, Group].flatMap(({ references }) => references.map(({ name }) => [name, "keep" as const])),
);
const WRITE = { at: AT, checkReferences: KEPT, notify: () => {}, secrets: {}, select: SELECT_ALL };
const IDS = Array.from({ length: 12 }, (_, index) => `u${index}`);
const GROUPS = ["g0", "g1", "g2"];

let clock: Clock;
let storage: MemoryStorage;
beforeEach(() => {
  clock = shortSlices(0);
});
afterEach(() => clock.restore());

type Write =
  | { readonly type: "user"; readonly id: string; readonly name: string; readonly manager: string }
  | { readonly type: "group"; readonly id: string; readonly name: string; readonly members: readonly string[] }
  | { readonly type: "delta"; readonly id: string; readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly type: "delete"; readonly id: string };

const id = fc.constantFrom(...IDS);
const name = fc.constantFrom("one", "two", "three");
/** Few, so that deltas meet the same element again. */
const fewIds = fc.array(fc.constantFrom("u0", "u1", "u2"), { maxLength: 2 });
const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ type: fc.constant("user" as const), id, name, manager: id }),
  fc.record({ type: fc.constant("group" as const), id: fc.constantFrom(...GROUPS), name, members: fc.array(id) }),
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("delta" as const),
      id: fc.constantFrom("g0", "g1"),
      add: fewIds,
      remove: fewIds,
    }),
  },
  fc.record({ type: fc.constant("delete" as const), id: fc.constantFrom(...IDS, ...GROUPS) }),
);

async function put(resourceType: CompiledResourceType, resourceId: string, attributes: object): Promise<void> {
  const meta = { resourceType: resourceType.name, created: AT, lastModified: AT };
  const resource: NewResource = { schemas: [resourceType.urn], id: resourceId, ...attributes, meta };
  const replaced = await storage.replace({ ...WRITE, resourceType, id: resourceId, resource }, {});
  if (replaced === undefined) await storage.create({ ...WRITE, resourceType, resource }, {});
}

async function apply(step: Write): Promise<void> {
  switch (step.type) {
    case "user":
      return put(User, step.id, {
        userName: step.id,
        displayName: step.name,
        [EnterpriseUserSchema.id]: { manager: { value: step.manager } },
      });
    case "group":
      return put(Group, step.id, {
        displayName: step.name,
        ...(step.members.length === 0 ? {} : { members: step.members.map((value) => ({ value })) }),
      });
    case "delta": {
      const attribute = Group.attribute("members");
      if (attribute === undefined) throw new Error("members");
      const add = step.add.map((value) => ({ value }));
      await storage.applyDelta?.(
        { ...WRITE, resourceType: Group, id: step.id, attribute, add, remove: step.remove },
        {},
      );
      return;
    }
    case "delete":
      await storage.delete({ ...WRITE, resourceType: User, id: step.id }, {});
      await storage.delete({ ...WRITE, resourceType: Group, id: step.id }, {});
  }
}

const FILTERS: readonly (readonly [CompiledResourceType, string | undefined])[] = [
  [User, undefined],
  [User, 'displayName eq "one"'],
  [User, 'not (displayName eq "two") and userName pr'],
  [User, "groups pr"],
  [User, 'groups.display eq "one" or displayName eq "three"'],
  [User, 'not (groups.value eq "g1")'],
  [User, 'groups.value eq "g0"'],
  [User, `${EnterpriseUserSchema.id}:manager.value eq "u1"`],
  [Group, undefined],
  [Group, "members pr"],
  [Group, 'not (members.value eq "u2")'],
  [Group, 'members[value eq "u1" or value eq "u3"]'],
];
/** Comparisons that are never true, so many that a few rows are a step. */
const MANY = Array.from({ length: 200 }, (_, index) => `displayName eq "never${index}"`).join(" or ");
const PAGES: readonly Page[] = [
  { startIndex: 1, count: 100 },
  { startIndex: 2, count: 2 },
  { cursor: undefined, count: 3 },
];

const query: fc.Arbitrary<QueryRequest> = fc
  .record({
    of: fc.constantFrom(...FILTERS),
    page: fc.constantFrom(...PAGES),
    sorted: fc.boolean(),
    many: fc.boolean(),
  })
  .map(({ of: [resourceType, given], page, sorted, many }) => {
    const path = resourceType.resolve("displayName");
    const filter = many && given !== undefined ? `(${given}) or ${MANY}` : given;
    return {
      resourceType,
      filter: filter === undefined ? undefined : resolveFilter(parseFilter(filter), resourceType),
      sort: sorted && path !== undefined ? { path, descending: false } : undefined,
      page,
      select: SELECT_ALL,
    };
  });

/** The elements of `members` and `groups` have no order. */
function normal({ resources, ...rest }: QueryResult): unknown {
  const byValue = (elements: unknown) =>
    (elements as { value: string }[] | undefined)?.toSorted((left, right) => (left.value < right.value ? -1 : 1));
  return {
    ...rest,
    resources: resources.map((resource: StoredResource) => ({
      ...resource,
      members: byValue(resource.members),
      groups: byValue(resource.groups),
    })),
  };
}

/** What a query finds now, in one turn. */
function findAtOnce(request: QueryRequest): Promise<QueryResult> {
  const { step } = clock;
  clock.step = 0;
  const found = storage.query(request, {});
  clock.step = step;
  return found;
}

describe("a query of memory storage that takes many turns of the event loop", () => {
  test("gives page and total of the state in which it began, whatever is written meanwhile [P-3.4.2-03 C-2-13]", async () => {
    const step = fc.oneof(
      fc.record({ read: query }),
      fc.record({ write }),
      fc.record({ turns: fc.integer({ min: 1, max: 6 }) }),
    );
    let waited = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(write, { minLength: 5, maxLength: 20 }),
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.integer({ min: 3, max: 12 }),
        async (before, steps, length) => {
          storage = memoryStorage();
          clock.step = 0;
          for (const one of before) await apply(one);
          clock.step = length;
          const readings: { found: Promise<QueryResult>; expected: QueryResult; isDone: boolean }[] = [];
          for (const one of steps) {
            if ("read" in one) {
              const found = storage.query(one.read, {});
              const reading = { found, expected: await findAtOnce(one.read), isDone: false };
              void found.then(() => Object.assign(reading, { isDone: true }));
              readings.push(reading);
            } else if ("write" in one) {
              await apply(one.write);
              waited += readings.filter(({ isDone }) => !isDone).length;
            } else for (let count = 0; count < one.turns; count++) await turn();
          }
          for (const { found, expected } of readings) expect(normal(await found)).toEqual(normal(expected));
        },
      ),
      { numRuns: 800 },
    );
    // Without readers that are under way while others write, nothing was tried.
    expect(waited).toBeGreaterThan(100);
  });

  test("lets a write go first that came later, and does not hold it up", async () => {
    storage = memoryStorage();
    for (const [index, one] of IDS.entries()) await put(User, one, { userName: one, displayName: `n${index}` });
    clock.step = 100;
    const order: string[] = [];
    const filter = resolveFilter(parseFilter('displayName co "n"'), User);
    const page = { startIndex: 1, count: 20 };
    const found = storage
      .query({ resourceType: User, filter, sort: undefined, page, select: SELECT_ALL }, {})
      .finally(() => order.push("query"));
    await put(User, "u99", { userName: "u99", displayName: "n9" }).finally(() => order.push("write"));
    expect((await found).totalResults).toBe(12);
    expect(order).toEqual(["write", "query"]);
  });

  test("ends with its client", async () => {
    storage = memoryStorage();
    for (const one of IDS) await put(User, one, { userName: one });
    clock.step = 100;
    const client = new AbortController();
    const filter = resolveFilter(parseFilter('userName co "u"'), User);
    const page = { startIndex: 1, count: 20 };
    const found = storage.query({ resourceType: User, filter, page, select: SELECT_ALL, signal: client.signal }, {});
    client.abort(new Error("gone"));
    await expect(found).rejects.toThrow("gone");
  });
});
