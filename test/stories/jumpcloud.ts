// JumpCloud: tries the connection with a user and a group that it makes and deletes, knows the core schema alone, adds members again that
// are there, removes several by one path, and deactivates who leaves. Few of its requests are recorded; the others are as it describes them.
import type { Provider, Story } from "./provider.ts";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

const looksUp = (provider: Provider, name: string) =>
  provider.writes("GET", `/Users?filter=userName%20eq%20%22${name}%40example.com%22`);

const person = (name: string, given: string, family: string) => ({
  schemas: [USER],
  userName: `${name}@example.com`,
  name: { givenName: given, familyName: family },
  emails: [{ value: `${name}@example.com`, type: "work", primary: true }],
  active: true,
});

const STONE = person("eve.stone", "Eve", "Stone");

const creates = (provider: Provider, body: object) => provider.writes("POST", "/Users", body, "eve");

const puts = (provider: Provider, body: object) => provider.writes("PUT", `/Users/${provider.id("eve")}`, body);

const adds = (provider: Provider, group: string, name = "eve") =>
  provider.writes("PATCH", `/Groups/${provider.id(group)}`, {
    schemas: [PATCH],
    Operations: [{ op: "add", path: "members", value: [{ value: provider.id(name) }] }],
  });

/** Of the two that the path names, Eve alone is in the group. */
const removes = (provider: Provider, group: string) =>
  provider.sends("jumpcloud/03-group-remove-or", { "g-0001": provider.id(group), "u-0001": provider.id("eve") });

export const jumpCloud: Story = {
  name: "JumpCloud",
  groupsBy: "displayName",
  async connect(provider) {
    await looksUp(provider, "test.user");
    await provider.writes("POST", "/Users", person("test.user", "Test", "User"), "tester");
    await provider.writes("POST", "/Groups", { schemas: [GROUP], displayName: "Test group" }, "test group");
    await provider.writes("DELETE", `/Groups/${provider.id("test group")}`);
    await provider.writes("DELETE", `/Users/${provider.id("tester")}`);
    await provider.writes("POST", "/Users", person("ada.king", "Ada", "King"), "ada");
    for (const name of ["Engineering", "Sales"])
      await provider.writes("POST", "/Groups", { schemas: [GROUP], displayName: name }, name);
    await adds(provider, "Engineering", "ada");
  },
  steps: [
    {
      title: "joins Engineering, and is added twice",
      async play(provider) {
        await looksUp(provider, "eve.lane");
        await creates(provider, person("eve.lane", "Eve", "Lane"));
        await adds(provider, "Engineering");
        await adds(provider, "Engineering");
      },
      leaves: {
        answers: [
          "GET /Users 200 nobody",
          "POST /Users 201 eve",
          "PATCH /Groups/Engineering 204",
          "PATCH /Groups/Engineering 204",
        ],
        person: "eve.lane@example.com, Lane",
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
        await provider.sends("jumpcloud/01-add-email-moves-primary", {
          "u-0001": provider.id("eve"),
          "ada2@": "eve.stone@",
        });
        await puts(provider, STONE);
      },
      leaves: {
        answers: ["PATCH /Users/eve 200 eve", "PUT /Users/eve 200 eve"],
        person: "eve.stone@example.com, Stone",
        licences: 2,
        roles: ["editor"],
        sessions: 1,
        getsIn: true,
        isManaged: true,
        events: ["patched User eve", "replaced User eve"],
      },
    },
    {
      title: "moves from Engineering to Sales, which groups alone say",
      days: 100,
      async play(provider) {
        await removes(provider, "Engineering");
        await adds(provider, "Sales");
      },
      leaves: {
        answers: ["PATCH /Groups/Engineering 204", "PATCH /Groups/Sales 204"],
        person: "eve.stone@example.com, Stone",
        licences: 2,
        roles: ["seller"],
        sessions: 1,
        getsIn: true,
        isManaged: true,
        events: ["patched Group Engineering -eve", "patched Group Sales +eve"],
      },
    },
    {
      title: "leaves softly",
      days: 100,
      play: (provider) => puts(provider, { ...STONE, active: false }),
      leaves: {
        answers: ["PUT /Users/eve 200 eve"],
        person: "eve.stone@example.com, Stone",
        licences: 1,
        roles: [],
        sessions: 0,
        getsIn: false,
        isManaged: true,
        events: ["replaced User eve", "deactivated User eve"],
      },
    },
    {
      title: "returns within 30 days, to the role of before",
      days: 29,
      async play(provider) {
        await looksUp(provider, "eve.stone");
        await puts(provider, STONE);
      },
      leaves: {
        answers: ["GET /Users 200 eve", "PUT /Users/eve 200 eve"],
        person: "eve.stone@example.com, Stone",
        licences: 2,
        roles: ["seller"],
        sessions: 0,
        getsIn: true,
        isManaged: true,
        events: ["replaced User eve", "activated User eve"],
      },
    },
    {
      title: "leaves for good: JumpCloud deactivates, and the host deletes after a while",
      days: 100,
      async play(provider) {
        await removes(provider, "Sales");
        await puts(provider, { ...STONE, active: false });
        await provider.isCleanedUpBehind("eve");
        await looksUp(provider, "eve.stone");
      },
      leaves: {
        answers: [
          "PATCH /Groups/Sales 204",
          "PUT /Users/eve 200 eve",
          "DELETE /Users/eve 204",
          "GET /Users 200 nobody",
        ],
        person: "nobody",
        licences: 1,
        roles: [],
        sessions: 0,
        getsIn: false,
        isManaged: false,
        events: ["patched Group Sales -eve", "replaced User eve", "deactivated User eve", "deleted User eve"],
      },
    },
    {
      title: "comes back 29 days after the DELETE, with her id, and into another group",
      days: 29,
      async play(provider) {
        await looksUp(provider, "eve.stone");
        await creates(provider, STONE);
        await adds(provider, "Engineering");
      },
      leaves: {
        answers: ["GET /Users 200 nobody", "POST /Users 201 eve", "PATCH /Groups/Engineering 204"],
        person: "eve.stone@example.com, Stone",
        licences: 2,
        roles: ["editor"],
        sessions: 0,
        getsIn: true,
        isManaged: true,
        events: ["restored User eve", "patched Group Engineering +eve"],
      },
    },
    {
      title: "is deleted by the host while she is logged in",
      days: 100,
      play: (provider) => provider.isCleanedUpBehind("eve"),
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
        await creates(provider, STONE);
      },
      leaves: {
        answers: ["GET /Users 200 nobody", "POST /Users 201 eve with a new id"],
        person: "eve.stone@example.com, Stone",
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
