import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { directory, filtered, GROUP, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

test("a member is added to a large group by one call that names the member alone; the group is not read [T-J2]", async () => {
  for (const size of [10, 10_000]) {
    const memory = memoryStorage();
    const calls: unknown[] = [];
    const note = (name: string, size: number) => calls.push([name, size]);
    const { ask } = directory({
      settings: { references: "ignore" },
      storage: {
        ...memory,
        get(request, context) {
          note(
            "get",
            request.resourceType.attributes.filter((one) => one.collection && request.select.includes(one)).length,
          );
          return memory.get(request, context);
        },
        replace(request, context) {
          note("replace", 1);
          return memory.replace(request, context);
        },
        applyDelta(request, context) {
          note("applyDelta", request.add.length + request.remove.length);
          return memory.applyDelta?.(request, context) ?? Promise.resolve(undefined);
        },
      },
    });
    const members = Array.from({ length: size }, (_, at) => ({ value: `m${at}` }));
    const path = `/Groups/${(await ask("POST", "/Groups", { schemas: [GROUP], displayName: "g", members })).json.id}`;
    for (const operation of [
      { op: "add", path: "members", value: [{ value: "new" }] },
      { op: "remove", path: 'members[value eq "new"]' },
    ]) {
      calls.length = 0;
      expect((await ask("PATCH", path, patchOf(operation))).status).toBe(204);
      expect(calls).toEqual([["applyDelta", 1]]);
    }
  }
});

test("nothing is kept of filters and paths: memory is as before after thousands of different ones [T-J5]", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const { ask } = directory({ onNotice: () => undefined });
  const { id } = (await ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json;
  let at = 0;
  /** Each leaves 4 KB behind if it is kept, in one form or another. */
  const different = async (count: number): Promise<number> => {
    for (const end = at + count; at < end; at++) {
      const text = JSON.stringify(`${at}`.padEnd(1900, "x"));
      await ask("GET", filtered("/Users", `userName eq ${text}`));
      await ask("PATCH", `/Users/${id}`, patchOf({ op: "remove", path: `emails[value eq ${text}]` }));
    }
    collect();
    return process.memoryUsage().heapUsed;
  };
  let before = await different(300);
  const growths: number[] = [];
  for (let round = 0; round < 3; round++) {
    const after = await different(1000);
    growths.push(after - before);
    before = after;
  }
  // What is kept of filters is kept in each round; what the runner and the compiler keep for themselves comes in one.
  const [, median = Number.NaN] = growths.sort((left, right) => left - right);
  expect(median).toBeLessThan(1_000_000);
});

test("groups within groups are not expanded, in a diamond of forty levels or in a circle [T-J7 T-I6]", async () => {
  const { ask } = directory();
  const group = async (displayName: string, members: readonly string[]): Promise<string> => {
    const body = { schemas: [GROUP], displayName, members: members.map((value) => ({ value })) };
    return (await ask("POST", "/Groups", body)).json.id;
  };
  const { id } = (await ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json;
  let below: readonly string[] = [id];
  for (let level = 0; level < 40; level++) below = [await group(`a${level}`, below), await group(`b${level}`, below)];
  // The user is in the two groups of the first level, and in 2^40 ways in those of the last.
  expect((await ask("GET", `/Users/${id}`)).json.groups).toHaveLength(2);
  expect((await ask("GET", `/Groups/${below[0]}`)).json.members).toHaveLength(2);
  expect((await ask("GET", filtered("/Users", `groups.value eq "${below[0]}"`))).json.totalResults).toBe(0);

  const circle = [await group("c0", [])];
  for (let at = 1; at < 100; at++) circle.push(await group(`c${at}`, [circle[at - 1] as string]));
  const closing = patchOf({ op: "add", path: "members", value: [{ value: circle.at(-1) }] });
  expect((await ask("PATCH", `/Groups/${circle[0]}`, closing)).status).toBe(204);
  for (const one of circle) expect((await ask("GET", `/Groups/${one}`)).json.members).toHaveLength(1);
  expect((await ask("GET", "/Groups?count=1000")).json.totalResults).toBe(180);
  for (const one of circle) expect((await ask("DELETE", `/Groups/${one}`)).status).toBe(204);
  const itself = patchOf({ op: "add", path: "members", value: [{ value: below[0] }] });
  expect((await ask("PATCH", `/Groups/${below[0]}`, itself)).json.status).toBe("400");
});
