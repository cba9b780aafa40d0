import type { CompareOperator } from "../../../filter/ast.ts";
import type { Attribute } from "../../../schema/attribute.ts";
import { cast, type Dialect } from "../dialect/dialect.ts";
import { type Fragment, sql } from "../dialect/fragment.ts";
import { type Key, keyText } from "../key.ts";
import type { Leaf } from "../place.ts";
import { compareText, textLeaf } from "../text-leaf.ts";

/** How a condition is to be expressed that can be expressed nearly. */
export interface Nearly {
  readonly dialect: Dialect;
  /** Whether the standard comparison keys are in force. */
  readonly hasStandardKeys: boolean;
  /** Let through more than what is so, rather than less. */
  readonly weaker: boolean;
  /** Told that the condition is not exact. */
  readonly onNearly: () => void;
  /** Told that the condition is exact only where no value is of another shape than the attribute is declared to have. */
  readonly onDoubt: () => void;
}

/**
 * A value that may be of another shape than is declared: where it is, the condition is met, or else not met, and reading the
 * value tells. `isOdd` is never NULL.
 */
export function doubtedLeaf(
  { weaker, onDoubt }: Pick<Nearly, "weaker" | "onDoubt">,
  leaf: Leaf,
  isOdd: Fragment,
): Leaf {
  const inDoubt = (condition: Fragment | undefined): Fragment | undefined => {
    if (condition === undefined) return undefined;
    onDoubt();
    return weaker ? sql`(${condition} OR ${isOdd})` : sql`(${condition} AND NOT ${isOdd})`;
  };
  return {
    exists: () => inDoubt(leaf.exists()),
    isPresent: () => inDoubt(leaf.isPresent()),
    compare: (operator, operand) => inDoubt(leaf.compare(operator, operand)),
  };
}

/** A value as a table of somebody else has it: no comparison key is stored. `text` is NULL where there is no value. */
export function plainLeaf(nearly: Nearly, { type, caseExact }: Attribute, value: Fragment): Leaf | undefined {
  const { dialect } = nearly;
  switch (type) {
    case "boolean":
      return textLeaf(dialect, booleanText(cast(dialect, value, "text")));
    case "integer":
    case "decimal":
      return numberLeaf(dialect, value);
    case "string":
      return {
        ...filledLeaf(value),
        compare: (operator, operand) =>
          nearly.hasStandardKeys ? compareString(nearly, value, caseExact, operator, operand) : undefined,
      };
    default:
      return { ...filledLeaf(value), compare: () => undefined };
  }
}

/** The key of a boolean of which a column has whatever its driver makes of true: `true`, 1 or the text of either. */
function booleanText(text: Fragment): Fragment {
  return sql`(CASE WHEN ${text} IN ('true', '1', '1.0') THEN 'true' WHEN ${text} IS NOT NULL THEN 'false' END)`;
}

function filledLeaf(text: Fragment): Pick<Leaf, "exists" | "isPresent"> {
  return { exists: () => sql`(${text} IS NOT NULL)`, isPresent: () => sql`(${text} <> '')` };
}

/**
 * Of a text in ASCII the comparison key is the text in lower case as "C" has it, so that such texts are compared here.
 * All others are left to the comparison keys in JavaScript: they are let through, or not.
 */
function compareString(
  { dialect, weaker, onNearly }: Nearly,
  text: Fragment,
  caseExact: boolean,
  operator: CompareOperator,
  operand: Key,
): Fragment {
  onNearly();
  const inOrder = dialect.ordered(text);
  const key = caseExact ? inOrder : (dialect.lowered?.(text) ?? sql`lower(${inOrder})`);
  const same = compareText(dialect, key, operator, keyText(operand));
  const isBeyond = dialect.isBeyondAscii(text);
  return weaker ? sql`(${same} OR ${isBeyond})` : sql`(${same} AND NOT ${isBeyond})`;
}

function numberLeaf(dialect: Dialect, value: Fragment): Leaf {
  const exists = () => sql`(${value} IS NOT NULL)`;
  return {
    exists,
    isPresent: exists,
    compare(operator, operand) {
      const sign = SIGNS[operator];
      if (sign === undefined || typeof operand !== "number") return undefined;
      return sql`(${cast(dialect, value, "number")} ${sign} ${cast(dialect, sql`${operand}`, "number")})`;
    },
  };
}

const SIGNS: Partial<Record<CompareOperator, Fragment>> = {
  eq: sql`=`,
  ne: sql`<>`,
  gt: sql`>`,
  ge: sql`>=`,
  lt: sql`<`,
  le: sql`<=`,
};
