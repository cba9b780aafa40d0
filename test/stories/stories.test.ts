import { User } from "scimkit";
import { openSqlite, sqlStorage } from "scimkit/sql";
import { testClient } from "scimkit/testing";
import { describe, expect, test } from "vitest";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { entra } from "./entra.ts";
import { createHost, TOOL_TOKEN } from "./host.ts";
import { jumpCloud } from "./jumpcloud.ts";
import { okta } from "./okta.ts";
import { oneLogin } from "./onelogin.ts";
import { Provider, type Standing, type Story } from "./provider.ts";

const storages = [
  { storage: "memory", open: async () => ({ adapter: memoryStorage(), close: async () => undefined }) },
  {
    storage: "SQLite",
    async open() {
      const db = await openSqlite(":memory:");
      const adapter = sqlStorage({ db });
      await adapter.prepare();
      return { adapter, close: () => db.destroy() };
    },
  },
];

const GROUP_IDS = { Engineering: "ext-g-0001", Sales: "ext-g-0002" } as const;

describe.each(storages)("over $storage", ({ open }) => {
  test("OneLogin: an account that the host has made becomes the provider's with its first create, and with no second one", async () => {
    const { adapter, close } = await open();
    try {
      const host = createHost({ storage: adapter, seats: 1, roles: [] });
      const tool = testClient(host.scim, { headers: { authorization: `Bearer ${TOOL_TOKEN}` } });
      const { body } = await tool.post("/Users", { schemas: [User.schema.id], userName: "eve.lane@example.com" });
      expect(await host.isManaged(String(body.id))).toBe(false);

      const provider = new Provider(host);
      const created = await provider.sends("onelogin/03-create-user", {}, { as: "eve" });
      expect(created.body.id).toBe(body.id);
      expect(await provider.standing()).toEqual({
        answers: ["POST /Users 201 eve"],
        person: "eve.lane@example.com, Lane",
        licences: 1,
        roles: [],
        sessions: 0,
        getsIn: true,
        isManaged: true,
        events: ["created User eve", "adopted User eve"],
      });

      const again = await provider.sends("onelogin/03-create-user");
      expect({ status: again.status, scimType: again.body.scimType }).toEqual({ status: 409, scimType: "uniqueness" });
      expect((await provider.standing()).events).toEqual([]);
    } finally {
      await close();
    }
  });

  test.each([
    entra,
    okta,
    oneLogin,
    jumpCloud,
  ])("$name: somebody joins, is renamed, moves department, leaves softly, returns, leaves for good, and comes back in time and too late", async (story) => {
    const { adapter, close } = await open();
    try {
      await tell(story, adapter);
    } finally {
      await close();
    }
  });
});

async function tell(story: Story, storage: Parameters<typeof createHost>[0]["storage"]): Promise<void> {
  const group = (name: keyof typeof GROUP_IDS) =>
    story.groupsBy === "displayName" ? { displayName: name } : { externalId: GROUP_IDS[name] };
  const host = createHost({
    storage,
    seats: story.seats ?? 10,
    roles: [
      { ...group("Engineering"), roles: ["editor"] },
      { ...group("Sales"), roles: ["seller"] },
    ],
  });
  const provider = new Provider(host);
  await story.connect(provider);
  await provider.standing();
  const ada = provider.id("ada");
  expect(await host.logIn(ada), "Ada gets in").toBe(true);

  for (const { title, days = 0, play, leaves } of story.steps) {
    host.pass(days);
    await play(provider);
    const sentence = `${story.name}: Eve ${title}`;
    expect(byResource(await provider.standing()), sentence).toEqual(byResource(leaves));
    expect(await provider.inService(), sentence).toBe(leaves.licences);
    // Nothing of it is anything of Ada's.
    expect({ roles: await host.rolesOf(ada), sessions: host.people.sessions.get(ada) }, sentence).toEqual({
      roles: ["editor"],
      sessions: 1,
    });
    expect(host.faults, sentence).toEqual([]);
  }
  expect(await host.scim.lag()).toEqual({ waiting: 0, oldest: undefined });
}

/** Events of one resource are in order; those of several are not. */
function byResource({ events, ...standing }: Standing): Standing {
  const resource = (event: string) => event.split(" ").slice(1, 3).join(" ");
  return {
    ...standing,
    events: [...events].sort((a, b) => (resource(a) < resource(b) ? -1 : resource(a) > resource(b) ? 1 : 0)),
  };
}
