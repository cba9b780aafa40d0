import type { CompareOperator } from "../../filter/ast.ts";
import type { Attribute, AttributePath } from "../../schema/attribute.ts";
import type { Fragment } from "./dialect/fragment.ts";
import type { Key } from "./key.ts";

/**
 * How one single value is stored. Conditions may be NULL, which counts as false; undefined says that the storage cannot
 * express the condition.
 */
export interface Leaf {
  /** Whether there is a value. */
  exists(): Fragment | undefined;
  /** Whether there is a value that is not empty. */
  isPresent(): Fragment | undefined;
  /**
   * Whether there is a value that compares so with the operand's comparison key; `ne` of a missing value is false here.
   */
  compare(operator: CompareOperator, operand: Key): Fragment | undefined;
}

/** How the values that a path names are stored: one at most, or a list of them. */
export type Place =
  | { readonly type: "one"; readonly leaf: Leaf }
  | {
      readonly type: "list";
      /** Whether one value meets the condition; without a condition, whether there is a value. */
      exists(condition?: (leaf: Leaf) => Fragment | undefined): Fragment | undefined;
      /** Whether one value equals the operand, where an index knows better than `exists`. */
      equals?(operand: Key): Fragment | undefined;
      /** What must be so where one value compares so with the operand, where an index answers it. */
      narrow?(operator: CompareOperator, operand: Key): Fragment | undefined;
    };

/** Where the attributes of a resource, or of one element of a multi-valued attribute, are stored. */
export interface Places {
  /**
   * Undefined where the storage cannot tell. `asWritten`: a missing `primary` is missing, and not false. `weaker`: a
   * condition that the storage expresses nearly may let through more than what is so; otherwise it must not.
   */
  place(path: AttributePath, asWritten?: boolean, weaker?: boolean): Place | undefined;
  /**
   * Whether one element of a multi-valued attribute meets a condition. `equalities` are what the condition asks of the
   * element's parts among other things, for an index to start from. `weaker`: as that of `place`.
   */
  element?(
    attribute: Attribute,
    condition: (element: Places) => Fragment | undefined,
    equalities?: readonly Equality[],
    weaker?: boolean,
  ): Fragment | undefined;
}

/** A sub-attribute that must be equal to an operand. */
export interface Equality {
  readonly path: AttributePath;
  readonly operand: Key;
}

/** Whether a missing sub-attribute counts as false in an element. */
export function isDefaultFalse(attribute: Attribute, sub: Attribute): boolean {
  return attribute.multiValued && sub.name === "primary" && sub.type === "boolean";
}

/** The path of a sub-attribute as it is named within its element. */
export function pathInElement(attribute: Attribute, sub: Attribute): AttributePath {
  return { text: sub.path, attribute, sub };
}
