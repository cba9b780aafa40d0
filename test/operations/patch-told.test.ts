import { describe, expect, test } from "vitest";
import { directoryWith, ENTERPRISE, GROUP, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const STATE = {
  users: [
    { id: "ada", schemas: [USER], userName: "ada", emails: [{ value: "ada@example.com", type: "work" }] },
    { id: "bob", schemas: [USER], userName: "bob", [ENTERPRISE]: { department: "Tools" } },
  ],
  groups: [{ id: "guides", schemas: [GROUP], displayName: "Guides", members: [{ value: "ada" }] }],
};
const patch = (...Operations: readonly object[]): object => ({ schemas: [PATCH], Operations });
const taken = { op: "replace", path: "userName", value: "bob" };

describe("what a PATCH is told of storage's refusal", () => {
  test("names the operation where there is one that it can come from [P-3.12-08]", async () => {
    const { ask } = await directoryWith(STATE);
    const alone = await ask("PATCH", "/Users/ada", patch(taken));
    expectRefusal(alone, 409, "uniqueness");
    expect(alone.json.detail).toMatch(/^Operations\[0\]: /);
    const parts = await ask("PATCH", "/Users/ada", patch({ op: "replace", value: { userName: "bob", title: "Dr" } }));
    expectRefusal(parts, 409, "uniqueness");
    expect(parts.json.detail).toMatch(/^Operations\[0\]: /);
  });

  test("names none where there are several, in whatever order", async () => {
    const { ask } = await directoryWith(STATE);
    const other = { op: "replace", path: "title", value: "Dr" };
    for (const operations of [
      [taken, other],
      [other, taken],
    ]) {
      const refused = await ask("PATCH", "/Users/ada", patch(...operations));
      expectRefusal(refused, 409, "uniqueness");
      expect(refused.json.detail).not.toMatch(/Operations\[/);
    }
  });

  test("has no position where the resource is not there or not the one that was asked for", async () => {
    const { ask } = await directoryWith(STATE);
    const gone = await ask("PATCH", "/Users/nobody", patch(taken));
    expectRefusal(gone, 404);
    expect(gone.json.detail).not.toMatch(/Operations/);
    const other = await ask("PATCH", "/Users/ada", patch({ op: "replace", path: "title", value: "Dr" }), {
      "if-match": 'W/"99"',
    });
    expectRefusal(other, 412);
    expect(other.json.detail).not.toMatch(/Operations/);
  });
});

describe("what a PATCH looks at", () => {
  test("are the limits and the rules of the service", async () => {
    const { ask } = await directoryWith(STATE, { limits: { elements: 2 } });
    const emails = (...names: string[]) => names.map((name) => ({ value: `${name}@example.com`, type: name }));
    const added = await ask("PATCH", "/Users/ada", patch({ op: "add", path: "emails", value: emails("home") }));
    expect(added.status).toBe(200);
    expectRefusal(
      await ask("PATCH", "/Users/ada", patch({ op: "add", path: "emails", value: emails("other") })),
      400,
      "invalidValue",
      /limits\.elements/,
    );
    const described = patch({ op: "replace", path: 'phoneNumbers[type eq "work"].value', value: "+1" });
    expect((await ask("PATCH", "/Users/ada", described)).json.phoneNumbers).toEqual([{ value: "+1", type: "work" }]);
    const strict = await directoryWith(STATE, { profile: "strict" });
    expectRefusal(await strict.ask("PATCH", "/Users/ada", described), 400, "noTarget");
  });

  test("is what storage computes as well, where a client sends it back", async () => {
    const { ask, events } = await directoryWith(STATE, { profile: "strict" });
    const echo = (value: string) => patch({ op: "replace", value: { title: "Dr", groups: [{ value }] } });
    expect(await ask("PATCH", "/Users/ada", echo("guides"))).toMatchObject({ status: 200, json: { title: "Dr" } });
    expectRefusal(await ask("PATCH", "/Users/bob", echo("guides")), 400, "mutability");
    expectRefusal(await ask("PATCH", "/Users/ada", echo("others")), 400, "mutability");
    expect(events).toMatchObject([{ type: "patched", id: "ada", attributes: ["title"] }]);
  });

  test("is the data of an extension whose URN it takes out of schemas", async () => {
    const { ask, events } = await directoryWith(STATE);
    const without = await ask(
      "PATCH",
      "/Users/bob",
      patch({ op: "remove", path: `schemas[value eq "${ENTERPRISE}"]` }),
    );
    expect(without.status).toBe(200);
    expect(without.json.schemas).toEqual([USER]);
    expect(without.json).not.toHaveProperty([ENTERPRISE]);
    expect(events).toMatchObject([{ type: "patched", id: "bob" }]);
  });
});

describe("a DELETE", () => {
  test("tells who is gone, a user with groups, a group without its members", async () => {
    const { ask, events } = await directoryWith(STATE);
    expect((await ask("DELETE", "/Users/ada")).status).toBe(204);
    expect((await ask("DELETE", "/Groups/guides")).status).toBe(204);
    expect(events).toMatchObject([
      { type: "deleted", id: "ada", attributes: [], changes: [], before: { userName: "ada" } },
      { type: "deleted", id: "guides", attributes: [], changes: [], before: { displayName: "Guides" } },
    ]);
    const [ada, guides] = events as readonly { readonly before: object }[];
    expect(ada?.before).toHaveProperty("groups");
    expect(guides?.before).not.toHaveProperty("members");
  });
});
