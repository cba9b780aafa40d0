import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { CompiledQuery } from "kysely";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { openSqlite, type SqlStorage, sqlStorage } from "../../../src/storage/sql/index.ts";
import { callsOf, Group, User } from "./calls.ts";

/** How many messages have gone to threads. */
const messages = vi.hoisted(() => ({ sent: 0 }));
vi.mock("node:worker_threads", async (original) => {
  const module = await original<typeof import("node:worker_threads")>();
  class Counting extends module.Worker {
    override postMessage(...given: Parameters<Worker["postMessage"]>): void {
      messages.sent++;
      super.postMessage(...given);
    }
  }
  return { ...module, Worker: Counting };
});

async function open() {
  const folder = mkdtempSync(join(tmpdir(), "scimkit-"));
  const file = join(folder, "scim.db");
  const db = await openSqlite(file);
  onTestFinished(async () => {
    await db.destroy();
    rmSync(folder, { recursive: true });
  });
  const storage = sqlStorage({ db });
  await storage.prepare();
  return { db, storage, file };
}

/** What a process that opens the file anew finds. */
async function namesIn(file: string): Promise<readonly unknown[]> {
  const db = await openSqlite(file);
  onTestFinished(() => db.destroy());
  const { resources } = await callsOf(sqlStorage({ db })).find(User, undefined, { startIndex: 1, count: 1000 });
  return resources.map(({ userName }) => userName).sort();
}

const numbers = (many: number): readonly number[] => Array.from({ length: many }, (_, at) => at);

/** Creates users at once, and gives which of them were refused. */
async function createAtOnce(storage: SqlStorage, names: readonly string[]): Promise<readonly number[]> {
  const calls = callsOf(storage);
  const outcomes = await Promise.allSettled(names.map((userName, at) => calls.user(`u${at}`, { userName })));
  return outcomes.flatMap(({ status }, at) => (status === "rejected" ? [at] : []));
}

describe("writes on a file of SQLite that wait for their turn", () => {
  test("are committed together, by fewer messages than there are writes, and are all on the disk when they are answered", async () => {
    const { storage, file } = await open();
    await callsOf(storage).user("first", { userName: "first" });
    const before = messages.sent;
    const names = numbers(60).map((at) => `user${String(at).padStart(2, "0")}`);
    expect(await createAtOnce(storage, names)).toEqual([]);
    expect(messages.sent - before).toBeLessThan(names.length / 2);
    expect(await namesIn(file)).toEqual(["first", ...names]);
  });

  test("are refused one by one: a name that is taken costs nobody else a write", async () => {
    const { storage, file } = await open();
    await callsOf(storage).user("first", { userName: "taken" });
    const names = numbers(30).map((at) => (at % 3 === 1 ? "Taken" : `user${String(at).padStart(2, "0")}`));
    const refused = numbers(30).filter((at) => at % 3 === 1);
    expect(await createAtOnce(storage, names)).toEqual(refused);
    expect(await namesIn(file)).toEqual(["taken", ...names.filter((name) => name !== "Taken")]);
  });

  test("are each done alone where one of them undoes the transaction that they share", async () => {
    const { db, storage, file } = await open();
    await callsOf(storage).user("first", { userName: "first" });
    await db.executeQuery(
      CompiledQuery.raw(`CREATE TRIGGER undo BEFORE INSERT ON scim_resource WHEN new.document LIKE '%undo%'
        BEGIN SELECT RAISE(ROLLBACK, 'undone'); END`),
    );
    const names = numbers(20).map((at) => (at === 7 ? "undo" : `user${String(at).padStart(2, "0")}`));
    expect(await createAtOnce(storage, names)).toEqual([7]);
    expect(await namesIn(file)).toEqual(["first", ...names.filter((name) => name !== "undo")]);
  });

  test("change one group member by member, and each gives it a version of its own", async () => {
    const { storage } = await open();
    const calls = callsOf(storage);
    const ids = numbers(40).map((at) => `u${at}`);
    for (const id of ids) await calls.user(id, { userName: id });
    await calls.group("g");
    // Every other member comes twice at once, and once each is nothing new.
    const adding = [...ids, ...ids.filter((_, at) => at % 2 === 0)];
    const results = await Promise.all(adding.map((value) => calls.delta("g", [value])));
    expect(results.flatMap((result) => (typeof result === "object" ? result.added : []))).toHaveLength(ids.length);
    const group = await calls.get(Group, "g");
    expect((group?.members as readonly { value: string }[]).map(({ value }) => value).sort()).toEqual([...ids].sort());
    expect(group?.meta.version).toBe(String(1 + ids.length));
  });

  test("of a transaction of the host's are refused one by one, and are undone with it", async () => {
    const { storage, file } = await open();
    await callsOf(storage).user("first", { userName: "taken" });
    await storage.transaction?.(async (inner) => {
      const calls = callsOf(inner as SqlStorage);
      await calls.user("u1", { userName: "one" });
      await expect(calls.user("u2", { userName: "Taken" })).rejects.toMatchObject({ status: 409 });
      await calls.user("u3", { userName: "three" });
    }, {});
    const undone = storage.transaction?.(async (inner) => {
      await callsOf(inner as SqlStorage).user("u4", { userName: "four" });
      throw new Error("The host has changed its mind.");
    }, {});
    await expect(undone).rejects.toThrow("The host has changed its mind.");
    expect(await namesIn(file)).toEqual(["one", "taken", "three"]);
  });
});
