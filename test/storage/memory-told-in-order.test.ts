import { type ChangeEvent, createScim, Group, type StorageAdapter, User } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { wrapStorage } from "scimkit/storage";
import { describe, expect, test } from "vitest";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/** What is done to a group, each in its own way through the storage. */
const WAYS = {
  "a PATCH of a name": (user: string) => ["PATCH", { op: "replace", path: "displayName", value: `of ${user}` }],
  "a PATCH of a member": (user: string) => ["PATCH", { op: "add", path: "members", value: [{ value: user }] }],
  "a PATCH of both": (user: string) => [
    "PATCH",
    { op: "add", path: "members", value: [{ value: user }] },
    { op: "replace", path: "displayName", value: `and ${user}` },
  ],
  "a DELETE": () => ["DELETE"],
} satisfies Record<string, (user: string) => readonly unknown[]>;

type Way = keyof typeof WAYS;

async function toldOf(storage: StorageAdapter, ways: readonly Way[], apart: number) {
  const events: ChangeEvent[] = [];
  const scim = createScim({
    resourceTypes: [User, Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    authenticate: () => ({}),
    onChange: (event) => void events.push(event),
  });
  const send = async (method: string, path: string, body?: object) => {
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await scim.handle({ method, url: `/scim/v2${path}`, headers: {}, ...text });
    return response.status === 201 ? JSON.parse(String(response.body)).id : response.status;
  };
  const user = await send("POST", "/Users", { schemas: [User.schema.id], userName: "ada" });
  const group = await send("POST", "/Groups", { schemas: [Group.schema.id], displayName: "Staff" });
  await Promise.all(
    ways.map(async (way, place) => {
      for (let turn = 0; turn < place * apart; turn++) await undefined;
      const [method, ...Operations] = WAYS[way](user);
      await send(
        String(method),
        `/Groups/${group}`,
        Operations.length === 0 ? undefined : { schemas: [PATCH], Operations },
      );
    }),
  );
  return events.filter(({ id }) => id === group).map(({ type, version }) => (type === "deleted" ? type : version));
}

const inOrder = (told: readonly (string | undefined)[]) =>
  [...told].sort((left, right) => (left === "deleted" ? 1 : right === "deleted" ? -1 : Number(left) - Number(right)));

describe.each([
  ["by itself", () => memoryStorage()],
  [
    "within a wrapper",
    () => wrapStorage(memoryStorage(), (next) => ({ replace: async (...call) => next.replace(...call) })),
  ],
] as const)("storage in memory, %s", (_, make) => {
  const ways = Object.keys(WAYS) as Way[];
  const first = ways.filter((way) => way !== "a DELETE");
  test.each(
    first.flatMap((first) => ways.map((second) => [first, second] as const)),
  )("of %s and %s the changes are told in the order in which they are made, however close they are", async (first, second) => {
    for (let apart = 0; apart <= 30; apart++) {
      const told = await toldOf(make(), [first, second], apart);
      expect([apart, ...told]).toEqual([apart, ...inOrder(told)]);
    }
  });
});
