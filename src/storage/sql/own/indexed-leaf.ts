import type { CompareOperator } from "../../../filter/ast.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import { isStorable, keyText } from "../key.ts";
import type { Leaf } from "../place.ts";
import { textLeaf } from "../text-leaf.ts";
import type { KeyIndex } from "./index-plan.ts";
import { beginningIn } from "./index-statements.ts";

/** A single value of the row `r` with an index over it: conditions say besides what they are what the index can answer. */
export function indexedLeaf(dialect: Dialect, index: KeyIndex): Leaf {
  const text = dialect.member(raw("r.keys"), index.member);
  const beginning = beginningIn(dialect, index);
  const leaf = textLeaf(dialect, text);
  return {
    ...leaf,
    compare(operator, operand) {
      const key = keyText(operand);
      const condition = leaf.compare(operator, operand);
      const range = condition && isStorable(key) ? rangeOf(dialect, beginning, operator, key) : undefined;
      return condition && range === undefined ? condition : sql`(${range} AND ${condition})`;
    },
  };
}

/** Whether an index over a text key narrows a comparison. */
export function hasRange(dialect: Dialect, operator: CompareOperator, key: string): boolean {
  return isStorable(key) && rangeOf(dialect, raw("key"), operator, key) !== undefined;
}

/** Which stretch of the index a comparison lies in. */
function rangeOf(dialect: Dialect, beginning: Fragment, operator: CompareOperator, key: string): Fragment | undefined {
  const cut = beginningOf(dialect, key);
  switch (operator) {
    case "eq":
      return sql`${beginning} = ${cut}`;
    case "gt":
    case "ge":
      return sql`${beginning} >= ${cut}`;
    case "lt":
    case "le":
      return sql`${beginning} <= ${cut}`;
    case "sw": {
      const end = successor(cut);
      return cut === "" || end === undefined ? undefined : sql`${beginning} >= ${cut} AND ${beginning} < ${end}`;
    }
    default:
      return undefined;
  }
}

/** What an index holds of a key. */
export function beginningOf({ longestBeginning }: Dialect, key: string): string {
  // A character is two code units at most.
  if (key.length <= longestBeginning) return key;
  return Array.from(key.slice(0, 2 * longestBeginning))
    .slice(0, longestBeginning)
    .join("");
}

/** The least text that is greater than all that begin with this one; undefined where there is none. */
export function successor(text: string): string | undefined {
  const points = Array.from(text, (character) => character.codePointAt(0) as number);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    // Behind U+D7FF come the surrogates, which are no characters.
    if (last < 0x10ffff) return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
  }
  return undefined;
}
