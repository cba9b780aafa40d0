import type { CompareOperator } from "../../../filter/ast.ts";
import type { AttributePath } from "../../../schema/attribute.ts";
import { type Fragment, sql } from "../dialect/fragment.ts";
import { isStorable, keyText } from "../key.ts";
import type { Leaf, Place } from "../place.ts";
import type { OwnScope } from "./elements.ts";
import type { KeyIndex } from "./index-plan.ts";
import { findText } from "./index-statements.ts";

/** A text of a searchable attribute: what it contains is looked up by trigrams, and then looked at. */
export function searchedLeaf(scope: OwnScope, path: AttributePath, leaf: Leaf): Leaf {
  const index = scope.indexes.texts.get(path.text);
  if (index === undefined) return leaf;
  return {
    ...leaf,
    compare(operator, operand) {
      const condition = leaf.compare(operator, operand);
      const candidates = condition && candidatesOf(scope, index, operator, keyText(operand));
      return candidates === undefined ? condition : sql`(${candidates} AND ${condition})`;
    },
  };
}

/** The same for a list of texts: a resource is a candidate where the texts together contain the operand. */
export function searchedList(scope: OwnScope, path: AttributePath, place: Place & { readonly type: "list" }): Place {
  const index = scope.indexes.texts.get(path.text);
  if (index === undefined) return place;
  return {
    ...place,
    narrow: (operator, operand) => candidatesOf(scope, index, operator, keyText(operand)),
  };
}

/** A condition that each row meets whose text contains, begins or ends with the operand. */
export function candidatesOf(
  { dialect, tables }: OwnScope,
  index: KeyIndex,
  operator: CompareOperator,
  operand: string,
): Fragment | undefined {
  const isSubstring = operator === "co" || operator === "sw" || operator === "ew";
  // Less than a trigram finds nothing in an index of them.
  if (!isSubstring || !isStorable(operand) || Array.from(operand.slice(0, 6)).length < 3) return undefined;
  return findText(dialect, tables, index, operand);
}
