import { expect, test } from "vitest";
import type { StorageAdapter, StoredResource } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { directory, filtered, GROUP, USER } from "../support/directory.ts";
import { faultyStorage } from "../support/faulty-storage.ts";
import { patchOf } from "../support/patching.ts";

test("a read that lags behind, as from a replica, never makes a PATCH undo what was written since: it starts again, and gives up with 409 [T-I4]", async () => {
  for (const [behind, status] of [
    [3, 200],
    [Number.POSITIVE_INFINITY, 409],
  ] as const) {
    const { applyDelta: _fast, ...memory } = memoryStorage();
    let old: StoredResource | undefined;
    let asked = 0;
    const replica: StorageAdapter = {
      ...memory,
      get: (request, context) => (asked++ < behind ? Promise.resolve(old) : memory.get(request, context)),
    };
    const primary = directory({ storage: memory, settings: { references: "ignore" } });
    const group = { schemas: [GROUP], displayName: "g", members: [{ value: "a" }] };
    const path = `/Groups/${(await primary.ask("POST", "/Groups", group)).json.id}`;
    const add = (value: string) => patchOf({ op: "add", path: "members", value: [{ value }] });
    const seen = directory({
      storage: {
        ...memory,
        async get(request, context) {
          old = await memory.get(request, context);
          return structuredClone(old);
        },
      },
      settings: { references: "ignore" },
    });
    await seen.ask("GET", path);
    expect((await primary.ask("PATCH", path, add("b"))).status).toBe(200);
    const late = directory({ storage: replica, settings: { references: "ignore" } });
    expect((await late.ask("PATCH", path, add("c"))).status).toBe(status);
    expect(asked).toBeGreaterThan(3);
    const { members } = (await primary.ask("GET", path)).json;
    const values = members.map(({ value }: { value: string }) => value);
    expect(values).toEqual(status === 200 ? ["a", "b", "c"] : ["a", "b"]);
  }
});

test("thousands of changes within one instant have as many ETags [T-I8]", async () => {
  const { ask } = directory({ clock: { now: () => new Date(0) } });
  const { id } = (await ask("POST", "/Users", { schemas: [USER], userName: "ada" })).json;
  const tags = new Set<string | undefined>();
  for (let at = 0; at < 3000; at++) {
    const { headers } = await ask("PATCH", `/Users/${id}`, patchOf({ op: "replace", path: "title", value: `t${at}` }));
    tags.add(headers.ETag);
  }
  expect(tags.size).toBe(3000);
});

test("a write whose answer is lost can be sent again: a create is found, and all others come to the same [T-I10]", async () => {
  const memory = memoryStorage();
  const whole = directory({ storage: memory });
  const user = { schemas: [USER], userName: "ada", externalId: "e1" };
  /** A service that loses the answer of its next call to storage, behind its effect. */
  const losing = () => directory({ storage: faultyStorage(memory, { at: 1, when: "after", isCrash: false }).storage });
  expect((await losing().ask("POST", "/Users", user)).status).toBe(500);
  expect((await whole.ask("POST", "/Users", user)).json.scimType).toBe("uniqueness");
  const { Resources } = (await whole.ask("GET", filtered("/Users", 'externalId eq "e1"'))).json;
  expect(Resources).toHaveLength(1);
  const path = `/Users/${Resources[0].id}`;

  for (const [method, body] of [
    ["PUT", { ...user, title: "t" }],
    ["PATCH", patchOf({ op: "add", path: "emails", value: [{ value: "a@b.c" }] })],
    ["PATCH", patchOf({ op: "remove", path: "title" })],
  ] as const) {
    // A PUT and a PATCH read first; the second call is the write.
    const lost = directory({ storage: faultyStorage(memory, { at: 2, when: "after", isCrash: false }).storage });
    expect((await lost.ask(method, path, body)).status).toBe(500);
    const after = (await whole.ask("GET", path)).body;
    expect((await whole.ask(method, path, body)).status).toBe(200);
    expect((await whole.ask("GET", path)).body).toBe(after);
  }
  expect((await whole.ask("GET", path)).json).toMatchObject({ emails: [{ value: "a@b.c" }] });
  const deleting = faultyStorage(memory);
  await directory({ storage: deleting.storage }).ask("DELETE", `/Users/none`);
  const gone = directory({
    storage: faultyStorage(memory, { at: deleting.calls(), when: "after", isCrash: false }).storage,
  });
  await gone.ask("DELETE", path);
  expect((await whole.ask("DELETE", path)).status).toBeOneOf([204, 404]);
  expect((await whole.ask("GET", path)).status).toBe(404);
});
