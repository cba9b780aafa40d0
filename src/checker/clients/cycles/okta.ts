// Okta: looks people up before it creates them, sends whole users by PUT, switches them off by PATCH and never deletes them; groups are
// pushed by name, with all of their members.
import type { CycleStep } from "../cycle.ts";
import { found, gone, nobody, shows } from "./needs.ts";

const EVE = "/Users/{eve}";
const GROUP = "/Groups/{group}";
const ofGroup = { "g-0001": "{group}" };
const eveForAda = { "u-0001": "{eve}", "ada.king": "eve.lane" };

const looksUp = (does: string, name: string, needs: NonNullable<CycleStep["needs"]>): CycleStep => ({
  does,
  sends: "okta/05-match-username",
  swaps: { "ada.king": name },
  needs,
});

export const okta: readonly CycleStep[] = [
  looksUp("looks a new user up by userName, with a page of 100", "eve.lane", nobody),
  { does: "creates the user", sends: "okta/01-manager-from-hris", makes: "eve" },
  looksUp("finds the user by userName", "eve.lane", found("eve")),
  {
    does: "reads the user",
    sends: "okta/11-get-user",
    swaps: { "u-0001": "{eve}", "ada.king": "eve.lane" },
  },
  {
    does: "updates the user by PUT",
    sends: "okta/13-put-update",
    swaps: { ...eveForAda, "ext-{eve}": "00u1" },
    needs: {
      status: [200],
      bodyContains: { id: "{eve}", name: { familyName: "Kingsley", middleName: "B" }, active: true },
      after: [{ get: EVE, status: 200, bodyContains: { name: { middleName: "B" }, displayName: "Ada Kingsley" } }],
    },
  },
  {
    does: "deactivates the user by a PATCH without a path",
    sends: "okta/17-patch-reactivate",
    swaps: { "u-0004": "{eve}", true: "false" },
    needs: shows(EVE, { active: false }),
  },
  looksUp("finds the deactivated user", "eve.lane", {
    ...found("eve"),
    bodyContains: { totalResults: 1, Resources: [{ id: "{eve}", active: false }] },
  }),
  {
    does: "reactivates the user",
    sends: "okta/17-patch-reactivate",
    swaps: { "u-0004": "{eve}" },
    needs: shows(EVE, { active: true }),
  },
  { does: "creates a second user", sends: "okta/09-create-user-json-content-type", makes: "fay" },
  {
    does: "looks the group up by name",
    sends: "okta/23-group-match-none",
    swaps: { "No%20Such": "Finance%202" },
    needs: nobody,
  },
  {
    does: "creates the group with a member whose other keys are null",
    sends: "okta/25-group-create-members-nulls",
    swaps: { "u-0001": "{eve}" },
    makes: "group",
  },
  {
    does: "finds the group by name",
    sends: "okta/23-group-match-none",
    swaps: { "No%20Such": "Finance%202" },
    needs: found("group"),
  },
  {
    does: "renames the group without a path, and its members stay",
    sends: "okta/27-group-rename",
    swaps: ofGroup,
    needs: shows(GROUP, { displayName: "Engineering EU", members: [{ value: "{eve}" }] }, { "/members": 1 }),
  },
  {
    does: "replaces all members",
    sends: "okta/29-group-members-replace",
    swaps: { ...ofGroup, "u-0003": "{eve}", "u-0002": "{fay}" },
    needs: shows(GROUP, { members: [{ value: "{eve}" }, { value: "{fay}" }] }, { "/members": 2 }),
  },
  {
    does: "replaces the members without a path",
    sends: "okta/31-group-members-pathless",
    swaps: { ...ofGroup, "u-0003": "{fay}" },
    needs: shows(GROUP, { members: [{ value: "{fay}" }] }, { "/members": 1 }),
  },
  {
    does: "sends the group by PUT, with a member twice",
    sends: "okta/33-group-put",
    swaps: { ...ofGroup, "u-0003": "{eve}", "u-0002": "{fay}" },
    needs: {
      status: [200],
      after: [
        { get: GROUP, status: 200, bodyContains: { displayName: "Engineering" }, arrayLengths: { "/members": 2 } },
      ],
    },
  },
  {
    does: "deactivates the user by PUT",
    sends: "okta/15-put-deactivate",
    swaps: eveForAda,
  },
  {
    does: "deletes the group",
    sends: { method: "DELETE", path: GROUP },
    needs: gone(GROUP),
  },
];
