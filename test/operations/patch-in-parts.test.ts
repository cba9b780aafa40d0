import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ChangeEvent,
  defineResourceType,
  defineSchema,
  type ScimEvent,
  type StorageAdapter,
  User,
} from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { directory, GROUP, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";
import { pickSize } from "../support/size.ts";
import { transactionalStorage } from "../support/transactional-storage.ts";
import { withoutTransactions } from "../support/without-transactions.ts";

const TEAM = "urn:example:params:scim:schemas:Team";
const member = { type: "complex", multiValued: true, scimkit: { collection: true } } as const;

/** A type with two collections that nobody checks the references of. */
const Team = defineResourceType({
  name: "Team",
  schema: defineSchema({
    id: TEAM,
    name: "Team",
    attributes: {
      label: { required: true },
      motto: {},
      tags: { multiValued: true },
      players: { ...member, subAttributes: { value: {}, role: {} } },
      fans: { ...member, subAttributes: { value: {}, role: {} } },
    },
  }),
});

/** Storage that notes which of its methods were called, within a transaction or not. */
function watched(storage: StorageAdapter, calls: string[] = [], depth = 0): StorageAdapter {
  const note =
    <A extends unknown[], R>(name: string, call: (...given: A) => R) =>
    (...given: A): R => {
      calls.push(depth === 0 ? name : `${name} in a transaction`);
      return call(...given);
    };
  const { applyDelta, transaction } = storage;
  return {
    ...storage,
    get: note("get", storage.get),
    replace: note("replace", storage.replace),
    ...(applyDelta === undefined ? {} : { applyDelta: note("applyDelta", applyDelta) }),
    ...(transaction === undefined
      ? {}
      : { transaction: (work, context) => transaction((inner) => work(watched(inner, calls, depth + 1)), context) }),
  };
}

const people = (...values: readonly string[]) => values.map((value) => ({ value }));
const rename = (label: string) => ({ op: "replace", path: "label", value: label });
const add = (path: string, ...values: readonly string[]) => ({ op: "add", path, value: people(...values) });
const remove = (path: string, value: string) => ({ op: "remove", path: `${path}[value eq "${value}"]` });

interface Given {
  readonly wrap?: (storage: StorageAdapter) => StorageAdapter;
  readonly retries?: number;
}

async function team({ wrap = (storage) => storage, retries = 0 }: Given = {}) {
  const calls: string[] = [];
  const storage = watched(wrap(transactionalStorage({ retries })), calls);
  const service = directory({ storage, resourceTypes: [User, Team], newId: () => "t1" });
  const body = { schemas: [TEAM], label: "A", players: people("p1", "p2", "p3"), fans: people("f1", "f2") };
  const created = await service.ask("POST", "/Teams", body);
  service.events.length = 0;
  calls.length = 0;
  const patch = (operations: readonly object[], headers: Record<string, string> = {}) =>
    service.ask("PATCH", "/Teams/t1?excludedAttributes=players,fans", patchOf(...operations), headers);
  const read = async () => (await service.ask("GET", "/Teams/t1")).json;
  return { ...service, calls, patch, read, version: created.json.meta.version as string };
}

const isChange = (event: ScimEvent): event is ChangeEvent => "transaction" in event;
const valuesOf = (elements: readonly { readonly value: string }[] | undefined) =>
  (elements ?? []).map(({ value }) => value).sort();

describe("a PATCH of collections together with other attributes", () => {
  test("sends each collection's part as a delta, in one transaction with the rest, which is read without them", async () => {
    const { patch, calls, read, events } = await team();
    const answer = await patch([
      remove("players", "p1"),
      rename("B"),
      add("fans", "f3"),
      add("players", "p4"),
      remove("players", "nobody"),
    ]);
    expect(answer).toMatchObject({ status: 200, json: { label: "B" } });
    expect(calls.slice(0, 4)).toEqual([
      "applyDelta in a transaction",
      "applyDelta in a transaction",
      "get in a transaction",
      "replace in a transaction",
    ]);
    const after = await read();
    expect([after.label, valuesOf(after.players), valuesOf(after.fans)]).toEqual([
      "B",
      ["p2", "p3", "p4"],
      ["f1", "f2", "f3"],
    ]);
    expect(answer.json.meta).toEqual(after.meta);
    expect(events.filter(isChange)).toEqual([
      expect.objectContaining({
        type: "patched",
        version: after.meta.version.slice(3, -1),
        attributes: ["label", "players", "fans"],
        changes: [{ op: "replace", path: "/label", value: "B" }],
        deltas: [
          { attribute: "players", joined: people("p4"), left: ["p1"] },
          { attribute: "fans", joined: people("f3"), left: [] },
        ],
        before: expect.not.objectContaining({ players: expect.anything() }),
        after: expect.objectContaining({ label: "B" }),
      }),
    ]);
  });

  test("of two collections alone is two deltas in one transaction, and reads nothing", async () => {
    const { ask, calls, read } = await team();
    const answer = await ask("PATCH", "/Teams/t1", patchOf(add("players", "p9"), remove("fans", "f1")));
    expect(answer.status).toBe(204);
    expect(calls).toEqual(["applyDelta in a transaction", "applyDelta in a transaction"]);
    const after = await read();
    expect([valuesOf(after.players), valuesOf(after.fans)]).toEqual([["p1", "p2", "p3", "p9"], ["f2"]]);
  });

  test("reads the one collection that an operation has to look at, and leaves the other to a delta", async () => {
    const { patch, calls, read } = await team();
    await patch([
      { op: "replace", path: 'players[value sw "p"].role', value: "guard" },
      remove("players", "p1"),
      remove("fans", "f1"),
    ]);
    expect(calls.slice(0, 3)).toEqual([
      "applyDelta in a transaction",
      "get in a transaction",
      "replace in a transaction",
    ]);
    const after = await read();
    expect(after.players).toEqual(["p2", "p3"].map((value) => ({ value, role: "guard" })));
    expect(valuesOf(after.fans)).toEqual(["f2"]);
  });

  test("takes effect as a whole: what the rest is refused for undoes the deltas, and is told with its position", async () => {
    const { patch, read, events } = await team();
    const before = await read();
    const answer = await patch([add("players", "p9"), { op: "remove", path: "label" }]);
    expect(answer).toMatchObject({ status: 400, json: { scimType: "mutability" } });
    expect(answer.json.detail).toContain("Operations[1]");
    expect(await read()).toEqual(before);
    expect(events.filter(isChange)).toEqual([]);
  });

  test("that changes nothing writes nothing, keeps the version and tells nobody", async () => {
    const { patch, read, events, calls } = await team();
    const before = await read();
    calls.length = 0;
    const answer = await patch([add("players", "p1"), rename("A"), remove("fans", "nobody")]);
    expect(answer.status).toBe(200);
    expect(calls).not.toContain("replace in a transaction");
    expect(await read()).toEqual(before);
    expect(events).toEqual([]);
  });

  test.each([
    ["the deltas", [add("players", "p9"), rename("A")], ["players"]],
    ["the rest", [add("players", "p1"), rename("B")], ["label"]],
  ])("of which %s alone changes something is told of that", async (_, operations, attributes) => {
    const { patch, read, events, version } = await team();
    await patch(operations);
    const now = (await read()).meta.version.slice(3, -1);
    expect(now).not.toBe(version.slice(3, -1));
    expect(events.filter(isChange)).toEqual([expect.objectContaining({ attributes, version: now })]);
  });

  test.each([
    ["the version", (version: string) => version],
    ["several versions", (version: string) => `W/"0", ${version}`],
    ["any version", () => "*"],
  ])("with If-Match of %s is done: the version that its first write makes is no other's", async (_, tags) => {
    const { patch, read, version } = await team();
    const answer = await patch([add("players", "p9"), remove("fans", "f1"), rename("B")], {
      "if-match": tags(version),
    });
    expect(answer.status).toBe(200);
    const after = await read();
    expect([after.label, valuesOf(after.players), valuesOf(after.fans)]).toEqual([
      "B",
      ["p1", "p2", "p3", "p9"],
      ["f2"],
    ]);
  });

  test.each([
    ["a delta that changes something", add("players", "p9")],
    ["a delta that changes nothing", add("players", "p1")],
  ])("with If-Match of another version is 412, with %s before the rest, and nothing is done", async (_, delta) => {
    const { patch, read } = await team();
    const before = await read();
    for (const tags of ['W/"77"', 'W/"77", W/"78"'])
      expect((await patch([delta, rename("B")], { "if-match": tags })).status).toBe(412);
    expect(await read()).toEqual(before);
  });

  test("is done once, and told of once, where the database asks for the transaction again", async () => {
    const { patch, read, events } = await team({ retries: 2 });
    await patch([add("players", "p9"), rename("B")]);
    expect(await read()).toMatchObject({ label: "B" });
    expect(events.filter(isChange)).toHaveLength(1);
  });

  test.each([
    ["declines all deltas", (): ReturnType<NonNullable<StorageAdapter["applyDelta"]>> => Promise.resolve("declined")],
    ["takes no deltas", undefined],
  ])("is read and written as a whole where storage %s", async (_, applyDelta) => {
    const without = ({ applyDelta: _applyDelta, transaction, ...storage }: StorageAdapter): StorageAdapter => ({
      ...storage,
      ...(applyDelta === undefined ? {} : { applyDelta }),
      ...(transaction === undefined
        ? {}
        : { transaction: (work, context) => transaction((inner) => work(without(inner)), context) }),
    });
    const { patch, read, events } = await team({ wrap: without });
    expect((await patch([remove("players", "p1"), rename("B"), add("fans", "f3")])).status).toBe(200);
    const after = await read();
    expect([after.label, valuesOf(after.players), valuesOf(after.fans)]).toEqual([
      "B",
      ["p2", "p3"],
      ["f1", "f2", "f3"],
    ]);
    expect(events.filter(isChange)).toMatchObject([
      {
        deltas: [
          { attribute: "players", joined: [], left: ["p1"] },
          { attribute: "fans", joined: [{ value: "f3" }], left: [] },
        ],
      },
    ]);
  });

  test("where one collection's delta is declined, that one is read and the other is not", async () => {
    const choosy = (storage: StorageAdapter): StorageAdapter => ({
      ...storage,
      applyDelta: async (request, context) =>
        request.attribute.path === "players" ? "declined" : storage.applyDelta?.(request, context),
      ...(storage.transaction === undefined
        ? {}
        : { transaction: (work, context) => storage.transaction?.((inner) => work(choosy(inner)), context) as never }),
    });
    const { patch, read, events } = await team({ wrap: choosy });
    await patch([remove("players", "p1"), rename("B"), add("fans", "f3")]);
    const after = await read();
    expect([after.label, valuesOf(after.players), valuesOf(after.fans)]).toEqual([
      "B",
      ["p2", "p3"],
      ["f1", "f2", "f3"],
    ]);
    expect(events.filter(isChange)).toEqual([
      expect.objectContaining({
        attributes: ["label", "players", "fans"],
        deltas: [
          { attribute: "players", joined: [], left: ["p1"] },
          { attribute: "fans", joined: people("f3"), left: [] },
        ],
      }),
    ]);
  });

  test("is read and written as a whole where storage has no transactions", async () => {
    const memory = withoutTransactions(memoryStorage());
    const calls: string[] = [];
    const service = directory({ storage: watched(memory, calls), resourceTypes: [Team], newId: () => "t1" });
    await service.ask("POST", "/Teams", { schemas: [TEAM], label: "A", players: people("p1") });
    calls.length = 0;
    await service.ask("PATCH", "/Teams/t1", patchOf(add("players", "p2"), rename("B")));
    expect(calls.slice(0, 2)).toEqual(["get", "replace"]);
    expect(calls).not.toContain("applyDelta");
  });

  test("says of a delta that storage refuses which operation it was", async () => {
    const service = directory({ storage: transactionalStorage(), settings: { references: "check" } });
    const { json } = await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "G" });
    const answer = await service.ask(
      "PATCH",
      `/Groups/${json.id}`,
      patchOf({ op: "replace", path: "displayName", value: "H" }, add("members", "nobody")),
    );
    expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    expect(answer.json.detail).toContain("Operations[1]");
  });
});

describe("within a bulk request", () => {
  test("deltas and the rest are done in the transaction of the operation", async () => {
    const { ask, calls, read } = await team();
    const operation = (...operations: readonly object[]) => {
      return { method: "PATCH", path: "/Teams/t1", data: patchOf(...operations) };
    };
    const answer = await ask("POST", "/Bulk", {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
      Operations: [
        operation(remove("players", "p1"), rename("B")),
        operation(remove("players", "p2"), { op: "remove", path: "label" }),
        operation(remove("players", "p3"), rename("C")),
      ],
    });
    expect(answer.json.Operations.map(({ status }: { status: string }) => status)).toEqual(["200", "400", "200"]);
    expect(calls.filter((call) => call === "applyDelta in a transaction")).toHaveLength(3);
    expect(await read()).toMatchObject({ label: "C", players: people("p2") });
  });
});

const seed = Number(process.env.FAST_CHECK_SEED ?? Math.floor(Math.random() * 2 ** 31));
const numRuns = pickSize("mixed requests", { everyday: 150, thorough: 3000 });

describe("laws", () => {
  const who = fc.constantFrom("p1", "p2", "p3", "x1", "x2");
  const collection = fc.constantFrom("players", "fans");
  const operation = fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .tuple(collection, fc.array(who, { minLength: 1, maxLength: 3 }))
        .map(([path, values]) => add(path, ...values)),
    },
    { weight: 3, arbitrary: fc.tuple(collection, who).map(([path, value]) => remove(path, value)) },
    fc.tuple(collection, who).map(([path, value]) => ({ op: "remove", path, value: people(value) })),
    fc.constantFrom("A", "B").map(rename),
    fc.constantFrom("M", null).map((value) => ({ op: "replace", path: "motto", value })),
    fc.constantFrom("s", "t").map((value) => ({ op: "add", path: "tags", value })),
    fc.constant({ op: "remove", path: "tags" }),
    {
      weight: 1,
      arbitrary: fc
        .tuple(collection, who)
        .map(([path, value]) => ({ op: "replace", path: `${path}[value eq "${value}"].role`, value: "r" })),
    },
    { weight: 1, arbitrary: collection.map((path) => ({ op: "replace", path, value: people("p1", "x9") })) },
    fc.constant({ op: "remove", path: "label" }),
  );
  const requests = fc.array(fc.array(operation, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 });

  /** What an event comes to, whichever way it came about: who left and joined at once has stayed. */
  const meaningOf = ({ type, attributes, changes, deltas }: ChangeEvent) => ({
    type,
    attributes: [...attributes].sort(),
    // What was undone again is told as well where the write is told of as a whole.
    changes: changes.filter(({ path }) => attributes.includes(path.split("/")[1] ?? "")),
    comings: deltas
      .map(({ attribute, joined, left }) => ({
        attribute,
        joined: valuesOf(joined as never).filter((value) => !left.includes(value)),
        left: left.filter((value) => !valuesOf(joined as never).includes(value as string)).sort(),
      }))
      .filter(({ joined, left }) => joined.length + left.length > 0)
      .sort((one, other) => (one.attribute < other.attribute ? -1 : 1)),
  });

  test(`by deltas and by reading the whole, a request comes to the same state, answer and event (seed ${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (sent) => {
        const whole = ({ applyDelta: _applyDelta, transaction: _transaction, ...storage }: StorageAdapter) => storage;
        const [parts, reference] = [await team(), await team({ wrap: whole })];
        for (const operations of sent) {
          const outcome = async ({ patch, read, events }: typeof parts) => {
            const before = (await read()).meta.version;
            events.length = 0;
            const { status, json } = await patch(operations);
            const { meta, ...after } = await read();
            const told = events.filter(isChange);
            expect(told.every(({ version }) => `W/"${version}"` === meta.version)).toBe(true);
            return {
              status,
              scimType: json?.scimType,
              isChanged: meta.version !== before,
              state: { ...after, players: valuesOf(after.players), fans: valuesOf(after.fans) },
              told: told.map(meaningOf),
            };
          };
          expect(await outcome(parts)).toEqual(await outcome(reference));
        }
      }),
      { seed, numRuns },
    );
  });
});

describe("a PATCH of members that are in another storage", () => {
  test("holds no transaction while that is asked for them: both may share the connections of one pool", async () => {
    const groups = transactionalStorage();
    const users = memoryStorage();
    let open = 0;
    const asked: number[] = [];
    const service = directory({
      storage: {
        Group: {
          ...groups,
          transaction: async (work, context) => {
            open++;
            try {
              return await (groups.transaction as NonNullable<typeof groups.transaction>)(work, context);
            } finally {
              open--;
            }
          },
        },
        User: {
          ...users,
          get: (request, context) => {
            asked.push(open);
            return users.get(request, context);
          },
        },
      },
    });
    const user = await service.ask("POST", "/Users", { schemas: [USER], userName: "ada" });
    const group = await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "G" });
    const answer = await service.ask(
      "PATCH",
      `/Groups/${group.json.id}`,
      patchOf(add("members", user.json.id), { op: "replace", path: "displayName", value: "H" }),
    );
    expect(answer).toMatchObject({ status: 200, json: { displayName: "H", members: [{ value: user.json.id }] } });
    expect(asked).toEqual([0]);
  });
});

describe("what one request may look at", () => {
  test("is one budget for all of a bulk request: an operation that would go beyond it is 400 tooMany, one by value is not", async () => {
    const service = directory({ limits: { comparisons: 25 } });
    const emails = Array.from({ length: 10 }, (_, index) => ({ value: `${index}@x`, type: "work" }));
    const { json } = await service.ask("POST", "/Users", { schemas: [USER], userName: "ada", emails });
    const path = `/Users/${json.id}`;
    const look = { op: "remove", path: "emails[display pr]" };
    const operation = (...operations: readonly object[]) => ({ method: "PATCH", path, data: patchOf(...operations) });
    const bulk = (...Operations: readonly object[]) =>
      service.ask("POST", "/Bulk", {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        Operations,
      });
    const answer = await bulk(
      operation(look),
      operation(look),
      operation(look),
      operation({ op: "replace", path: "nickName", value: "A" }),
      operation(look),
    );
    const statuses = answer.json.Operations.map(({ status }: { status: string }) => status);
    expect(statuses).toEqual(["200", "200", "400", "200", "400"]);
    expect(answer.json.Operations[2].response).toMatchObject({
      scimType: "tooMany",
      detail: expect.stringMatching(/limits\.comparisons.*value eq/),
    });
    // The next request has its own.
    expect((await service.ask("PATCH", path, patchOf(look, look))).status).toBe(200);
    expect((await service.ask("PATCH", path, patchOf(look, look, look))).status).toBe(400);
  });

  test("is not spent by what is done again because another writer was faster", async () => {
    const memory = memoryStorage();
    let races = 5;
    let overtake: (() => Promise<unknown>) | undefined;
    const storage: StorageAdapter = {
      ...memory,
      replace: async (request, context) => {
        if (overtake !== undefined && races-- > 0) {
          const again = overtake;
          overtake = undefined;
          await again();
          overtake = again;
        }
        return memory.replace(request, context);
      },
    };
    const service = directory({ storage, limits: { comparisons: 25 } });
    const emails = Array.from({ length: 10 }, (_, index) => ({ value: `${index}@x`, type: "work" }));
    const { json } = await service.ask("POST", "/Users", { schemas: [USER], userName: "ada", emails });
    let count = 0;
    const title = () => patchOf({ op: "replace", path: "title", value: `T${count++}` });
    overtake = () => service.ask("PATCH", `/Users/${json.id}`, title());
    const answer = await service.ask(
      "PATCH",
      `/Users/${json.id}`,
      patchOf({ op: "remove", path: "emails[display pr]" }, { op: "replace", path: "nickName", value: "A" }),
    );
    expect(answer).toMatchObject({ status: 200, json: { nickName: "A", title: "T4" } });
  });

  test("is not spent by what the database asks for again", async () => {
    const service = directory({ storage: transactionalStorage({ retries: 4 }), limits: { comparisons: 25 } });
    const emails = Array.from({ length: 10 }, (_, index) => ({ value: `${index}@x`, type: "work" }));
    const { json } = await service.ask("POST", "/Users", { schemas: [USER], userName: "ada", emails });
    const look = patchOf({ op: "remove", path: "emails[display pr]" });
    const operation = { method: "PATCH", path: `/Users/${json.id}`, data: look };
    const answer = await service.ask("POST", "/Bulk", {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
      Operations: [operation, operation, operation],
    });
    expect(answer.json.Operations.map(({ status }: { status: string }) => status)).toEqual(["200", "200", "400"]);
  });

  test("lets others go on meanwhile, and ends where its client leaves", async () => {
    const service = directory({ settings: { references: "ignore" } });
    const members = Array.from({ length: 10_000 }, (_, index) => ({ value: `m${index}`, display: `Name ${index}` }));
    const { json } = await service.ask("POST", "/Groups?excludedAttributes=members", {
      schemas: [GROUP],
      displayName: "G",
      members,
    });
    const clauses = Array.from({ length: 250 }, (_, index) => `display ew "z${index}"`).join(" or ");
    const long = JSON.stringify(patchOf({ op: "remove", path: `members[${clauses}]` }));
    const leaving = new AbortController();
    setImmediate(() => leaving.abort(new Error("left")));
    const answer = service.scim.handle({
      method: "PATCH",
      url: `/scim/v2/Groups/${json.id}`,
      headers: { authorization: "Bearer good" },
      body: long,
      signal: leaving.signal,
    });
    expect((await answer).status).toBe(503);
    expect((await service.ask("GET", `/Groups/${json.id}?attributes=meta`)).json.meta.version).toBe(json.meta.version);
  });
});
