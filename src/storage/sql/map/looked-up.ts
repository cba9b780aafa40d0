import type { Dialect } from "../dialect/dialect.ts";
import { type Fragment, raw, sql, TRUE } from "../dialect/fragment.ts";

/** Rows that are looked up one by one for each of others. */
export interface LookedUp {
  /** What follows FROM. */
  readonly from: Fragment;
  readonly condition: Fragment;
}

/**
 * Looks the rows `alias` of a view up for each of some rows. Said so that the planner has no choice: how many there are
 * it does not know without statistics, and it would as soon read the whole table beside them.
 */
export function lookedUp(
  { forEach }: Dialect,
  rows: Fragment,
  view: Fragment,
  alias: string,
  condition: Fragment,
): LookedUp {
  const named = sql`${view} ${raw(alias)}`;
  if (forEach === undefined) return { from: sql`${rows} CROSS JOIN ${named}`, condition };
  const found = forEach(sql`SELECT * FROM ${named} WHERE ${condition}`);
  return { from: sql`${rows} CROSS JOIN ${found} ${raw(alias)}`, condition: TRUE };
}
