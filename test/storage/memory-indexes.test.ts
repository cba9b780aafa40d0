import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { callsOf, Group, User } from "./sql/calls.ts";

const ROUNDS = 1000;
const LENGTH = 20_000;

/** A text of its own, and flat: one that is put together of others would be smaller than it looks. */
function longText(name: string): string {
  return Buffer.from(name.padEnd(LENGTH, "x")).toString();
}

/** By how many texts the heap has grown behind as many rounds, each of which makes one and gives it up again. */
async function textsKept(round: (name: string) => Promise<unknown>): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const used: number[] = [];
  for (const pass of ["first", "second"]) {
    for (let at = 0; at < ROUNDS; at++) await round(`${pass}${at}`);
    collectGarbage();
    used.push(process.memoryUsage().heapUsed);
  }
  const [before = 0, after = 0] = used;
  return (after - before) / LENGTH;
}

describe("the indexes of memory", () => {
  test("keep nothing of keys whose last resource is gone, however many had shared one", async () => {
    const { user, remove } = callsOf(memoryStorage());
    const kept = await textsKept(async (name) => {
      const externalId = longText(name);
      await user("ann", { externalId });
      await user("bob", { externalId });
      await remove(User, "ann");
      await remove(User, "bob");
    });
    expect(kept).toBeLessThan(ROUNDS / 4);
  });

  test("keep nothing of a group that is gone, whose members deltas took out before", async () => {
    const { user, delta, remove, create } = callsOf(memoryStorage());
    await user("ann");
    const kept = await textsKept(async (name) => {
      await create(Group, "g", { displayName: longText(name) });
      await delta("g", ["ann"]);
      await delta("g", [], ["ann"]);
      await remove(Group, "g");
    });
    expect(kept).toBeLessThan(ROUNDS / 4);
  });

  test("know no holder of what a delta took out of its collection: it is not changed again [P-3.6-06 G-1 G-8]", async () => {
    const { user, group, get, remove, delta, find } = callsOf(memoryStorage());
    await user("ann");
    await user("bob");
    await group("g", ["ann", "bob"]);
    await delta("g", [], ["ann"]);
    expect(await get(User, "ann")).not.toHaveProperty("groups");
    expect((await get(User, "bob"))?.groups).toMatchObject([{ value: "g" }]);
    expect((await find(Group, 'members.value eq "ann"')).totalResults).toBe(0);
    expect((await find(User, 'groups.value eq "g"')).totalResults).toBe(1);
    const version = (await get(Group, "g"))?.meta.version;
    await remove(User, "ann");
    expect((await get(Group, "g"))?.meta.version).toBe(version);
    await remove(User, "bob");
    expect((await get(Group, "g"))?.meta.version).not.toBe(version);
  });

  test("know the holder of what a delta took out and put back", async () => {
    const { user, group, get, remove, delta } = callsOf(memoryStorage());
    await user("ann");
    await group("g", ["ann"]);
    await delta("g", [], ["ann"]);
    await delta("g", ["ann"]);
    expect((await get(User, "ann"))?.groups).toMatchObject([{ value: "g" }]);
    await remove(User, "ann");
    expect(await get(Group, "g")).not.toHaveProperty("members");
  });
});
