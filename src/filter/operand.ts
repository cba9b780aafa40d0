import { type AttributePath, leafOf } from "../schema/attribute.ts";
import type { Compare, CompareOperator } from "./ast.ts";

/**
 * The key that the values of an attribute are compared with. A part of a URI is no URI: it is taken as it stands, while the whole
 * ones that it is looked for in are normalised.
 */
export function operandKey({ path, operator, value }: Compare<AttributePath>): string | number | boolean {
  const leaf = leafOf(path);
  return isOfParts(operator) && leaf.type === "reference" && typeof value === "string" ? value : leaf.key(value);
}

/** Whether the operator looks for a part of a value. */
export function isOfParts(operator: CompareOperator): boolean {
  return operator === "co" || operator === "sw" || operator === "ew";
}
