import type { Dialect } from "../dialect/dialect.ts";
import { balance, FALSE, type Fragment, join, raw, sql, TRUE } from "../dialect/fragment.ts";
import { driverValue } from "./column.ts";
import type { ColumnCondition } from "./mapped-column.ts";

const SIGNS: ReadonlySet<string> = new Set(["=", "<>", "<", "<=", ">", ">="]);

/** A converter's condition on a column as SQL; all values are parameters. */
export function condition(dialect: Dialect, column: Fragment, given: ColumnCondition): Fragment {
  if (typeof given === "boolean") return given ? TRUE : FALSE;
  if ("isNull" in given) return given.isNull ? sql`(${column} IS NULL)` : sql`(${column} IS NOT NULL)`;
  if ("and" in given)
    return balance(
      "AND",
      given.and.map((part) => condition(dialect, column, part)),
    );
  if ("or" in given)
    return balance(
      "OR",
      given.or.map((part) => condition(dialect, column, part)),
    );
  if ("in" in given) {
    if (given.in.length === 0) return FALSE;
    return sql`(${column} IN (${join(
      given.in.map((value) => sql`${driverValue(dialect, value)}`),
      ", ",
    )}))`;
  }
  if (!SIGNS.has(given.is))
    throw new TypeError(`filter gave the operator ${given.is}, which is none of: ${[...SIGNS].join(" ")}`);
  return sql`(${column} ${raw(given.is)} ${driverValue(dialect, given.value)})`;
}
