import { expect, test } from "vitest";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { directory, filtered, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

const NOON = Date.parse("2026-01-01T12:00:00.000Z");
const MINUTES = 60_000;

/** Two servers over one storage, the first of which has a clock that is five minutes ahead. */
function servers() {
  const storage = memoryStorage();
  let elapsed = 0;
  const server = (ahead: number) => directory({ storage, clock: { now: () => new Date(NOON + ahead + elapsed) } });
  return {
    ahead: server(5 * MINUTES),
    behind: server(0),
    pass: (time: number) => {
      elapsed += time;
    },
  };
}

test.each([
  ["PUT", { schemas: [USER], userName: "ada", title: "Dr" }],
  ["PATCH", patchOf({ op: "replace", path: "title", value: "Dr" })],
])("a %s on a server whose clock is behind is never older than what was there, and is told at its own time", async (method, body) => {
  const { ahead, behind, pass } = servers();
  const { json: created } = await ahead.ask("POST", "/Users", { schemas: [USER], userName: "ada" });
  const { json: written } = await behind.ask(method, `/Users/${created.id}`, body);
  expect(written.meta.created).toBe("2026-01-01T12:05:00.000Z");
  expect(written.meta.lastModified).toBe("2026-01-01T12:05:00.000Z");
  expect(behind.events.filter(({ type }) => type === "replaced" || type === "patched")).toMatchObject([
    { at: "2026-01-01T12:00:00.000Z", after: { meta: { lastModified: "2026-01-01T12:05:00.000Z" } } },
  ]);

  pass(6 * MINUTES);
  const again = patchOf({ op: "replace", path: "title", value: "Prof" });
  const { json: later } = await behind.ask("PATCH", `/Users/${created.id}`, again);
  expect(later.meta.lastModified).toBe("2026-01-01T12:06:00.000Z");
});

test("a delta sync that begins where the last one ended finds what a server with a slower clock changed of the same resource", async () => {
  const { ahead, behind, pass } = servers();
  const { json } = await ahead.ask("POST", "/Users", { schemas: [USER], userName: "ada" });
  const since = json.meta.lastModified;
  pass(MINUTES);
  await behind.ask("PATCH", `/Users/${json.id}`, patchOf({ op: "replace", path: "title", value: "Dr" }));
  const found = await ahead.ask("GET", filtered("/Users", `meta.lastModified ge "${since}"`));
  expect(found.json.Resources).toMatchObject([{ userName: "ada", title: "Dr" }]);
});
