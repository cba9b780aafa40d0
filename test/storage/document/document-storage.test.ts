import { describe, expect, test } from "vitest";
import {
  type AttributeLiteral,
  createScim,
  defineResourceType,
  defineSchema,
  Group,
  type ScimOptions,
  type StorageAdapter,
  User,
} from "../../../src/index.ts";
import {
  type DocumentKey,
  type DocumentStore,
  documentStorage,
  type SingleDocuments,
} from "../../../src/storage/index.ts";
import { type ScoreCard, storageConformance, testClient } from "../../../src/testing/index.ts";
import { pickSize } from "../../support/size.ts";
import { atomicStore, Shelf, singleStore } from "./stores.ts";

/** A process dies at each of its calls to the store, or at every so many of them. */
const STRIDE = pickSize("calls between two deaths", { everyday: 4, thorough: 1 });

const STORES = [
  ["several documents in one step", atomicStore],
  ["one document at a time", singleStore],
] as const;

function clientOf(storage: StorageAdapter, options: Partial<ScimOptions> = {}) {
  const scim = createScim({
    resourceTypes: [User, Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
    ...options,
  });
  return testClient(scim);
}

const userOf = (userName: string) => ({ schemas: [User.schema.id], userName });
const groupOf = (displayName: string, ...members: readonly unknown[]) => ({
  schemas: [Group.schema.id],
  displayName,
  members: members.map((value) => ({ value })),
});

/** A process that dies at its `n`-th call to the store, before or after that call has its effect. */
function mortal(store: DocumentStore, n: number, hasEffect: boolean): DocumentStore {
  let calls = 0;
  const members = Object.entries(store).map(([name, member]) => [
    name,
    typeof member !== "function" || name === "list"
      ? member
      : async (...given: readonly unknown[]) => {
          calls++;
          if (calls > n || (calls === n && !hasEffect)) throw new Error("The process is dead.");
          const result = await member(...given);
          if (calls === n) throw new Error("The process is dead.");
          return result;
        },
  ]);
  return Object.fromEntries(members) as DocumentStore;
}

/** Everything that can be seen. */
async function stateOf(client: ReturnType<typeof clientOf>) {
  const [users, groups] = [await client.get("/Users"), await client.get("/Groups")];
  return { users: users.resources, groups: groups.resources };
}

describe.each(STORES)("documentStorage over a store that changes %s", (_, storeOver) => {
  test.each([
    ["creates a group", (client, [ada]) => client.post("/Groups", groupOf("new", ada))],
    ["renames a user", (client, [ada]) => client.put(`/Users/${ada}`, userOf("countess"))],
    ["deletes a user whom groups have as a member", (client, [ada]) => client.delete(`/Users/${ada}`)],
    [
      "adds and removes members",
      (client, [ada, bob, group]) =>
        client.patch(`/Groups/${group}`, [
          { op: "add", path: "members", value: [{ value: bob }] },
          { op: "remove", path: `members[value eq "${ada}"]` },
        ]),
    ],
  ] as readonly [
    string,
    (client: ReturnType<typeof clientOf>, ids: readonly unknown[]) => Promise<unknown>,
  ][])("leaves the state before or the state after, whenever a process dies that %s, and lets the next one do it [G-4 G-19]", async (_what, act) => {
    for (const hasEffect of [false, true])
      for (let n = 1, isDone = false; !isDone; n += STRIDE) {
        expect(n).toBeLessThan(100);
        const shelf = new Shelf();
        const alive = clientOf(documentStorage(storeOver(shelf)));
        const [ada, bob] = [await alive.post("/Users", userOf("ada")), await alive.post("/Users", userOf("bob"))];
        const group = await alive.post("/Groups", groupOf("g", ada.body.id));
        await alive.post("/Groups", groupOf("h", ada.body.id, bob.body.id));
        const ids = [ada.body.id, bob.body.id, group.body.id];
        const before = await stateOf(alive);

        const answer = (await act(clientOf(documentStorage(mortal(storeOver(shelf), n, hasEffect))), ids)) as {
          readonly status: number;
        };
        isDone = answer.status < 300;
        const after = await stateOf(alive);
        expect(await stateOf(alive)).toEqual(after);
        const again = (await act(alive, ids)) as { readonly status: number };
        expect(again.status < 300 || again.status === 404).toBe(true);
        const wanted = await stateOf(alive);
        if (isDone) expect(after).not.toEqual(before);
        const shown = (state: typeof wanted) =>
          JSON.stringify(state, (name, value) => (["id", "meta", "$ref"].includes(name) ? undefined : value));
        // What was repeated came to the same, or was made anew: a second group of the same name.
        if (JSON.stringify(after) !== JSON.stringify(before) && !shown(wanted).includes('"new"'))
          expect(shown(after)).toBe(shown(wanted));
        // Nothing is in anybody's way: names, members and groups can be written by whoever comes next.
        expect((await alive.put(`/Users/${ids[1]}`, userOf("bobby"))).status).toBe(200);
        expect((await alive.put(`/Groups/${ids[2]}`, groupOf("g", ids[1]))).status).toBe(200);
      }
  });

  test("lets no release take a unique value that another one, which does not know it is, writes meanwhile [G-3]", async () => {
    const thing = (badge: AttributeLiteral) =>
      defineResourceType({
        name: "Thing",
        schema: defineSchema({ id: "urn:example:params:scim:schemas:Thing", name: "Thing", attributes: { badge } }),
      });
    const body = { schemas: ["urn:example:params:scim:schemas:Thing"], badge: "X" };
    const shelf = new Shelf();
    const before = clientOf(documentStorage(storeOver(shelf)), { resourceTypes: [thing({})] });
    const store = storeOver(shelf);
    let isFirst = true;
    const meanwhile = async () => {
      if (!isFirst) return;
      isFirst = false;
      expect((await before.post("/Things", body)).status).toBe(201);
    };
    // What the new release has looked at changes before it writes.
    const interrupted = Object.fromEntries(
      Object.entries(store).map(([name, member]) => [
        name,
        name !== "atomic" && name !== "insert"
          ? member
          : async (...given: readonly unknown[]) => {
              await meanwhile();
              return member(...given);
            },
      ]),
    ) as unknown as DocumentStore;
    const now = { resourceTypes: [thing({ uniqueness: "server" })] };
    expect((await clientOf(documentStorage(store), now).post("/Things", { ...body, badge: "Y" })).status).toBe(201);
    expect((await clientOf(documentStorage(interrupted), now).post("/Things", body)).status).toBe(409);
    expect((await before.get("/Things")).resources.map(({ badge }) => badge).sort()).toEqual(["X", "Y"]);
  });

  test("frees the name that a process had taken when it died", async () => {
    for (let n = 1, isDone = false; !isDone; n += STRIDE) {
      const shelf = new Shelf();
      const answer = await clientOf(documentStorage(mortal(storeOver(shelf), n, true))).post("/Users", userOf("ada"));
      isDone = answer.status === 201;
      const alive = clientOf(documentStorage(storeOver(shelf)));
      const { resources } = await alive.get("/Users");
      expect((await alive.post("/Users", userOf("Ada"))).status).toBe(resources.length === 0 ? 201 : 409);
    }
  });

  test("answers 503 with Retry-After where the store is out of reach, and tells the host why", async () => {
    const shelf = new Shelf();
    const faults: unknown[] = [];
    const client = clientOf(documentStorage(storeOver(shelf)), {
      onNotice: (notice) => notice.type === "fault" && faults.push((notice.error as Error).cause),
    });
    const gone = new Error("ECONNREFUSED 10.0.0.7");
    shelf.before = () => {
      throw gone;
    };
    for (const answer of [await client.get("/Users"), await client.post("/Users", userOf("ada"))]) {
      expect([answer.status, answer.headers["retry-after"]]).toEqual([503, expect.any(String)]);
      expect(JSON.stringify(answer.body)).not.toContain("10.0.0.7");
    }
    expect(faults).toEqual([gone, gone]);
  });

  test("looks up a userName and an id without a look at anybody else", async () => {
    const shelf = new Shelf();
    const client = clientOf(documentStorage(storeOver(shelf)));
    const { id } = (await client.post("/Users", userOf("ada"))).body;
    await client.post("/Users", userOf("bob"));
    const calls: string[] = [];
    shelf.before = (call) => void calls.push(call);
    for (const filter of ['userName eq "ADA"', `id eq "${id}"`, 'userName eq "ada" and userName sw "a"'])
      expect((await client.get(`/Users?filter=${encodeURIComponent(filter)}`)).resources).toMatchObject([{ id }]);
    expect(calls).not.toContain("list");
    expect((await client.get(`/Users?filter=${encodeURIComponent('title eq "x"')}`)).resources).toEqual([]);
    expect(calls).toContain("list");
  });

  test("leaves nothing of a tenant that is deleted, and nothing under way of what is done", async () => {
    const shelf = new Shelf();
    const storage = documentStorage(storeOver(shelf));
    const client = clientOf(storage);
    const { id } = (await client.post("/Users", userOf("ada"))).body;
    await client.post("/Groups", groupOf("g", id));
    expect([...shelf.documents.values()].filter(({ kind }) => kind === "plan")).toEqual([]);
    expect(await storage.deleteTenant(undefined)).toEqual({ Group: 1, User: 1 });
    expect([...shelf.documents.values()].map(({ kind, key }: DocumentKey) => [kind, key])).toEqual([]);
  });
});

describe("documentStorage", () => {
  test("says which functions a store lacks", () => {
    const { swap: _, ...store } = singleStore(new Shelf());
    expect(() => documentStorage(store as SingleDocuments)).toThrow(
      /the store has no swap: give get and list, and either atomic or insert, swap and remove/,
    );
    expect(() => documentStorage({ ...atomicStore(new Shelf()), name: "" })).toThrow(/give the store a name/);
    expect(() => documentStorage({ ...atomicStore(new Shelf()), hashSecrets: true } as never)).toThrow(/hashSecrets/);
  });

  test("takes a writer that shows signs of life for alive, however long it takes", async () => {
    const shelf = new Shelf();
    const members: unknown[] = [];
    for (let number = 0; number < 60; number++)
      members.push(
        (await clientOf(documentStorage(singleStore(shelf))).post("/Users", userOf(`user${number}`))).body.id,
      );
    let looks = 0;
    const waiting = singleStore(shelf);
    const waiter = clientOf(
      documentStorage({
        ...waiting,
        get(keys) {
          looks++;
          return waiting.get(keys);
        },
      }),
    );
    let deleting: Promise<{ readonly status: number }> | undefined;
    let isDeleted = false;
    const slow = singleStore(shelf);
    const said: string[] = [];
    const writer = documentStorage({
      ...slow,
      async swap(key, document, revision) {
        const isSwapped = await slow.swap(key, document, revision);
        if (key.kind === "plan") said.push(JSON.parse(document.text).state);
        if (key.kind === "links")
          deleting ??= waiter.delete(`/Users/${key.key}`).finally(() => {
            isDeleted = true;
          });
        // The waiter looks several times at what this one has in its hands, and much more often than it would at what does not move.
        const until = looks + 4;
        while (deleting !== undefined && !isDeleted && looks < until && !said.includes("done"))
          await new Promise(setImmediate);
        return isSwapped;
      },
    });
    const created = await clientOf(writer).post("/Groups", groupOf("large", ...members));
    expect([created.status, (await deleting)?.status]).toEqual([201, 204]);
    expect(said.filter((state) => state !== "pending")).toEqual(["done"]);
    expect(looks).toBeGreaterThan(200);
    const { resources } = await waiter.get("/Groups");
    expect((resources[0]?.members as readonly unknown[]).length).toBe(59);
  });
});

describe("a store that looks first and writes then", () => {
  /** What an adapter does that has no compare-and-swap: within its process, a queue keeps it right. */
  function queued(shelf: Shelf, more: { readonly atomic?: false }): SingleDocuments {
    const store = singleStore(shelf);
    let last: Promise<unknown> = Promise.resolve();
    const inTurn = (check: (key: DocumentKey) => Promise<boolean>, key: DocumentKey, write: () => void) => {
      const done = last.then(async () => {
        const isRight = await check(key);
        // As long as a store takes that is not in this process.
        await new Promise((resolve) => setImmediate(resolve));
        if (isRight) write();
        return isRight;
      });
      last = done;
      return done;
    };
    const nameOf = ({ tenant, kind, key }: DocumentKey) => JSON.stringify([tenant, kind, key]);
    const has = (revision: string | undefined) => async (key: DocumentKey) =>
      (await store.get([key]))[0]?.revision === revision;
    return {
      ...store,
      ...more,
      insert: (key, document) =>
        inTurn(has(undefined), key, () => shelf.documents.set(nameOf(key), { ...key, ...document })),
      swap: (key, document, revision) =>
        inTurn(has(revision), key, () => shelf.documents.set(nameOf(key), { ...key, ...document })),
      remove: (key, revision) => inTurn(has(revision), key, () => shelf.documents.delete(nameOf(key))),
    };
  }

  async function scoreOf(beginning: string, more: { readonly atomic?: false }): Promise<ScoreCard> {
    const registered: (() => Promise<void>)[] = [];
    const suite = storageConformance({
      test: (title, run) => title.startsWith(beginning) && registered.push(run),
      factory() {
        const shelf = new Shelf();
        return {
          storage: documentStorage(queued(shelf, more)),
          again: () => documentStorage(queued(shelf, more)),
        };
      },
    });
    for (const run of registered) await run().catch(() => undefined);
    return suite.scoreCard();
  }

  test("passes what the kit asks of one process, and fails loudly what it asks of two", async () => {
    expect(await scoreOf("uniqueness", {})).toMatchObject({ failed: 0 });
    const { chapters } = await scoreOf("processes", {});
    const failed = chapters.flatMap((chapter) => chapter.failed);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.map(({ because }) => because).join()).toMatch(/a queue within the process does not help/);
    expect(failed[0]?.remedy).toMatch(/#processes: .*atomic: false/);
  });

  test("says atomic: false, and the score card says what is not given", async () => {
    expect(documentStorage(queued(new Shelf(), { atomic: false })).capabilities?.atomic).toBe(false);
    const { chapters, failed, passed } = await scoreOf("processes", { atomic: false });
    const leftOut = chapters.flatMap((chapter) => chapter.leftOut);
    expect([failed, passed, leftOut.length]).toEqual([0, 0, 5]);
    expect(leftOut[0]?.because).toMatch(/atomic: false: what holds when two processes write at once is not given/);
  });
});
