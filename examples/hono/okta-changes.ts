// How an integration of Okta's own network changes what it has: by PATCH, mostly without a path.
import { type ClientStep, GROUP, one, patch } from "./step.ts";

const JOAN = "/Users/{joan}";
const HUT_6 = "/Groups/{hut6}";

export const oktaChanges: readonly ClientStep[] = [
  {
    name: "find Joan",
    request: { method: "GET", path: '/Users?filter=userName eq "joan.clarke@example.com"&startIndex=1&count=100' },
    needs: one("{joan}", { active: true }),
  },
  patch("unassign Joan: deactivate", JOAN, [{ op: "replace", value: { active: false } }], { active: false }),
  patch("assign Joan again: reactivate", JOAN, [{ op: "replace", value: { active: true } }], { active: true }),
  {
    name: "push a group: create it empty",
    request: { method: "POST", path: "/Groups", body: { schemas: [GROUP], displayName: "Hut 6", members: [] } },
    keep: "hut6",
    needs: { status: [201], contains: { displayName: "Hut 6" } },
  },
  patch(
    "add its members",
    HUT_6,
    [
      {
        op: "add",
        path: "members",
        value: [{ value: "{joan}", display: "joan.clarke@example.com" }, { value: "{alan}" }],
      },
    ],
    { members: [{ value: "{joan}" }, { value: "{alan}" }] },
  ),
  patch(
    "rename it, with its id in the value",
    HUT_6,
    [{ op: "replace", value: { id: "{hut6}", displayName: "Hut 6 North" } }],
    {
      displayName: "Hut 6 North",
      members: [{ value: "{joan}" }, { value: "{alan}" }],
    },
  ),
  patch(
    "one goes and one comes",
    HUT_6,
    [
      { op: "remove", path: 'members[value eq "{joan}"]' },
      { op: "add", path: "members", value: [{ value: "{grace}", display: "grace.hopper@example.com" }] },
    ],
    { members: [{ value: "{alan}" }, { value: "{grace}" }] },
  ),
  patch("replace them all", HUT_6, [{ op: "replace", path: "members", value: [{ value: "{joan}" }] }], {
    members: [{ value: "{joan}" }],
  }),
  patch("empty it", HUT_6, [{ op: "replace", value: { members: [] } }], { displayName: "Hut 6 North" }, ["members"]),
  { name: "delete it", request: { method: "DELETE", path: HUT_6 }, needs: { status: [204] } },
];
