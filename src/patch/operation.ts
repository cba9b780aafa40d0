import type { Filter } from "../filter/ast.ts";
import type { Attribute, AttributePath } from "../schema/attribute.ts";

/** What stands at one position of the request, for errors. */
interface Prepared {
  /** Position in `Operations`. */
  readonly index: number;
}

/**
 * One operation, resolved against the schema, its value read and checked: what is left is to apply it to a resource. A
 * path-less operation has become one prepared operation for each attribute that its value names.
 * @see RFC 7644 §3.5.2
 */
export type PreparedOperation = Prepared &
  (
    | AttributeOperation
    | ElementOperation
    | { readonly type: "secret"; readonly attribute: Attribute; readonly value: unknown }
    | { readonly type: "echo"; readonly attribute: Attribute; readonly value: unknown }
    | {
        readonly type: "schemas";
        readonly op: "add" | "remove" | "replace";
        readonly urns: readonly string[] | undefined;
      }
  );

/** On an attribute, or on a sub-attribute of a singular complex one. */
export interface AttributeOperation {
  readonly type: "attribute";
  readonly op: "add" | "remove" | "replace";
  readonly path: AttributePath;
  /** Canonical; undefined for `null`, `[]` and where a remove names no values. Of a multi-valued attribute always an array. */
  readonly value: unknown;
  /** Sub-attributes that a complex value unassigns with `null`. */
  readonly cleared: readonly Attribute[];
}

/** On the elements that a value path selects, or on a sub-attribute of theirs. */
export interface ElementOperation {
  readonly type: "element";
  readonly op: "add" | "remove" | "replace";
  readonly attribute: Attribute;
  /** Over one element. Undefined for all of them: `emails.type`. */
  readonly filter: Filter<AttributePath> | undefined;
  readonly sub: Attribute | undefined;
  readonly value: unknown;
  readonly cleared: readonly Attribute[];
}
