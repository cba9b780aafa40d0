import type { CompareOperator } from "../../filter/ast.ts";
import type { Dialect } from "./dialect/dialect.ts";
import { FALSE, type Fragment, sql } from "./dialect/fragment.ts";
import { isStorable, keyText } from "./key.ts";
import type { Leaf } from "./place.ts";

/** A value whose comparison key is stored as text, NULL where there is none. */
export function textLeaf(dialect: Dialect, text: Fragment): Leaf {
  return {
    exists: () => sql`(${text} IS NOT NULL)`,
    isPresent: () => sql`(${text} <> '')`,
    compare: (operator, operand) => compareText(dialect, text, operator, keyText(operand)),
  };
}

/** Compares a text, which may be NULL, with a key. */
export function compareText(dialect: Dialect, text: Fragment, operator: CompareOperator, operand: string): Fragment {
  if (!isStorable(operand)) return compareUnstorable(dialect, text, operator, operand);
  switch (operator) {
    case "eq":
      return sql`(${text} = ${operand})`;
    case "ne":
      return sql`(${text} <> ${operand})`;
    // Every text contains the empty one; the databases' functions do not agree on that.
    case "co":
      return operand === "" ? sql`(${text} IS NOT NULL)` : sql`(${dialect.includes(text, operand)})`;
    case "sw":
      return operand === "" ? sql`(${text} IS NOT NULL)` : sql`(${dialect.startsWith(text, operand)})`;
    case "ew":
      return operand === "" ? sql`(${text} IS NOT NULL)` : sql`(${dialect.endsWith(text, operand)})`;
    case "gt":
      return sql`(${dialect.ordered(text)} > ${operand})`;
    case "ge":
      return sql`(${dialect.ordered(text)} >= ${operand})`;
    case "lt":
      return sql`(${dialect.ordered(text)} < ${operand})`;
    case "le":
      return sql`(${dialect.ordered(text)} <= ${operand})`;
  }
}

/**
 * An operand that no stored text can be equal to or contain. One with a NUL still has its place in the order: right
 * behind the text in front of the NUL, because that is the smallest character.
 */
function compareUnstorable(dialect: Dialect, text: Fragment, operator: CompareOperator, operand: string): Fragment {
  if (operator === "ne") return sql`(${text} IS NOT NULL)`;
  if (operator === "eq" || operator === "co" || operator === "sw" || operator === "ew") return FALSE;
  const front = operand.slice(0, Math.max(0, operand.indexOf("\u0000")));
  return compareText(dialect, text, operator === "gt" || operator === "ge" ? "gt" : "le", front.toWellFormed());
}
