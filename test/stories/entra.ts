// Entra ID: looks people up by name, PATCHes what changed, spells booleans as text, lets memberships be while somebody is disabled, and
// deletes 30 days later. Groups are known by the object id, so that they may be renamed.
import type { Provider, Story } from "./provider.ts";

const looksUp = (provider: Provider, name: string) =>
  provider.sends("entra/13-match-no-result", { "nobody%40": `${name}%40` });

const creates = (provider: Provider, name: string) =>
  provider.sends(
    "entra/25-create-user-manager-string",
    { "hal.cobb@": `${name}@`, "obj-0104": "obj-0005", "u-0001": provider.id("ada") },
    { as: "eve" },
  );

const adds = (provider: Provider, group: string) =>
  provider.sends("entra/79-group-add-member", { "g-0002": provider.id(group), "u-0003": provider.id("eve") });

const disables = (provider: Provider) =>
  provider.sends("entra/99-disable-keeps-membership", { "u-0002": provider.id("eve") });

const deletes = (provider: Provider) =>
  provider.sends("entra/71-delete-user-missing", { "u-9999": provider.id("eve") });

export const entra: Story = {
  name: "Entra ID",
  groupsBy: "externalId",
  async connect(provider) {
    await provider.sends("entra/01-test-connection-users");
    await looksUp(provider, "ada.king");
    await provider.sends(
      "entra/23-create-user-nulls",
      { "fay.hill@": "ada.king@", "obj-0102": "obj-0001", Hill: "King", Fay: "Ada" },
      { as: "ada" },
    );
    for (const [name, key] of [
      ["Engineering", "ext-g-0001"],
      ["Sales", "ext-g-0002"],
    ] as const) {
      await provider.sends("entra/73-group-match-externalid", { "ext-g-0001": key });
      await provider.sends("entra/75-group-create-duplicate", { "ext-g-0001": key, Engineering: name }, { as: name });
    }
    await provider.sends("entra/97-group-add-member-large", {
      "g-0002": provider.id("Engineering"),
      "u-0001": provider.id("ada"),
    });
  },
  steps: [
    {
      title: "joins Engineering",
      async play(provider) {
        await looksUp(provider, "eve.lane");
        await creates(provider, "eve.lane");
        await adds(provider, "Engineering");
      },
      leaves: {
        answers: ["GET /Users 200 nobody", "POST /Users 201 eve", "PATCH /Groups/Engineering 204"],
        person: "eve.lane@example.com, R&D, obj-0005",
        licences: 2,
        roles: ["editor"],
        sessions: 0,
        getsIn: true,
        isManaged: true,
        events: ["created User eve", "patched Group Engineering +eve"],
      },
    },
    {
      title: "is renamed",
      days: 100,
      async play(provider) {
        await provider.sends("entra/33-update-legacy-multi", {
          "u-0001": provider.id("eve"),
          "ada.new@": "eve.stone@",
          "Ada Kingsley": "Eve Stone",
          Kingsley: "Stone",
        });
        await provider.sends("entra/37-update-username", { "u-0001": provider.id("eve"), "ada.k@": "eve.stone@" });
      },
      leaves: {
        answers: ["PATCH /Users/eve 200 eve", "PATCH /Users/eve 200 eve"],
        person: "eve.stone@example.com, Stone, R&D, obj-0005",
        licences: 2,
        roles: ["editor"],
        sessions: 1,
        getsIn: true,
        isManaged: true,
        events: ["patched User eve", "patched User eve"],
      },
    },
    {
      title: "moves from Engineering to Sales",
      days: 100,
      async play(provider) {
        await provider.sends("entra/49-update-manager-string", {
          "u-0001": provider.id("eve"),
          "User:manager": "User:department",
          "u-0002": "Sales",
        });
        await provider.sends("entra/51-group-remove-strings", {
          "g-0001": provider.id("Engineering"),
          "u-0001": provider.id("eve"),
        });
        await adds(provider, "Sales");
        await provider.sends("entra/77-group-rename", { "g-0001": provider.id("Sales"), "Engineering EU": "Sales EU" });
      },
      leaves: {
        answers: [
          "PATCH /Users/eve 200 eve",
          "PATCH /Groups/Engineering 204",
          "PATCH /Groups/Sales 204",
          "PATCH /Groups/Sales 200 Sales",
        ],
        person: "eve.stone@example.com, Stone, Sales, obj-0005",
        licences: 2,
        roles: ["seller"],
        sessions: 1,
        getsIn: true,
        isManaged: true,
        events: [
          "patched User eve",
          "patched Group Engineering -eve",
          "patched Group Sales +eve",
          "patched Group Sales",
        ],
      },
    },
    {
      title: "leaves softly, and the name that she has meanwhile is not taken over",
      days: 100,
      async play(provider) {
        await disables(provider);
        await provider.sends("entra/37-update-username", {
          "u-0001": provider.id("eve"),
          "ada.k@": "0f1e2d3c4b5a69788796a5b4c3d2e1f0eve.stone@",
        });
      },
      leaves: {
        answers: ["PATCH /Users/eve 200 eve", "PATCH /Users/eve 200 eve"],
        person: "eve.stone@example.com, Stone, Sales, obj-0005",
        licences: 1,
        roles: [],
        sessions: 0,
        getsIn: false,
        isManaged: true,
        events: ["patched User eve", "deactivated User eve"],
      },
    },
    {
      title: "returns within 30 days",
      days: 29,
      async play(provider) {
        await provider.sends("entra/15-match-inactive-user", { "dan.moss%40": "eve.stone%40" });
        await provider.sends("entra/65-enable-legacy-string", { "u-0004": provider.id("eve") });
      },
      leaves: {
        answers: ["GET /Users 200 eve", "PATCH /Users/eve 200 eve"],
        person: "eve.stone@example.com, Stone, Sales, obj-0005",
        licences: 2,
        roles: ["seller"],
        sessions: 0,
        getsIn: true,
        isManaged: true,
        events: ["patched User eve", "activated User eve"],
      },
    },
    {
      title: "is disabled again",
      days: 100,
      play: disables,
      leaves: {
        answers: ["PATCH /Users/eve 200 eve"],
        person: "eve.stone@example.com, Stone, Sales, obj-0005",
        licences: 1,
        roles: [],
        sessions: 0,
        getsIn: false,
        isManaged: true,
        events: ["patched User eve", "deactivated User eve"],
      },
    },
    {
      title: "leaves for good",
      days: 30,
      async play(provider) {
        await deletes(provider);
        await provider.sends("entra/31-get-user-missing", { "u-9999": provider.id("eve") });
      },
      leaves: {
        answers: ["DELETE /Users/eve 204", "GET /Users/eve 404 No User has this id."],
        person: "nobody",
        licences: 1,
        roles: [],
        sessions: 0,
        getsIn: false,
        isManaged: false,
        events: ["deleted User eve"],
      },
    },
    {
      title: "comes back 29 days after the DELETE, and has her id and no role until she is in a group",
      days: 29,
      async play(provider) {
        await looksUp(provider, "eve.stone");
        await creates(provider, "eve.stone");
      },
      leaves: {
        answers: ["GET /Users 200 nobody", "POST /Users 201 eve"],
        person: "eve.stone@example.com, R&D, obj-0005",
        licences: 2,
        roles: [],
        sessions: 0,
        getsIn: true,
        isManaged: true,
        events: ["restored User eve"],
      },
    },
    {
      title: "is put into her group again",
      play: (provider) => adds(provider, "Sales"),
      leaves: {
        answers: ["PATCH /Groups/Sales 204"],
        person: "eve.stone@example.com, R&D, obj-0005",
        licences: 2,
        roles: ["seller"],
        sessions: 1,
        getsIn: true,
        isManaged: true,
        events: ["patched Group Sales +eve"],
      },
    },
    {
      title: "is deleted while she is logged in",
      days: 100,
      play: deletes,
      leaves: {
        answers: ["DELETE /Users/eve 204"],
        person: "nobody",
        licences: 1,
        roles: [],
        sessions: 0,
        getsIn: false,
        isManaged: false,
        events: ["deleted User eve"],
      },
    },
    {
      title: "comes back 31 days after the DELETE, and is somebody new",
      days: 31,
      async play(provider) {
        await looksUp(provider, "eve.stone");
        await creates(provider, "eve.stone");
      },
      leaves: {
        answers: ["GET /Users 200 nobody", "POST /Users 201 eve with a new id"],
        person: "eve.stone@example.com, R&D, obj-0005",
        licences: 2,
        roles: [],
        sessions: 0,
        getsIn: true,
        isManaged: true,
        events: ["created User eve with a new id"],
      },
    },
  ],
};
