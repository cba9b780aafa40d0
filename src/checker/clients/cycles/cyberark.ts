import { GROUP, USER } from "../../../client/urns.ts";
import type { CycleStep } from "../cycle.ts";
import { nobody } from "./needs.ts";
import { adds, byName, creates, deletes, EVE, get, patches, person, puts, TEAM } from "./requests.ts";

/** Reads types and schemas one by one, writes a slash behind collections, and searches by POST. */
export const cyberArk: readonly CycleStep[] = [
  get("reads the ServiceProviderConfig", "/ServiceProviderConfig"),
  get("reads the resource type of users", "/ResourceTypes/User", { bodyContains: { endpoint: "/Users" } }),
  get("reads the schema of users", `/Schemas/${USER}`, { bodyContains: { id: USER } }),
  get("looks a new user up, with a slash behind the collection", byName().replace("?", "/?"), nobody),
  creates("creates the user", "/Users/", person(), "eve"),
  puts("updates the user by PUT", EVE, person({ title: "Lead" }), { title: "Lead" }),
  creates("creates the group", "/Groups", { schemas: [GROUP], displayName: "Design" }, "group"),
  {
    does: "searches the group by a POST without schemas",
    sends: "cyberark/01-search-post-no-schemas",
    swaps: { Sales: "Design", "g-0002": "{group}" },
  },
  patches("adds the user to the group", TEAM, adds("eve"), { members: [{ value: "{eve}" }] }, { "/members": 1 }),
  puts("disables the user", EVE, person({ active: false }), { active: false }),
  puts("enables the user", EVE, person(), { active: true }),
  deletes("deletes the group", TEAM),
  deletes("deletes the user", EVE),
];
