import { GROUP } from "../../../client/urns.ts";
import type { CycleStep } from "../cycle.ts";
import { found, nobody, shows } from "./needs.ts";
import { adds, byName, creates, deletes, EVE, get, patches, person, puts, TEAM } from "./requests.ts";

/** Tries the connection with a user and a group that it makes and deletes, and adds members again that are there. */
export const jumpCloud: readonly CycleStep[] = [
  get("looks its test user up", byName("eq", "test.user"), nobody),
  creates("makes a test user", "/Users", person({}, "test.user"), "tester"),
  creates("makes a test group", "/Groups", { schemas: [GROUP], displayName: "Test group" }, "test group"),
  deletes("deletes the test group", "/Groups/{test group}"),
  deletes("deletes the test user", "/Users/{tester}"),
  get("looks a new user up", byName(), nobody),
  creates("creates the user", "/Users", person(), "eve"),
  creates("creates the group", "/Groups", { schemas: [GROUP], displayName: "Design" }, "group"),
  patches("adds the user to the group", TEAM, adds("eve"), { members: [{ value: "{eve}" }] }, { "/members": 1 }),
  patches("adds the user again", TEAM, adds("eve"), { members: [{ value: "{eve}" }] }, { "/members": 1 }),
  {
    does: "adds a second address, which becomes the primary one",
    sends: "jumpcloud/01-add-email-moves-primary",
    swaps: { "u-0001": "{eve}" },
    needs: shows(EVE, { emails: [{ value: "ada2@example.com", primary: true }] }, { "/emails": 2 }),
  },
  puts("updates the user", EVE, person({ name: { givenName: "Eve", familyName: "Stone" } }), {
    name: { familyName: "Stone" },
  }),
  {
    does: "takes the user out of the group by a path that names two",
    sends: "jumpcloud/03-group-remove-or",
    swaps: { "g-0001": "{group}", "u-0001": "{eve}" },
    needs: shows(TEAM, {}, { "/members": 0 }),
  },
  puts("deactivates the user", EVE, person({ active: false }), { active: false }),
  get("finds the deactivated user", byName(), found("eve")),
  puts("activates the user", EVE, person(), { active: true }),
];
