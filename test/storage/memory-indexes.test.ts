import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { callsOf, Group, User } from "./sql/calls.ts";

describe("the indexes of memory", () => {
  test("keep nothing of keys whose last resource is gone, however many had shared one", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const { user, remove } = callsOf(memoryStorage());
    const rounds = 2000;
    const length = 10_000;
    const heap = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const pass = async (name: string): Promise<void> => {
      for (let round = 0; round < rounds; round++) {
        // Of its own for each round, and flat: a text that is put together of others would be smaller than it looks.
        const externalId = Buffer.from(`${name}${round}`.padEnd(length, "x")).toString();
        await user(`a${round}`, { externalId });
        await user(`b${round}`, { externalId });
        await remove(User, `a${round}`);
        await remove(User, `b${round}`);
      }
    };
    await pass("warm");
    const before = heap();
    await pass("next");
    // Kept keys would be all of it.
    expect(heap() - before).toBeLessThan((rounds * length) / 4);
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
