import type { Check } from "../../check.ts";
import { groupChecks } from "./groups.ts";
import { membershipChecks } from "./membership.ts";
import { userGroupChecks } from "./users.ts";

/** RFC 7643 §4.2: groups and who is in them. */
export const groupSectionChecks: readonly Check[] = [...groupChecks, ...membershipChecks, ...userGroupChecks];
