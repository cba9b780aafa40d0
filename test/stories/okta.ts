// Okta: PUTs a whole user made from a GET, PATCHes `active` without a path, pushes members of a group as a whole, and never deletes a
// user: that is left to a tool of the host's own. Two seats, so that somebody has to wait for one.
import type { Provider, Story } from "./provider.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

const looksUp = (provider: Provider, name: string) =>
  provider.sends("okta/05-match-username", { "ada.king%40": `${name}%40` });

const creates = (provider: Provider, name: string) =>
  provider.sends("okta/01-manager-from-hris", { "eve.lane@": `${name}@` }, { as: "eve" });

const createsFay = (provider: Provider) =>
  provider.sends(
    "okta/09-create-user-json-content-type",
    { "Eve Lane": "Fay Hill", "eve.lane@": "fay.hill@" },
    { as: "fay" },
  );

/** Ada and Eve are all that the group has. */
const pushesBoth = (provider: Provider, group: string) =>
  provider.sends("okta/29-group-members-replace", {
    "g-0001": provider.id(group),
    "u-0003": provider.id("ada"),
    "cleo.park@": "ada.king@",
    "u-0002": provider.id("eve"),
    "ben.stone@": "eve.stone@",
  });

/** One of them is all that the group has. */
const pushesOne = (provider: Provider, group: string, name: string) =>
  provider.sends("okta/31-group-members-pathless", { "g-0001": provider.id(group), "u-0003": provider.id(name) });

const deactivates = (provider: Provider, name: string) =>
  provider.sends("okta/17-patch-reactivate", { "u-0004": provider.id(name), true: "false" });

const reactivates = (provider: Provider) =>
  provider.sends("okta/17-patch-reactivate", { "u-0004": provider.id("eve") });

const NO_SEAT = "409 No seat is left: free one or buy more, then provision again.";

export const okta: Story = {
  name: "Okta",
  groupsBy: "displayName",
  seats: 2,
  async connect(provider) {
    await provider.sends("okta/01-test-connection-users");
    await looksUp(provider, "ada.king");
    await provider.sends(
      "okta/09-create-user-json-content-type",
      { "fay.hill@": "ada.king@", "eve.lane@": "ada.king@", "Eve Lane": "Ada King", "00u0000000000000002": "00u0" },
      { as: "ada" },
    );
    for (const name of ["Engineering", "Sales"]) {
      await provider.sends("okta/23-group-match-none", { "No%20Such": name });
      await provider.sends(
        "okta/25-group-create-members-nulls",
        { "Finance 2": name, "u-0001": provider.id("ada") },
        { as: name },
      );
    }
    await provider.writes("PATCH", `/Groups/${provider.id("Sales")}`, {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [{ op: "replace", path: "members", value: [] }],
    });
  },
  steps: [
    {
      title: "joins Engineering",
      async play(provider) {
        await looksUp(provider, "eve.lane");
        await creates(provider, "eve.lane");
        await pushesBoth(provider, "Engineering");
      },
      leaves: {
        answers: ["GET /Users 200 nobody", "POST /Users 201 eve", "PATCH /Groups/Engineering 200 Engineering"],
        person: "eve.lane@example.com, Lane, Lab, 00u1",
        licences: 2,
        roles: ["editor"],
        sessions: 0,
        getsIn: true,
        isManaged: true,
        events: ["created User eve", "patched Group Engineering +eve"],
      },
    },
    {
      title: "has the last seat, so that Fay finds none",
      async play(provider) {
        await looksUp(provider, "fay.hill");
        await createsFay(provider);
      },
      leaves: {
        answers: ["GET /Users 200 nobody", `POST /Users ${NO_SEAT}`],
        person: "eve.lane@example.com, Lane, Lab, 00u1",
        licences: 2,
        roles: ["editor"],
        sessions: 1,
        getsIn: true,
        isManaged: true,
        events: [],
      },
    },
    {
      title: "is renamed",
      days: 100,
      play: (provider) =>
        provider.echoes("eve", () => ({
          userName: "eve.stone@example.com",
          displayName: "Eve Stone",
          name: { givenName: "Eve", familyName: "Stone" },
        })),
      leaves: {
        answers: ["GET /Users/eve 200 eve", "PUT /Users/eve 200 eve"],
        person: "eve.stone@example.com, Stone, Lab, 00u1",
        licences: 2,
        roles: ["editor"],
        sessions: 1,
        getsIn: true,
        isManaged: true,
        events: ["replaced User eve"],
      },
    },
    {
      title: "moves from Engineering to Sales",
      days: 100,
      async play(provider) {
        await provider.echoes("eve", () => ({ [ENTERPRISE]: { employeeNumber: "77", department: "Sales" } }));
        await pushesOne(provider, "Engineering", "ada");
        await pushesOne(provider, "Sales", "eve");
      },
      leaves: {
        answers: [
          "GET /Users/eve 200 eve",
          "PUT /Users/eve 200 eve",
          "PATCH /Groups/Engineering 200 Engineering",
          "PATCH /Groups/Sales 200 Sales",
        ],
        person: "eve.stone@example.com, Stone, Sales, 00u1",
        licences: 2,
        roles: ["seller"],
        sessions: 1,
        getsIn: true,
        isManaged: true,
        events: ["replaced User eve", "patched Group Engineering -eve", "patched Group Sales +eve"],
      },
    },
    {
      title: "leaves softly, and Fay takes the seat",
      days: 100,
      async play(provider) {
        await deactivates(provider, "eve");
        await createsFay(provider);
      },
      leaves: {
        answers: ["PATCH /Users/eve 200 eve", "POST /Users 201 fay"],
        person: "eve.stone@example.com, Stone, Sales, 00u1",
        licences: 2,
        roles: [],
        sessions: 0,
        getsIn: false,
        isManaged: true,
        events: ["patched User eve", "deactivated User eve", "created User fay"],
      },
    },
    {
      title: "returns within 30 days, and finds no seat",
      days: 28,
      async play(provider) {
        await looksUp(provider, "eve.stone");
        await reactivates(provider);
      },
      leaves: {
        answers: ["GET /Users 200 eve", `PATCH /Users/eve ${NO_SEAT}`],
        person: "eve.stone@example.com, Stone, Sales, 00u1",
        licences: 2,
        roles: [],
        sessions: 0,
        getsIn: false,
        isManaged: true,
        events: [],
      },
    },
    {
      title: "returns the day after, when Fay has left",
      days: 1,
      async play(provider) {
        await deactivates(provider, "fay");
        await reactivates(provider);
      },
      leaves: {
        answers: ["PATCH /Users/fay 200 fay", "PATCH /Users/eve 200 eve"],
        person: "eve.stone@example.com, Stone, Sales, 00u1",
        licences: 2,
        roles: ["seller"],
        sessions: 0,
        getsIn: true,
        isManaged: true,
        events: ["patched User fay", "deactivated User fay", "patched User eve", "activated User eve"],
      },
    },
    {
      // The PUT names no externalId, so that none is remembered: she is known by her name when she comes back.
      title: "leaves for good: Okta deactivates, and the host deletes after a while",
      days: 100,
      async play(provider) {
        await provider.sends("okta/15-put-deactivate", {
          "u-0001": provider.id("eve"),
          "ada.king@": "eve.stone@",
          Ada: "Eve",
          King: "Stone",
        });
        await provider.isCleanedUpBehind("eve");
        await looksUp(provider, "eve.stone");
      },
      leaves: {
        answers: ["PUT /Users/eve 200 eve", "DELETE /Users/eve 204", "GET /Users 200 nobody"],
        person: "nobody",
        licences: 1,
        roles: [],
        sessions: 0,
        getsIn: false,
        isManaged: false,
        events: ["replaced User eve", "deactivated User eve", "deleted User eve"],
      },
    },
    {
      title: "comes back 29 days after the DELETE, with her id, and into her group",
      days: 29,
      async play(provider) {
        await looksUp(provider, "eve.stone");
        await creates(provider, "eve.stone");
        await pushesOne(provider, "Sales", "eve");
      },
      leaves: {
        answers: ["GET /Users 200 nobody", "POST /Users 201 eve", "PATCH /Groups/Sales 200 Sales"],
        person: "eve.stone@example.com, Lane, Lab, 00u1",
        licences: 2,
        roles: ["seller"],
        sessions: 0,
        getsIn: true,
        isManaged: true,
        events: ["restored User eve", "patched Group Sales +eve"],
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
        await creates(provider, "eve.stone");
      },
      leaves: {
        answers: ["GET /Users 200 nobody", "POST /Users 201 eve with a new id"],
        person: "eve.stone@example.com, Lane, Lab, 00u1",
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
