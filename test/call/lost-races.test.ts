import { describe, expect, test } from "vitest";
import type { StorageAdapter } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { type Directory, directory, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

interface Race extends Directory {
  readonly path: string;
  readonly etag: string;
}

/** A user, and a service whose first write is overtaken: between its look at the user and its write, another one changes the title. */
async function overtaken(): Promise<Race> {
  const memory = memoryStorage();
  const other = directory({ storage: memory });
  const created = await other.ask("POST", "/Users", { schemas: [USER], userName: "ann" });
  const path = `/Users/${created.json.id}`;
  let isOvertaken = false;
  const overtake = async (): Promise<void> => {
    if (isOvertaken) return;
    isOvertaken = true;
    const answer = await other.ask("PATCH", path, patchOf({ op: "replace", path: "title", value: "faster" }));
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
