// OneLogin: creates after a look-up, reads all groups page by page, sends one PATCH a group, PUTs users, and takes them out of their groups
// before it suspends or deletes them.
import type { CycleStep } from "../cycle.ts";
import { found, gone, nobody, shows } from "./needs.ts";

const GROUP = "/Groups/{group}";
const eveForAda = { "u-0001": "{eve}", "ada.king": "eve.lane" };

const looksUp = (does: string, needs: NonNullable<CycleStep["needs"]>): CycleStep => ({
  does,
  sends: "onelogin/02-match-username",
  swaps: { "ada.king": "eve.lane" },
  needs,
});

const removes: CycleStep = {
  does: "takes the user out of the group by a value, and nobody else",
  sends: "onelogin/10-group-remove-member",
  swaps: { "g-0001": "{group}", "u-0001": "{eve}" },
  needs: shows(GROUP, { members: [{ value: "{fay}" }] }, { "/members": 1 }),
};

const adds = (name: string, count: number): CycleStep => ({
  does: `adds ${name === "eve" ? "the user" : "another user"} to the group`,
  sends: "onelogin/09-group-add-member",
  swaps: { "g-0002": "{group}", "u-0003": `{${name}}` },
  needs: shows(GROUP, { members: [{ value: `{${name}}` }] }, { "/members": count }),
});

export const oneLogin: readonly CycleStep[] = [
  { does: "tests the connection", sends: "onelogin/01-test-connection" },
  looksUp("looks a new user up by userName", nobody),
  { does: "creates the user", sends: "onelogin/03-create-user", makes: "eve" },
  looksUp("finds the user by userName", found("eve")),
  { does: "reads the user", sends: "onelogin/05-get-user", swaps: { "u-0001": "{eve}" } },
  { does: "creates another user by a template", sends: "onelogin/04-create-user-template-nulls", makes: "fay" },
  {
    does: "reads the groups by pages of 100",
    sends: "onelogin/07-groups-list",
    needs: { bodyContains: { startIndex: 1, totalResults: "*" }, arrayLengths: {} },
  },
  { does: "creates the group", sends: "onelogin/08-group-create", makes: "group" },
  adds("fay", 1),
  adds("eve", 2),
  { does: "updates the user by PUT", sends: "onelogin/06-put-update", swaps: eveForAda },
  removes,
  { does: "suspends the user by PUT", sends: "onelogin/11-put-deactivate", swaps: eveForAda },
  {
    does: "brings the user back by PUT",
    sends: "onelogin/06-put-update",
    swaps: eveForAda,
    needs: { bodyContains: { id: "{eve}", active: true } },
  },
  adds("eve", 2),
  removes,
  {
    does: "deletes the user",
    sends: "onelogin/12-delete-user",
    swaps: { "u-0004": "{eve}" },
    needs: gone("/Users/{eve}"),
  },
  looksUp("looks the deleted user up", nobody),
];
