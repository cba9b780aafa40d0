import { createCipheriv, createDecipheriv, createHash, createHmac } from "node:crypto";
import { CompiledQuery } from "kysely";
import { afterAll, describe, expect, test } from "vitest";
import { createManyOf } from "../../src/storage/create-many.ts";
import {
  type Context,
  type ResourceObject,
  type StorageAdapter,
  type StorageWrapper,
  wrapStorage,
} from "../../src/storage/index.ts";
import { type MemoryStorage, memoryStorage } from "../../src/storage/memory/index.ts";
import { bulkOf, idOf, patchOf, postGroup, postUser, sendBulk, statuses } from "../support/bulk.ts";
import { directory } from "../support/directory.ts";
import { transactionalStorage } from "../support/transactional-storage.ts";
import { hasPostgres, postgresEngine, sqliteEngine } from "./sql/engines.ts";

const engines = [sqliteEngine("SQLite in memory"), ...(hasPostgres ? [postgresEngine()] : [])];
afterAll(async () => {
  for (const engine of engines) await engine.close();
});

const key = createHash("sha256").update("a key of the tests").digest();

/** One text for one text, so that a write which changes nothing is none. */
function seal(text: string): string {
  const nonce = createHmac("sha256", key).update(text).digest().subarray(0, 12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64");
}

/** @throws for what was not sealed. */
function open(text: string): string {
  const bytes = Buffer.from(text, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
}

function turn<R extends ResourceObject>(resource: R, how: (text: string) => string): R {
  return typeof resource.nickName === "string" ? { ...resource, nickName: how(resource.nickName) } : resource;
}

/** Seals what users are called by their friends. */
const sealing: StorageWrapper = (next) => ({
  async get(request, context) {
    const found = await next.get(request, context);
    return found && turn(found, open);
  },
  async query(request, context) {
    const found = await next.query(request, context);
    return { ...found, resources: found.resources.map((one) => turn(one, open)) };
  },
  async create(request, context) {
    return turn(await next.create({ ...request, resource: turn(request.resource, seal) }, context), open);
  },
  async replace(request, context) {
    const before = request.before && { before: turn(request.before, seal) };
    const replaced = await next.replace({ ...request, resource: turn(request.resource, seal), ...before }, context);
    return replaced && turn(replaced, open);
  },
});

describe.each(engines)("a wrapper that encrypts, over $name", (engine) => {
  test("encrypts what a bulk request and a PATCH in parts write, and the database holds no clear text", async () => {
    const { storage, db, tables } = await engine.open();
    const { ask, events } = directory({ storage: wrapStorage(storage, sealing) });
    const service = { ask } as Parameters<typeof sendBulk>[0];
    const made = await sendBulk(service, [
      postUser("ada", { nickName: "the Countess" }),
      postUser("bob", { nickName: "Bobby" }),
      patchOf("/Users/bulkId:bob", [{ op: "replace", path: "nickName", value: "Bo" }]),
      postGroup("engines", ["bulkId:ada"]),
    ]);
    expect(statuses(made)).toEqual(["201", "201", "200", "201"]);
    const [ada, bob] = made.map(idOf);
    expect((await ask("GET", `/Users/${ada}`)).json.nickName).toBe("the Countess");
    expect((await ask("GET", "/Users?sortBy=userName")).json.Resources).toMatchObject([
      { nickName: "the Countess" },
      { nickName: "Bo" },
    ]);
    const put = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: "bob", nickName: "Bo" };
    const { version } = (await ask("GET", `/Users/${bob}`)).json.meta;
    expect((await ask("PUT", `/Users/${bob}`, put)).json.meta.version).toBe(version);
    const at = tables.schema === undefined ? "" : `"${tables.schema}".`;
    const { rows } = await db.executeQuery(CompiledQuery.raw(`SELECT * FROM ${at}${tables.prefix}resource`));
    const held = JSON.stringify(rows);
    expect(held).toContain(seal("Bo"));
    for (const clear of ["Countess", "Bobby"]) expect(held).not.toContain(clear);
    expect(events.map(({ type }) => type)).toContain("created");
  });

  test("is what a copy of the storage is not: that lets a bulk request write in clear", async () => {
    const { storage } = await engine.open();
    const copy: StorageAdapter = { ...storage, ...sealing({ ...storage, applyDelta: async () => "declined" }) };
    const service = directory({ storage: copy });
    const [made] = await sendBulk(service, [postUser("ada", { nickName: "the Countess" })]);
    const { resources } = await storage.query(
      {
        resourceType: service.scim.resourceTypes[0] as never,
        page: { startIndex: 1, count: 1 },
        select: { includes: () => true },
      },
      {},
    );
    expect(made.status).toBe("201");
    expect(resources[0]?.nickName).toBe("the Countess");
  });
});

/** Notes each write that there was. */
const auditing =
  (lines: string[]): StorageWrapper =>
  (next) => ({
    async create(request, context) {
      const created = await next.create(request, context);
      lines.push(`create ${request.resourceType.name}`);
      return created;
    },
    async replace(request, context) {
      const replaced = await next.replace(request, context);
      lines.push(`replace ${request.resourceType.name}`);
      return replaced;
    },
    async applyDelta(request, context) {
      const done = await next.applyDelta(request, context);
      if (done !== "declined") lines.push(`delta ${request.attribute.path}`);
      return done;
    },
    async delete(request, context) {
      const isGone = await next.delete(request, context);
      lines.push(`delete ${request.resourceType.name}`);
      return isGone;
    },
  });

const storages: readonly (readonly [string, () => Promise<StorageAdapter>])[] = [
  ["memory", async () => memoryStorage()],
  [
    "memory without deltas and transactions",
    async () => {
      const { applyDelta: _, transaction: __, ...bare }: StorageAdapter = memoryStorage();
      return bare;
    },
  ],
  ["an adapter with transactions", async () => transactionalStorage()],
  ...engines.map((engine) => [engine.name, async () => (await engine.open()).storage] as const),
];

describe.each(storages)("a wrapper that audits, over %s", (name, make) => {
  test("sees each write of a bulk request once", async () => {
    const lines: string[] = [];
    const inner = await make();
    const hasDeltas = inner.applyDelta !== undefined;
    const service = directory({ storage: wrapStorage(inner, auditing(lines)) });
    const results = await sendBulk(service, [
      postUser("ada"),
      postUser("bob"),
      postGroup("engines"),
      patchOf("/Groups/bulkId:engines", [{ op: "add", path: "members", value: [{ value: "bulkId:ada" }] }]),
      patchOf("/Users/bulkId:bob", [{ op: "replace", path: "title", value: "Sir" }]),
      { method: "DELETE", path: "/Users/bulkId:bob" },
    ]);
    expect(
      statuses(results)
        .map(String)
        .every((status) => status.startsWith("2")),
      name,
    ).toBe(true);
    expect(lines).toEqual([
      "create User",
      "create User",
      "create Group",
      hasDeltas ? "delta members" : "replace Group",
      "replace User",
      "delete User",
    ]);
  });
});

describe("wrapStorage", () => {
  test("keeps what it does not know, and hands functions of a class on with their own state", async () => {
    class Counted {
      readonly name = "counted";
      readonly contract = 1;
      #asked = 0;
      readonly #memory = memoryStorage();
      readonly outbox = { of: "counted" };
      async get(...given: Parameters<StorageAdapter["get"]>) {
        this.#asked++;
        return this.#memory.get(...given);
      }
      async query(...given: Parameters<StorageAdapter["query"]>) {
        return this.#memory.query(...given);
      }
      async create(...given: Parameters<StorageAdapter["create"]>) {
        return this.#memory.create(...given);
      }
      async replace(...given: Parameters<StorageAdapter["replace"]>) {
        return this.#memory.replace(...given);
      }
      async delete(...given: Parameters<StorageAdapter["delete"]>) {
        return this.#memory.delete(...given);
      }
      asked() {
        return this.#asked;
      }
    }
    const counted = new Counted();
    const wrapped = wrapStorage(counted as unknown as StorageAdapter & Counted, () => ({}));
    expect(wrapped).toMatchObject({ name: "counted", contract: 1, outbox: { of: "counted" } });
    const { ask } = directory({ storage: wrapped });
    expect((await ask("GET", "/Users/1")).status).toBe(404);
    expect(wrapped.asked()).toBe(1);
    expect("applyDelta" in wrapped).toBe(false);
  });

  test("hands a transaction's own members to its work, such as the handle, and wraps wrappers", async () => {
    const seen: unknown[] = [];
    const base: StorageAdapter = {
      ...memoryStorage(),
      transaction: (work) => work({ ...memoryStorage(), handle: "the transaction" }),
    };
    const note =
      (line: string): StorageWrapper =>
      (next) => ({
        async get(request, context) {
          seen.push(line);
          return next.get(request, context);
        },
      });
    const twice = wrapStorage(wrapStorage(base, note("inner")), note("outer"));
    await twice.transaction?.(async (storage) => {
      expect(storage.handle).toBe("the transaction");
      await storage.get({ resourceType: directory({}).scim.resourceTypes[0] as never } as never, {});
    }, {});
    expect(seen).toEqual(["outer", "inner"]);
  });

  test("lets a wrapper stand around transactions themselves, whose adapters it wraps all the same", async () => {
    const lines: string[] = [];
    const storage = wrapStorage(transactionalStorage(), (next) => ({
      ...auditing(lines)(next),
      async transaction<T>(work: (inner: StorageAdapter) => Promise<T>, context: Context): Promise<T> {
        lines.push("begin");
        if (next.transaction === undefined) throw new Error("There are no transactions.");
        return next.transaction(work, context);
      },
    }));
    await directory({ storage }).ask("POST", "/Bulk", bulkOf([postUser("ada")]));
    expect(lines).toEqual(["begin", "create User"]);
  });

  test("keeps the faster way of imports where create is the storage's own, and leaves it where it is the wrapper's", async () => {
    const { storage } = await sqliteEngine("SQLite in memory").open();
    const own = wrapStorage(storage, () => ({}));
    const noted = wrapStorage(storage, auditing([]));
    expect([storage, own, noted].map((each) => createManyOf(each) !== undefined)).toEqual([true, true, false]);
  });

  test("gives the type of storage that it was given", () => {
    const storage: MemoryStorage = wrapStorage(memoryStorage(), () => ({}));
    expect(typeof storage.readSecret).toBe("function");
  });
});
