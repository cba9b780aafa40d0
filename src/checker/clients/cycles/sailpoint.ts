import { GROUP } from "../../../client/urns.ts";
import type { CycleStep } from "../cycle.ts";
import { shows } from "./needs.ts";
import { adds, creates, deletes, EVE, patches, person, TEAM } from "./requests.ts";

/** Reads what the server is before anything else, then accounts and entitlements. */
export const sailPoint: readonly CycleStep[] = [
  { does: "reads the ServiceProviderConfig", sends: "sailpoint/01-spc" },
  { does: "reads a resource type by its name", sends: "sailpoint/03-resource-type-user" },
  { does: "reads the schemas", sends: "sailpoint/05-schemas" },
  creates("creates the account", "/Users", person({ title: "Engineer" }), "eve"),
  creates("creates the group", "/Groups", { schemas: [GROUP], displayName: "Design" }, "group"),
  {
    does: "replaces a part of the name without a path",
    sends: "sailpoint/11-patch-complex-replace",
    swaps: { "u-0001": "{eve}" },
    needs: shows(EVE, { name: { familyName: "Kingsley", givenName: "Eve" } }),
  },
  patches("grants the entitlement", TEAM, adds("eve"), { members: [{ value: "{eve}" }] }, { "/members": 1 }),
  {
    does: "reads the account with its groups",
    sends: "sailpoint/09-get-user",
    swaps: { "u-0001": "{eve}", "g-0001": "{group}" },
  },
  {
    does: "revokes the entitlement",
    sends: "sailpoint/15-group-remove-member",
    swaps: { "g-0001": "{group}", "u-0001": "{eve}" },
    needs: shows(TEAM, {}, { "/members": 0 }),
  },
  {
    does: "disables the account by PUT",
    sends: "sailpoint/13-put-disable",
    swaps: { "u-0001": "{eve}", "ada.king": "eve.lane" },
    needs: { status: [200], bodyContains: { active: false } },
  },
  deletes("deletes the account", EVE),
];
