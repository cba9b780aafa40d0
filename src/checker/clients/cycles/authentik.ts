import type { CycleStep } from "../cycle.ts";
import { found, patch, shows } from "./needs.ts";
import { byName, creates, deletes, EVE, get, patches, person, TEAM } from "./requests.ts";

/** By its source: adopts whom it finds after a 409, PUTs users, and sends one operation a member. */
export const authentik: readonly CycleStep[] = [
  { does: "reads the ServiceProviderConfig", sends: "authentik/01-spc" },
  creates("creates the user", "/Users", person({ externalId: "ak-0102", displayName: "Eve Lane" }), "eve"),
  {
    does: "creates the user again, and needs a 409",
    sends: "authentik/03-create-user-conflict",
    swaps: { "ada.king": "eve.lane" },
  },
  get("finds the user to adopt", byName(), found("eve")),
  {
    does: "updates the user by PUT",
    sends: "authentik/05-put-user",
    swaps: { "u-0001": "{eve}", "ada.king": "eve.lane" },
  },
  creates("creates a second user", "/Users", person({}, "fay.hill"), "fay"),
  { does: "creates the group without members", sends: "authentik/07-create-group", makes: "group" },
  patches(
    "adds members, one operation each",
    TEAM,
    patch(...["eve", "fay"].map((name) => ({ op: "add", path: "members", value: [{ value: `{${name}}` }] }))),
    { members: [{ value: "{eve}" }, { value: "{fay}" }] },
    { "/members": 2 },
  ),
  {
    does: "renames the group without a path, and its members stay",
    sends: "authentik/09-patch-group-pathless",
    swaps: { "ext-g-0001": "ak-g-1", "g-0001": "{group}" },
    needs: shows(TEAM, { displayName: "Engineering EU" }, { "/members": 2 }),
  },
  {
    does: "takes one member out by a value",
    sends: "authentik/11-patch-remove-members",
    swaps: { "g-0001": "{group}", "u-0001": "{eve}" },
    needs: shows(TEAM, { members: [{ value: "{fay}" }] }, { "/members": 1 }),
  },
  {
    does: "states no members by PUT",
    sends: "authentik/13-put-group",
    swaps: { "ext-g-0001": "ak-g-1", "g-0001": "{group}" },
    needs: { status: [200, 204], after: [{ get: TEAM, status: 200, arrayLengths: { "/members": 0 } }] },
  },
  deletes("deletes the group", TEAM),
  deletes("deletes the user", EVE),
];
