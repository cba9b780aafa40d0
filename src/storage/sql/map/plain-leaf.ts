import type { CompareOperator } from "../../../filter/ast.ts";
import type { Attribute } from "../../../schema/attribute.ts";
import type { Dialect } from "../dialect/dialect.ts";
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
}

/** A value as a table of somebody else has it: no comparison key is stored. `text` is NULL where there is no value. */
export function plainLeaf(nearly: Nearly, { type, caseExact }: Attribute, value: Fragment): Leaf | undefined {
  const { dialect } = nearly;
  switch (type) {
    case "boolean":
      return textLeaf(dialect, sql`(CASE WHEN ${value} THEN 'true' WHEN NOT ${value} THEN 'false' END)`);
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
  const key = caseExact ? inOrder : sql`lower(${inOrder})`;
  const same = compareText(dialect, key, operator, keyText(operand));
  const isBeyond = beyondAscii(dialect, text);
  return weaker ? sql`(${same} OR ${isBeyond})` : sql`(${same} AND NOT ${isBeyond})`;
}

/**
 * Whether a text has characters beyond ASCII (or NUL): they take more bytes than one. A difference, because an index over it
 * and what the database knows of its values make the condition cheap.
 */
function beyondAscii({ name }: Dialect, text: Fragment): Fragment {
  return name === "postgres"
    ? sql`((octet_length(${text}) - char_length(${text})) > 0)`
    : sql`((length(CAST(${text} AS BLOB)) - length(${text})) > 0)`;
}

function numberLeaf({ name }: Dialect, value: Fragment): Leaf {
  const type = name === "postgres" ? sql`DOUBLE PRECISION` : sql`REAL`;
  const exists = () => sql`(${value} IS NOT NULL)`;
  return {
    exists,
    isPresent: exists,
    compare(operator, operand) {
      const sign = SIGNS[operator];
      if (sign === undefined || typeof operand !== "number") return undefined;
      return sql`(CAST(${value} AS ${type}) ${sign} CAST(${operand} AS ${type}))`;
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
