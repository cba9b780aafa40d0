import { expect, test } from "vitest";
import { type Context, compileResourceType, type StorageAdapter, User } from "../../src/index.ts";
import { SELECT_ALL } from "../../src/storage/adapter.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { WatchedStorage } from "../../src/storage/watch.ts";

const resourceType = compileResourceType(User);
const read = { resourceType, id: "1", select: SELECT_ALL };

test("what a transaction asks for is counted, carries the signal and stops with it", async () => {
  const memory = memoryStorage();
  const signals: (AbortSignal | undefined)[] = [];
  const inner: StorageAdapter = {
    ...memory,
    get: (request, context) => {
      signals.push(request.signal);
      return memory.get(request, context);
    },
  };
  const meter = { calls: 0, scanned: 0 };
  const leave = new AbortController();
  const storage = new WatchedStorage({ ...inner, transaction: (work) => work(inner) }, leave.signal, meter);
  const work = storage.transaction?.(async (transaction) => {
    await transaction.get(read, {});
    leave.abort();
    await transaction.get(read, {});
  }, {});
  await expect(work).rejects.toMatchObject({ name: "AbortError" });
  expect(signals).toEqual([leave.signal]);
  expect(meter.calls).toBe(1);
  await expect(storage.transaction?.(async () => 1, {})).rejects.toMatchObject({ name: "AbortError" });
});

test("an adapter that is an object of a class keeps its own state", async () => {
  class Counting {
    readonly name = "counting";
    readonly contract = 1;
    #asked = 0;
    readonly #memory = memoryStorage();
    readonly create = this.#memory.create;
    readonly query = this.#memory.query;
    readonly replace = this.#memory.replace;
    readonly delete = this.#memory.delete;
    async get(...given: Parameters<StorageAdapter["get"]>) {
      this.#asked++;
      return this.#memory.get(...given);
    }
    async applyDelta() {
      this.#asked++;
      return "declined" as const;
    }
    async transaction<T>(work: (storage: StorageAdapter) => Promise<T>, _context: Context): Promise<T> {
      this.#asked++;
      return work(this);
    }
    get asked() {
      return this.#asked;
    }
  }
  const adapter = new Counting();
  const storage = new WatchedStorage(adapter, undefined, { calls: 0, scanned: 0 });
  await storage.get(read, {});
  await storage.transaction?.((inner) => inner.get(read, {}), {});
  expect(adapter.asked).toBe(3);
});

test("an adapter without the optional parts has none of them when it is watched", () => {
  const { get, query, create, replace, delete: remove } = memoryStorage();
  const storage = new WatchedStorage(
    { name: "bare", contract: 1, get, query, create, replace, delete: remove },
    undefined,
    {
      calls: 0,
      scanned: 0,
    },
  );
  const optional = ["capabilities", "handle", "outbox", "ledger", "applyDelta", "transaction"];
  expect(optional.filter((name) => name in storage)).toEqual([]);
});
