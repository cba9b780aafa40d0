import { GROUP } from "../../../client/urns.ts";
import type { CycleStep } from "../cycle.ts";
import { found, nobody, patch } from "./needs.ts";
import { adds, byName, creates, deletes, EVE, get, patches, person, puts, TEAM } from "./requests.ts";

/** Writes operators with a capital, updates by PUT, and disables or deletes whom it removes. */
export const ping: readonly CycleStep[] = [
  get("looks a new user up with an operator in capitals", byName("Eq"), nobody),
  creates("creates the user", "/Users", person({ displayName: "Eve Lane" }), "eve"),
  get("finds the user", byName("Eq"), found("eve")),
  puts("updates the user by PUT", EVE, person({ title: "Lead" }), { title: "Lead" }),
  puts("disables the user", EVE, person({ active: false }), { active: false }),
  puts("enables the user", EVE, person(), { active: true }),
  get("looks the group up", "/Groups?filter=displayName%20Eq%20%22Design%22", nobody),
  creates("creates the group", "/Groups", { schemas: [GROUP], displayName: "Design" }, "group"),
  patches("adds the user to the group", TEAM, adds("eve"), { members: [{ value: "{eve}" }] }, { "/members": 1 }),
  patches(
    "takes the user out of the group",
    TEAM,
    patch({ op: "remove", path: 'members[value eq "{eve}"]' }),
    {},
    { "/members": 0 },
  ),
  deletes("deletes the group", TEAM),
  deletes("deletes the user", EVE),
];
