// OneLogin: sends no externalId, PUTs what its template says, looks groups up in the list of all, takes somebody out of the groups before
// it suspends or deletes.
import type { Provider, Story } from "./provider.ts";

const looksUp = (provider: Provider, name: string) =>
  provider.sends("onelogin/02-match-username", { "ada.king%40": `${name}%40` });

const creates = (provider: Provider, name: string) =>
  provider.sends("onelogin/03-create-user", { "eve.lane@": `${name}@` }, { as: "eve" });

async function adds(provider: Provider, group: string, name = "eve") {
  await provider.sends("onelogin/07-groups-list");
  await provider.sends("onelogin/09-group-add-member", { "g-0002": provider.id(group), "u-0003": provider.id(name) });
}

const removes = (provider: Provider, group: string) =>
  provider.sends("onelogin/10-group-remove-member", { "g-0001": provider.id(group), "u-0001": provider.id("eve") });

const updates = (provider: Provider) =>
  provider.sends("onelogin/06-put-update", {
    "u-0001": provider.id("eve"),
    "ada.king@": "eve.stone@",
    "Ada K.": "Eve S.",
    Ada: "Eve",
    King: "Stone",
  });

const deletes = (provider: Provider) => provider.sends("onelogin/12-delete-user", { "u-0004": provider.id("eve") });

const LISTS = "GET /Groups 200 Engineering, Sales";

export const oneLogin: Story = {
  name: "OneLogin",
  groupsBy: "displayName",
  async connect(provider) {
    await provider.sends("onelogin/01-test-connection");
    await provider.sends(
      "onelogin/03-create-user",
      { "eve.lane@": "ada.king@", Eve: "Ada", Lane: "King" },
      { as: "ada" },
    );
    for (const name of ["Engineering", "Sales"])
      await provider.sends("onelogin/08-group-create", { "Group C": name }, { as: name });
    await adds(provider, "Engineering", "ada");
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
        answers: ["GET /Users 200 nobody", "POST /Users 201 eve", LISTS, "PATCH /Groups/Engineering 204"],
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
      play: updates,
      leaves: {
        answers: ["PUT /Users/eve 200 eve"],
        person: "eve.stone@example.com, Stone",
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
        await provider.sends(
          "onelogin/04-create-user-template-nulls",
          {
            '"/Users"': `"/Users/${provider.id("eve")}"`,
            "fay.hill@": "eve.stone@",
            Fay: "Eve",
            Hill: "Stone",
            '"department":null': '"department":"Sales"',
          },
          { method: "PUT" },
        );
        await removes(provider, "Engineering");
        await adds(provider, "Sales");
      },
      leaves: {
        answers: ["PUT /Users/eve 200 eve", "PATCH /Groups/Engineering 204", LISTS, "PATCH /Groups/Sales 204"],
        person: "eve.stone@example.com, Stone, Sales",
        licences: 2,
        roles: ["seller"],
        sessions: 1,
        getsIn: true,
        isManaged: true,
        events: ["replaced User eve", "patched Group Engineering -eve", "patched Group Sales +eve"],
      },
    },
    {
      title: "leaves softly, and has left the group as well",
      days: 100,
      async play(provider) {
        await removes(provider, "Sales");
        await provider.sends("onelogin/11-put-deactivate", {
          "u-0001": provider.id("eve"),
          "ada.king@": "eve.stone@",
          Ada: "Eve",
          King: "Stone",
        });
      },
      leaves: {
        answers: ["PATCH /Groups/Sales 204", "PUT /Users/eve 200 eve"],
        person: "eve.stone@example.com, Stone",
        licences: 1,
        roles: [],
        sessions: 0,
        getsIn: false,
        isManaged: true,
        events: ["patched Group Sales -eve", "replaced User eve", "deactivated User eve"],
      },
    },
    {
      title: "returns within 30 days, and into her group",
      days: 29,
      async play(provider) {
        await looksUp(provider, "eve.stone");
        await updates(provider);
        await adds(provider, "Sales");
      },
      leaves: {
        answers: ["GET /Users 200 eve", "PUT /Users/eve 200 eve", LISTS, "PATCH /Groups/Sales 204"],
        person: "eve.stone@example.com, Stone",
        licences: 2,
        roles: ["seller"],
        sessions: 0,
        getsIn: true,
        isManaged: true,
        events: ["replaced User eve", "activated User eve", "patched Group Sales +eve"],
      },
    },
    {
      title: "leaves for good",
      days: 100,
      async play(provider) {
        await removes(provider, "Sales");
        await deletes(provider);
        await deletes(provider);
      },
      leaves: {
        answers: ["PATCH /Groups/Sales 204", "DELETE /Users/eve 204", "DELETE /Users/eve 404 No User has this id."],
        person: "nobody",
        licences: 1,
        roles: [],
        sessions: 0,
        getsIn: false,
        isManaged: false,
        events: ["patched Group Sales -eve", "deleted User eve"],
      },
    },
    {
      title: "comes back 29 days after the DELETE: known by her name alone, with her id, and into her group",
      days: 29,
      async play(provider) {
        await looksUp(provider, "eve.stone");
        await creates(provider, "Eve.Stone");
        await adds(provider, "Sales");
      },
      leaves: {
        answers: ["GET /Users 200 nobody", "POST /Users 201 eve", LISTS, "PATCH /Groups/Sales 204"],
        person: "Eve.Stone@example.com, Lane",
        licences: 2,
        roles: ["seller"],
        sessions: 0,
        getsIn: true,
        isManaged: true,
        events: ["restored User eve", "patched Group Sales +eve"],
      },
    },
    {
      title: "is deleted while she is logged in and in a group",
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
        person: "eve.stone@example.com, Lane",
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
