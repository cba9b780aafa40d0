import { type Fragment, sql } from "./dialect/fragment.ts";

/**
 * A condition that no index is to be asked for, because a better one is there: within COALESCE no planner takes it for
 * one that an index answers, nor for one that leaves next to nothing.
 */
export function isAsWell(condition: Fragment): Fragment {
  return sql`coalesce(${condition}, FALSE)`;
}
