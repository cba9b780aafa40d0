import { type AdoptionCandidate, compileResourceType, createScim, EnterpriseUserSchema, Group, User } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { describe, expect, test } from "vitest";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const OPEN = "urn:example:params:scim:schemas:Badge";

const USER = {
  schemas: [User.schema.id, EnterpriseUserSchema.id],
  userName: "ada",
  externalId: "1",
  name: { familyName: "Lovelace" },
  emails: [{ value: "ada@example.com", type: "work" }],
  [EnterpriseUserSchema.id]: { department: "Analysis" },
  [OPEN]: { colours: ["red", { shade: "dark" }] },
};

/** Writes over everything in a value, at every depth; what cannot be written is left alone. */
function spoil(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    spoil(part);
    Reflect.set(value, name, "spoilt");
  }
  if (Array.isArray(value)) value.push("spoilt");
  else Reflect.set(value, "spoilt", true);
}

function directory(options: object) {
  const storage = memoryStorage();
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema).open(), Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
    ...options,
  });
  const send = async (method: string, path: string, body?: unknown) => {
    const response = await scim.handle({ method, url: `/scim/v2${path}`, headers: {}, body });
    return {
      status: response.status,
      json: response.body === undefined ? undefined : JSON.parse(String(response.body)),
    };
  };
  return { send, storage };
}

const change = (...Operations: readonly object[]) => ({ schemas: [PATCH], Operations });

/** All writes that there are of a user and of a group; gives what everybody sees afterwards, but for ids, versions and times. */
async function seenAfterAll({ send }: ReturnType<typeof directory>) {
  const user = structuredClone(USER);
  const { id } = (await send("POST", "/Users", user)).json;
  spoil(user);
  await send("PATCH", `/Users/${id}`, change({ op: "add", path: "emails", value: [{ value: "ada@example.org" }] }));
  await send("PATCH", `/Users/${id}`, change({ op: "replace", path: "active", value: false }));
  const whole = { ...structuredClone(USER), title: "Countess" };
  await send("PUT", `/Users/${id}`, whole);
  spoil(whole);
  const group = { schemas: [Group.schema.id], displayName: "Staff", members: [{ value: id }] };
  const { id: groupId } = (await send("POST", "/Groups", group)).json;
  const other = (await send("POST", "/Users", { ...structuredClone(USER), userName: "bo", externalId: "2" })).json.id;
  await send("PATCH", `/Groups/${groupId}`, change({ op: "add", path: "members", value: [{ value: other }] }));
  await send("PATCH", `/Groups/${groupId}`, change({ op: "replace", path: "displayName", value: "Crew" }));
  expect((await send("POST", "/Users", structuredClone(USER))).status).toBe(409);
  const seen = await Promise.all(
    [`/Users/${id}`, `/Users/${other}`, `/Groups/${groupId}`].map((path) => send("GET", path)),
  );
  const names = new Map([
    [id, "ada"],
    [other, "bo"],
    [groupId, "staff"],
  ]);
  const text = JSON.stringify(seen.map(({ json: { meta: _, ...rest } }) => rest));
  return JSON.parse(text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (found) => names.get(found) ?? found));
}

describe("what a host is given it may do with as it likes", async () => {
  const expected = await seenAfterAll(directory({}));
  const adopt = async (candidate: AdoptionCandidate) => {
    spoil(candidate.attributes);
    spoil(await candidate.existing());
    return "refuse";
  };

  test("a body that it has parsed: what it does to it afterwards is not stored", () => {
    expect(JSON.stringify(expected)).not.toContain("spoilt");
  });

  test.each([
    ["events", { onChange: (event: unknown) => spoil(event) }],
    [
      "decide",
      {
        decide: async (pending: { before(): Promise<unknown>; after(): Promise<unknown> }) => {
          spoil(await pending.before());
          spoil(await pending.after());
          spoil(pending);
        },
      },
    ],
    ["adopt", { adopt }],
    ["idFor", { idFor: (request: unknown) => void spoil(request) }],
  ] as const)("%s: nothing of it is what storage has", async (_, options) => {
    expect(await seenAfterAll(directory(options))).toEqual(expected);
  });

  test("the storage itself: what it gives, and what it was given, is nobody else's", async () => {
    const { send, storage } = directory({});
    const { id } = (await send("POST", "/Users", structuredClone(USER))).json;
    const before = (await send("GET", `/Users/${id}`)).json;
    const resourceType = compileResourceType(User.extend(EnterpriseUserSchema).open());
    const request = { resourceType, id, select: { includes: () => true }, notify: () => undefined };
    spoil(await storage.get(request, {}));
    spoil((await storage.query({ ...request, page: { startIndex: 1, count: 10 } } as never, {})).resources);
    expect((await send("GET", `/Users/${id}`)).json).toEqual(before);
  });
});
