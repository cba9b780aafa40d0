import { comparisonsIn } from "../../filter/paths.ts";
import type { QueryRequest } from "../adapter.ts";
import { comparesTooMany } from "../cost.ts";
import type { Session } from "./database.ts";
import { type Fragment, raw, sql } from "./dialect/fragment.ts";

/** Where a query may look at as many rows, it is not asked how many there are. */
const MANY = 1_000_000;

/**
 * Refuses a filter that would be compared with too many rows, before it is with any. `rows` is what follows FROM: all that the
 * filter is compared with, which an index may have narrowed, though not to one. They are counted only where that can matter, and no
 * further than it does.
 *
 * @throws {ScimError} 400 tooMany.
 */
export async function refuseCostly(
  session: Session,
  { filter, maxComparisons }: Pick<QueryRequest, "filter" | "maxComparisons">,
  rows: Fragment,
): Promise<void> {
  if (filter === undefined || maxComparisons === undefined) return;
  const comparisons = comparisonsIn(filter);
  const most = Math.floor(maxComparisons / comparisons);
  if (most >= MANY) return;
  const [found] = await session.run<{ count: number | string }>(
    sql`SELECT count(*) AS count FROM (SELECT 1 AS one FROM ${rows} LIMIT ${raw(String(most + 1))}) c`,
  );
  if (Number(found?.count) > most) throw comparesTooMany(comparisons, maxComparisons);
}
