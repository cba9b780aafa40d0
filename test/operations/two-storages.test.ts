import { type ChangeEvent, createScim, Group, type ScimOptions, User } from "scimkit";
import { openSqlite, sqlStorage } from "scimkit/sql";
import { describe, expect, test } from "vitest";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/** Users and groups in two storages, which have one connection between them: whoever holds it and waits for another waits for ever. */
async function serve(options: Partial<ScimOptions>) {
  const db = await openSqlite(":memory:");
  const [users, groups] = [sqlStorage({ db }), sqlStorage({ db })];
  await users.prepare();
  await groups.prepare();
  const events: ChangeEvent[] = [];
  const scim = createScim({
    resourceTypes: [User, Group],
    storage: { User: users, Group: groups },
    baseUrl: "https://example.com/scim/v2",
    authenticate: () => ({}),
    onChange: (event) => void events.push(event),
    ...options,
  });
  const send = async (method: string, path: string, body?: object) => {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await scim.handle({ method, url: `/scim/v2${path}`, headers: {}, ...text });
    const answer = await new Response(response.body as BodyInit).text();
    return { status: response.status, body: answer === "" ? undefined : JSON.parse(answer) };
  };
  const user = async (userName: string): Promise<string> =>
    (await send("POST", "/Users", { schemas: [User.schema.id], userName })).body.id;
  return { send, user, events };
}

describe.each([
  ["decide", { decide: () => undefined }],
  ["outbox", { outbox: true }],
  ["ownership", { ownership: true }],
  ["adopt", { adopt: () => "link", lifecycle: { remember: 60 }, ownership: true }],
] satisfies readonly (readonly [
  string,
  Partial<ScimOptions>,
])[])("references across two storages with %s", (_, options) => {
  test("are looked up by every verb without another connection, and each change is told once", async () => {
    const { send, user, events } = await serve(options);
    const [ada, bob, cay] = [await user("ada"), await user("bob"), await user("cay")];
    events.length = 0;
    const group = (...members: readonly string[]) => ({
      schemas: [Group.schema.id],
      displayName: "Staff",
      members: members.map((value) => ({ value })),
    });
    const { status, body: made } = await send("POST", "/Groups", group(ada, bob));
    expect(status).toBe(201);
    const path = `/Groups/${made.id}`;
    const patch = (...Operations: readonly object[]) => send("PATCH", path, { schemas: [PATCH], Operations });
    const add = (value: string) => ({ op: "add", path: "members", value: [{ value }] });
    expect((await patch(add(cay))).status).toBe(204);
    expect((await patch(add(ada), { op: "replace", path: "displayName", value: "All" })).status).toBe(200);
    expect((await send("PUT", path, group(bob, cay))).status).toBe(200);
    for (const refused of [
      patch(add("nobody")),
      send("PUT", path, group("nobody")),
      send("POST", "/Groups", group("nobody")),
    ])
      expect((await refused).status).toBe(400);
    const Operations = [{ method: "POST", path: "/Groups", bulkId: "g", data: group(ada) }];
    expect((await send("POST", "/Bulk", { schemas: [BULK], Operations })).body.Operations[0].status).toBe("201");
    expect((await send("GET", path)).body.members.map(({ value }: { value: string }) => value).sort()).toEqual(
      [bob, cay].sort(),
    );
    expect(events.map(({ type }) => type)).toEqual(["created", "patched", "patched", "replaced", "created"]);
    expect((await send("DELETE", path)).status).toBe(204);
  }, 5000);
});
