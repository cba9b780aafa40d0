import { GROUP } from "../../../client/urns.ts";
import type { CycleStep } from "../cycle.ts";
import { patch } from "./needs.ts";
import { adds, creates, deletes, EVE, get, patches, person, puts, TEAM, write } from "./requests.ts";

/** The plug-in keycloak-scim: creates and replaces on events, empties groups by a `remove` without a value, and imports by one GET. */
export const keycloak: readonly CycleStep[] = [
  creates("creates the user", "/Users", person({ externalId: "kc-1", displayName: "Eve Lane", id: "kc-1" }), "eve"),
  puts("replaces the user", EVE, person({ externalId: "kc-1", displayName: "Eve L.", id: "{eve}" }), {
    displayName: "Eve L.",
    active: true,
  }),
  write(
    "POST",
    "creates the group with its members",
    "/Groups",
    {
      schemas: [GROUP],
      externalId: "kc-g-1",
      displayName: "Design",
      members: [{ value: "{eve}", type: "User", $ref: "Users/{eve}" }],
    },
    { status: [201], after: [{ get: TEAM, status: 200, arrayLengths: { "/members": 1 } }] },
    "group",
  ),
  patches(
    "empties the group by a remove without a value",
    TEAM,
    patch({ op: "remove", path: "members" }),
    {},
    { "/members": 0 },
  ),
  patches("adds the user to the group", TEAM, adds("eve"), { members: [{ value: "{eve}" }] }, { "/members": 1 }),
  patches("switches the user off by a text", EVE, patch({ op: "replace", path: "active", value: "false" }), {
    active: false,
  }),
  get("imports the users by one GET", "/Users", { bodyContains: { totalResults: "*" } }),
  deletes("deletes the group", TEAM),
  deletes("deletes the user", EVE),
  write("PUT", "replaces the user, who is gone, and needs a 404 to create it again", EVE, person(), { status: [404] }),
];
