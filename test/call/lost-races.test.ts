import { describe, expect, test } from "vitest";
import type { StorageAdapter } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { type Directory, directory, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

interface Race extends Directory {
  readonly path: string;
  readonly etag: string;
}

/** A user, and a service whose first writes are overtaken: between a look at the user and the write, another one changes the title. */
async function overtaken(times = 1): Promise<Race> {
  const memory = memoryStorage();
  const other = directory({ storage: memory });
  const created = await other.ask("POST", "/Users", { schemas: [USER], userName: "ann" });
  const path = `/Users/${created.json.id}`;
  let left = times;
  const overtake = async (): Promise<void> => {
    if (left === 0) return;
    left--;
    const value = left === 0 ? "faster" : `faster ${left}`;
    const answer = await other.ask("PATCH", path, patchOf({ op: "replace", path: "title", value }));
    if (answer.status !== 200) throw new Error(`the other write was refused: ${answer.body}`);
  };
  const storage: StorageAdapter = {
    ...memory,
    replace: async (request, context) => {
      await overtake();
      return memory.replace(request, context);
    },
    delete: async (request, context) => {
      await overtake();
      return memory.delete(request, context);
    },
  };
  return { ...directory({ storage }), path, etag: created.headers.ETag as string };
}

const WRITES = [
  ["PUT", { schemas: [USER], userName: "ann", nickName: "n" }, { nickName: "n" }],
  [
    "PATCH",
    patchOf({ op: "add", path: "nickName", value: "n" }),
    // The write that was faster is not undone.
    { nickName: "n", title: "faster" },
  ],
  ["DELETE", undefined, undefined],
] as const;

describe.each(WRITES)("%s that another write overtakes", (method, body, outcome) => {
  test.each([
    ["no If-Match", {}],
    ["If-Match: *", { "If-Match": "*" }],
  ])("is done all the same where it has %s, since any version will do [P-3.14-05 P-3.14-08 R-39]", async (_, headers) => {
    const { ask, path } = await overtaken();
    expect((await ask(method, path, body, headers)).status).toBe(method === "DELETE" ? 204 : 200);
    const after = await ask("GET", path);
    expect(after.status).toBe(method === "DELETE" ? 404 : 200);
    if (outcome !== undefined) expect(after.json).toMatchObject(outcome);
    if (method === "PUT") expect(after.json).not.toHaveProperty("title");
  });

  test("is 412 where its If-Match says the version that it knew [P-3.14-05 P-3.14-08 T-I3]", async () => {
    const { ask, path, etag } = await overtaken();
    expect((await ask(method, path, body, { "If-Match": etag })).status).toBe(412);
    const after = (await ask("GET", path)).json;
    expect(after).toMatchObject({ userName: "ann", title: "faster" });
    expect(after).not.toHaveProperty("nickName");
  });

  test("is 412 where its If-None-Match forbids a version, which binds it to the one that it saw [R-39]", async () => {
    const { ask, path } = await overtaken();
    expect((await ask(method, path, body, { "If-Match": "*", "If-None-Match": '"x"' })).status).toBe(412);
    expect((await ask("GET", path)).json).toMatchObject({ title: "faster" });
  });
});

describe.each(WRITES.slice(0, 2))("%s that others overtake again and again", (method, body, outcome) => {
  test("is done at the tenth try, and after that is 409, which says to try again [T-I4]", async () => {
    const late = await overtaken(9);
    const answer = await late.ask(method, late.path, body);
    expect(answer).toMatchObject({ status: 200, json: outcome });
    const told = ({ events }: Race) => events.map(({ type }) => type).filter((type) => type !== "quirk");
    expect(told(late)).toEqual([method === "PUT" ? "replaced" : "patched"]);
    const lost = await overtaken(10);
    expect(await lost.ask(method, lost.path, body)).toMatchObject({ status: 409 });
    expect((await lost.ask("GET", lost.path)).json).not.toHaveProperty("nickName");
    expect(told(lost)).toEqual([]);
  });
});
