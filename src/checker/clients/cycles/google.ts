import { USER } from "../../../client/urns.ts";
import type { CycleStep } from "../cycle.ts";
import { found, nobody } from "./needs.ts";
import { byName, creates, deletes, EVE, get, person, puts } from "./requests.ts";

/** Names a schema of SCIM 1.0 beside its own, and updates and suspends by PUT; what it sends is not published in full. */
const GOOGLE_SCHEMAS = { schemas: [USER, "urn:scim:schemas:core:1.0"] };

export const google: readonly CycleStep[] = [
  get("tests the connection", "/Users"),
  get("looks a new user up", byName("eq", "eve.lane", "&startIndex=1"), nobody),
  creates(
    "creates the user with a schema of SCIM 1.0 besides",
    "/Users",
    person({ ...GOOGLE_SCHEMAS, externalId: 104729 }),
    "eve",
  ),
  get("finds the user", byName("eq", "eve.lane", "&startIndex=1"), found("eve")),
  puts("updates the user", EVE, person({ ...GOOGLE_SCHEMAS, title: "Lead" }), { title: "Lead", active: true }),
  puts("suspends the user", EVE, person({ ...GOOGLE_SCHEMAS, active: false }), { active: false }),
  puts("restores the user", EVE, person(GOOGLE_SCHEMAS), { active: true }),
  deletes("deletes the user, who is active", EVE),
  get("looks the deleted user up", byName("eq", "eve.lane", "&startIndex=1"), nobody),
];
