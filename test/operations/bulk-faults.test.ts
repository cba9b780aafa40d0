import { describe, expect, test } from "vitest";
import type { ScimEvent, StorageAdapter } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { bulkOf, patchOf, postGroup, postUser, sendBulk, statuses } from "../support/bulk.ts";
import { type Answer, type Directory, directory, ENTERPRISE, USER } from "../support/directory.ts";
import { type Fault, faultyStorage } from "../support/faulty-storage.ts";
import { transactionalStorage } from "../support/transactional-storage.ts";
import { withoutTransactions } from "../support/without-transactions.ts";

const put = (name: string, title: string) => {
  return { method: "PUT", path: `/Users/bulkId:${name}`, data: { schemas: [USER], userName: name, title } };
};

/** Every verb, a delta, references to what is before. Executed in request order. */
const operations = [
  postUser("ada"),
  postUser("grace", { [ENTERPRISE]: { manager: { value: "bulkId:ada" } } }),
  postGroup("staff", ["bulkId:ada"]),
  patchOf("/Groups/bulkId:staff", [{ op: "add", path: "members", value: [{ value: "bulkId:grace" }] }]),
  put("ada", "Countess"),
  postUser("edsger"),
  patchOf("/Users/bulkId:edsger", [
    { op: "add", path: "title", value: "Dr" },
    { op: "add", path: "nickName", value: "EWD" },
  ]),
  postGroup("all", ["bulkId:staff", "bulkId:edsger"]),
  { method: "DELETE", path: "/Users/bulkId:grace" },
  patchOf("/Groups/bulkId:all", [{ op: "replace", path: "displayName", value: "everybody" }]),
  postUser("linus"),
  patchOf("/Groups/bulkId:all", [{ op: "remove", path: 'members[value eq "bulkId:edsger"]' }]),
  put("linus", "Mr"),
  { method: "DELETE", path: "/Groups/bulkId:staff" },
  postUser("grace-2", { userName: "grace" }),
];

/** Among other operations, two circles. */
const withCircles = [
  postUser("ada"),
  postGroup("a", ["bulkId:b", "bulkId:ada"]),
  postGroup("b", ["bulkId:c"]),
  postGroup("c", ["bulkId:a", "bulkId:b"]),
  patchOf("/Groups/bulkId:a", [{ op: "replace", path: "displayName", value: "A" }]),
  postUser("x", { [ENTERPRISE]: { manager: { value: "bulkId:y" } } }),
  postUser("y", { [ENTERPRISE]: { manager: { value: "bulkId:x" } } }),
  postUser("last"),
];

/** What is stored, by names instead of ids, without versions and times. */
async function stateOf(storage: StorageAdapter): Promise<string> {
  const { ask } = directory({ storage });
  const [users, groups] = await Promise.all(
    ["/Users?count=1000", "/Groups?count=1000"].map((path) => ask("GET", path)),
  );
  const resources: Answer["json"][] = [...(users?.json.Resources ?? []), ...(groups?.json.Resources ?? [])];
  const names = new Map(resources.map(({ id, userName, displayName }) => [id, userName ?? displayName]));
  const text = (value: unknown): string =>
    JSON.stringify(value, (key, part) =>
      ["id", "meta", "groups", "$ref"].includes(key) ? undefined : (names.get(part) ?? part),
    );
  return resources
    .map((resource) => {
      const members = (resource.members ?? []).map(text).sort();
      return text({ ...resource, members });
    })
    .sort()
    .join("\n");
}

async function run(
  storage: StorageAdapter,
  list: readonly object[],
): Promise<Directory & { readonly results: Answer["json"][] }> {
  const service = directory({ storage });
  return { ...service, results: list.length === 0 ? [] : await sendBulk(service, list) };
}

/** The states after each of the first operations, as they are executed. */
async function prefixStates(list: readonly object[], lengths: readonly number[]): Promise<readonly string[]> {
  return Promise.all(
    lengths.map(async (length) => {
      const memory = memoryStorage();
      await run(memory, list.slice(0, length));
      return stateOf(memory);
    }),
  );
}

/** Every fault that a request can meet. */
async function faults(list: readonly object[], make: () => StorageAdapter): Promise<readonly Fault[]> {
  const { storage, calls } = faultyStorage(make());
  await run(storage, list);
  expect(calls()).toBeGreaterThan(list.length);
  return Array.from({ length: calls() }, (_, index) => index + 1).flatMap((at) =>
    (["before", "after"] as const).flatMap((when) => [true, false].map((isCrash) => ({ at, when, isCrash }))),
  );
}

/** Memory as an adapter without transactions. */
function plainStorage() {
  return withoutTransactions(memoryStorage());
}

/** Names of what events say is there now. */
function told(events: readonly ScimEvent[]): string[] {
  const there = new Map<string, unknown>();
  for (const event of events) {
    if (event.type === "created") there.set(event.id, event.after?.userName ?? event.after?.displayName);
    if (event.type === "deleted") there.delete(event.id);
  }
  return [...there.values()].map(String).sort();
}

describe.each([
  ["an adapter without transactions", plainStorage, operations],
  ["memory, with transactions of its own", memoryStorage, operations],
  ["an adapter with transactions", transactionalStorage, operations],
  ["an adapter with transactions, circles among the operations", transactionalStorage, withCircles],
])("when storage fails, on %s", (_, make, list) => {
  const isWithCircles = list === withCircles;
  const steps = isWithCircles ? [0, 1, 4, 5, 7, 8] : [...Array.from({ length: list.length + 1 }).keys()];

  test("for good, at any call, whole operations are left: those up to one of them, in their order [G-5 T-G9]", async () => {
    const allowed = new Set(await prefixStates(list, steps));
    expect(allowed.size).toBe(steps.length);
    const reached = new Set<string>();
    for (const fault of await faults(list, make)) {
      if (!fault.isCrash) continue;
      const inner = make();
      const { results } = await run(faultyStorage(inner, fault).storage, list);
      const state = await stateOf(inner);
      expect(allowed, JSON.stringify(fault)).toContain(state);
      reached.add(state);
      // What the client is told was done is there: as many whole steps as results without error, and at most one more.
      const done = results.filter(({ response }) => response === undefined).length;
      const reachedSteps = steps[[...allowed].indexOf(state)] as number;
      expect(reachedSteps).toBeGreaterThanOrEqual(done);
      expect(statuses(results).every((status) => /^(20[014]|409|500)$/.test(String(status)))).toBe(true);
    }
    expect(reached.size).toBeGreaterThan(steps.length - 2);
  });

  test("once, at any call, that operation fails with 500 and what depends on it with 409, and all others are done [G-4 G-5 P-3.7-12]", async () => {
    for (const fault of await faults(list, make)) {
      if (fault.isCrash) continue;
      const inner = make();
      const { results, events } = await run(faultyStorage(inner, fault).storage, list);
      const failed = results.findIndex(({ status }) => status === "500");
      expect(failed, JSON.stringify(fault)).toBeGreaterThanOrEqual(0);
      expect(events.filter(({ type }) => type === "fault")).toHaveLength(1);
      const isDone = (index: number) => results[index].response === undefined;
      // Behind the call, storage may have done what nobody was told: then the operation is there as a whole.
      const without = list.filter((_, index) => isDone(index));
      const within = list.filter((_, index) => isDone(index) || index === failed);
      const expected = await Promise.all(
        [without, within].map(async (rest) => {
          const memory = memoryStorage();
          await run(memory, rest);
          return stateOf(memory);
        }),
      );
      expect(expected, JSON.stringify(fault)).toContain(await stateOf(inner));
    }
  });
});

describe("a circle on an adapter without transactions", () => {
  test("is taken back when one of its calls fails without effect, and the rest is done [G-5 P-3.7.1-01]", async () => {
    for (const fault of await faults(withCircles, plainStorage)) {
      if (fault.isCrash || fault.when === "after") continue;
      const memory = plainStorage();
      const { results } = await run(faultyStorage(memory, fault).storage, withCircles);
      const rest = withCircles.filter((_, index) => results[index].response === undefined);
      const expected = plainStorage();
      await run(expected, rest);
      expect(await stateOf(memory), JSON.stringify(fault)).toBe(await stateOf(expected));
      expect(
        [
          [1, 2, 3],
          [5, 6],
        ].every((circle) => new Set(circle.map((index) => results[index].response === undefined)).size === 1),
      ).toBe(true);
    }
  });

  test("that cannot be taken back either is told of as an error", async () => {
    const memory = plainStorage();
    const fault: Fault = { at: 2, when: "before", isCrash: true };
    const { events } = await run(faultyStorage(memory, fault).storage, withCircles.slice(1, 4).map(withoutUser));
    expect(events.filter(({ type }) => type === "fault").length).toBeGreaterThan(1);
    expect(told(events)).toEqual([]);
  });
});

describe("transactions", () => {
  test("are one for each operation and one for each circle, on the adapter that they hand out", async () => {
    const inner = transactionalStorage();
    const log: string[] = [];
    const storage: StorageAdapter = {
      ...inner,
      create: () => Promise.reject(new Error("outside of a transaction")),
      replace: () => Promise.reject(new Error("outside of a transaction")),
      delete: () => Promise.reject(new Error("outside of a transaction")),
      transaction: (work, context) => {
        log.push("begin");
        const transaction = inner.transaction as NonNullable<StorageAdapter["transaction"]>;
        return transaction.call(
          inner,
          (one) =>
            work({
              ...one,
              create: (request, given) => {
                log.push("create");
                return one.create(request, given);
              },
            }),
          context,
        ) as never;
      },
    };
    const results = await sendBulk(directory({ storage }), withCircles);
    expect(new Set(statuses(results))).toEqual(new Set(["201", "200"]));
    const create = ["create", "create"];
    expect(log).toEqual([
      "begin",
      "create",
      "begin",
      ...create,
      "create",
      "begin",
      "begin",
      ...create,
      "begin",
      "create",
    ]);
  });

  test("that are tried again leave one event for each change, and one note for each tolerance [G-20]", async () => {
    const expected = directory();
    const retried = directory({ storage: transactionalStorage({ retries: 2 }) });
    const list = [...withCircles, postUser("quirky", { active: "True", unknown: 1 })];
    const [results, again] = [await sendBulk(expected, list), await sendBulk(retried, list)];
    expect(statuses(again)).toEqual(statuses(results));
    const types = (events: readonly ScimEvent[]) => events.map(({ type }) => type);
    expect(types(retried.events)).toEqual(types(expected.events));
    expect(types(retried.events)).toEqual(expect.arrayContaining(["created", "patched", "quirk", "unknownAttribute"]));
  });

  test("that fail leave no event of a change, but the notes about the request [G-20]", async () => {
    const inner = transactionalStorage();
    const storage: StorageAdapter = {
      ...inner,
      transaction: async (work, context) => {
        await (inner.transaction as NonNullable<StorageAdapter["transaction"]>).call(
          inner,
          async (one) => {
            await work(one);
            throw new Error("the commit failed");
          },
          context,
        );
        throw new Error("unreachable");
      },
    };
    const service = directory({ storage });
    const results = await sendBulk(service, [postUser("ada", { active: "True", password: "s3cret", unknown: 1 })]);
    expect(statuses(results)).toEqual(["500"]);
    expect(service.events.map(({ type }) => type).sort()).toEqual(["fault", "quirk", "unknownAttribute"]);
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(0);
  });

  test("are told of in the order of the operations, after each commit [G-20]", async () => {
    const service = directory({ storage: transactionalStorage() });
    await sendBulk(service, operations);
    expect(told(service.events)).toEqual(["ada", "all", "edsger", "grace", "linus"]);
  });
});

describe("a client that leaves", () => {
  test("ends the request between two operations: what was done stays, whole, and nothing more is begun [P-3.7.3-01]", async () => {
    const gone = new AbortController();
    const service = directory({ storage: plainStorage() });
    let created = 0;
    const leaving = directory({
      storage: plainStorage(),
      onChange: ({ type }) => {
        if (type === "created" && ++created === 3) gone.abort();
      },
    });
    for (const { scim } of [leaving, service]) {
      const response = await scim.handle({
        method: "POST",
        url: "/scim/v2/Bulk",
        headers: { authorization: "Bearer good" },
        body: JSON.stringify(bulkOf(operations)),
        signal: gone.signal,
      });
      if (scim === leaving.scim) {
        expect(response.status).toBe(200);
        expect(statuses(JSON.parse(String(response.body)).Operations)).toEqual(["201", "201", "201"]);
      }
    }
    const { json } = await leaving.ask("GET", "/Users");
    expect(json.totalResults).toBe(2);
    expect((await service.ask("GET", "/Users")).json.totalResults).toBe(0);
  });

  test("within a circle undoes it [G-5]", async () => {
    for (const make of [plainStorage, transactionalStorage]) {
      const gone = new AbortController();
      const inner = make();
      const wrap = (adapter: StorageAdapter): StorageAdapter => {
        const { transaction } = adapter;
        return {
          ...adapter,
          create: async (request, context) => {
            const stored = await adapter.create(request, context);
            if (request.resource.displayName === "b") gone.abort();
            return stored;
          },
          ...(transaction && {
            transaction: (work, context) => transaction.call(adapter, (one) => work(wrap(one)), context) as never,
          }),
        };
      };
      const service = directory({ storage: wrap(inner) });
      const response = await service.scim.handle({
        method: "POST",
        url: "/scim/v2/Bulk",
        headers: { authorization: "Bearer good" },
        body: JSON.stringify(bulkOf(withCircles)),
        signal: gone.signal,
      });
      expect(response.status).toBe(200);
      expect(await stateOf(inner)).toBe((await prefixStates(withCircles, [1]))[0]);
      expect(service.events.map(({ type }) => type)).toEqual(["created"]);
    }
  });
});

/** The operation without its reference to the user that is not sent along. */
function withoutUser(operation: object): object {
  return JSON.parse(JSON.stringify(operation).replace(/,\{"value":"bulkId:ada"\}/, ""));
}
