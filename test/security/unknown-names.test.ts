import { describe, expect, test } from "vitest";
import { directory, ENTERPRISE, GROUP, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

const LIMIT = 40;

/** So many names that no schema has. */
const names = (count: number, prefix = "strange") =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, 1]));

async function account() {
  const service = directory({ limits: { elements: LIMIT } });
  const { json } = await service.ask("POST", "/Users", { schemas: [USER], userName: "ada" });
  service.events.length = 0;
  return {
    ...service,
    path: `/Users/${json.id}`,
    read: async () => (await service.ask("GET", `/Users/${json.id}`)).json,
  };
}

const user = (more: object) => ({ schemas: [USER], userName: "ada", ...more });

/** Where a request can name what there is not. */
const REQUESTS: readonly (readonly [string, string, (count: number) => object])[] = [
  ["a PUT", "PUT", (count) => user(names(count))],
  ["a complex value", "PUT", (count) => user({ name: { givenName: "A", ...names(count) } })],
  ["an extension", "PUT", (count) => user({ [ENTERPRISE]: { department: "d", ...names(count) } })],
  ["several values", "PUT", (count) => user({ name: names(count - 20), ...names(20) })],
  ["the value of a PATCH", "PATCH", (count) => patchOf({ op: "add", value: { title: "T", ...names(count) } })],
  [
    "a value of a PATCH",
    "PATCH",
    (count) => patchOf({ op: "add", path: "name", value: { givenName: "A", ...names(count) } }),
  ],
  [
    "the paths of a PATCH",
    "PATCH",
    (count) =>
      patchOf(
        { op: "add", path: "title", value: "T" },
        ...Object.keys(names(count)).map((path) => ({ op: "add", path, value: 1 })),
      ),
  ],
  [
    "paths and values of a PATCH together",
    "PATCH",
    (count) =>
      patchOf(
        { op: "add", path: "name", value: { givenName: "A", ...names(count - 20) } },
        ...Object.keys(names(20)).map((path) => ({ op: "add", path, value: 1 })),
      ),
  ],
];

describe("names that no schema has", () => {
  test.each(
    REQUESTS,
  )("in %s are left out and told of, and more of them than a list may have elements are 400", async (_, method, body) => {
    const { ask, path, read, events } = await account();
    const answer = await ask(method, path, body(LIMIT));
    expect(answer.status).toBe(200);
    expect(events.filter(({ type }) => type === "unknownAttribute" || type === "quirk").length).toBeGreaterThanOrEqual(
      LIMIT,
    );
    const before = await read();
    events.length = 0;
    const refused = await ask(method, path, body(LIMIT + 1));
    expect(refused).toMatchObject({ status: 400, json: { scimType: "invalidSyntax" } });
    expect(refused.json.detail).toContain(`more than ${LIMIT} names`);
    expect(await read()).toEqual(before);
    expect(events.length).toBeLessThanOrEqual(LIMIT);
  });

  test("in the elements of a list count once each: every member of a large group may have one", async () => {
    const { ask } = directory({ limits: { elements: LIMIT }, settings: { references: "ignore" } });
    const members = (count: number) =>
      Array.from({ length: 3 * LIMIT }, (_, index) => ({ value: `m${index}`, ...names(count) }));
    const group = (count: number) => ({ schemas: [GROUP], displayName: "G", members: members(count) });
    const created = await ask("POST", "/Groups", group(1));
    expect(created).toMatchObject({ status: 201, json: { displayName: "G" } });
    const add = (count: number) => patchOf({ op: "add", path: "members", value: members(count) });
    expect((await ask("PATCH", `/Groups/${created.json.id}`, add(2))).status).toBe(204);
    for (const refused of [
      await ask("POST", "/Groups", group(LIMIT + 1)),
      await ask("PATCH", `/Groups/${created.json.id}`, add(LIMIT + 1)),
    ])
      expect(refused).toMatchObject({ status: 400, json: { scimType: "invalidSyntax" } });
  });

  test("in a POST are bounded too, and nothing is created", async () => {
    const { ask } = await account();
    const body = { schemas: [USER], userName: "bob", ...names(LIMIT + 1) };
    expect(await ask("POST", "/Users", body)).toMatchObject({ status: 400, json: { scimType: "invalidSyntax" } });
    expect((await ask("GET", "/Users")).json.totalResults).toBe(1);
  });
});
