import { ENTERPRISE, GROUP, USER } from "../../../client/urns.ts";
import type { CycleStep } from "../cycle.ts";
import { adds, creates, deletes, EVE, get, patches, person, puts, TEAM, write } from "./requests.ts";

/** An administrator ticks what the server can; groups come with their members at once. */
export const rippling: readonly CycleStep[] = [
  get("reads users by pages", "/Users?startIndex=1&count=100", { bodyContains: { totalResults: "*" } }),
  creates(
    "creates the user",
    "/Users",
    person({ [ENTERPRISE]: { department: "Lab" }, schemas: [USER, ENTERPRISE] }),
    "eve",
  ),
  creates("creates a second user", "/Users", person({}, "fay.hill"), "fay"),
  puts("updates the user by PUT", EVE, person({ title: "Lead" }), { title: "Lead" }),
  write(
    "POST",
    "creates the group with its members",
    "/Groups",
    { schemas: [GROUP], displayName: "Design", members: [{ value: "{eve}" }] },
    {
      status: [201],
      after: [
        { get: TEAM, status: 200, bodyContains: { members: [{ value: "{eve}" }] }, arrayLengths: { "/members": 1 } },
      ],
    },
    "group",
  ),
  patches("adds the second user by PATCH", TEAM, adds("fay"), { members: [{ value: "{fay}" }] }, { "/members": 2 }),
  puts(
    "states the members by PUT",
    TEAM,
    { schemas: [GROUP], displayName: "Design", members: [{ value: "{fay}" }] },
    { members: [{ value: "{fay}" }] },
    { "/members": 1 },
  ),
  puts("deactivates the user", EVE, person({ active: false }), { active: false }),
  deletes("deletes the group", TEAM),
  deletes("deletes the user", EVE),
];
