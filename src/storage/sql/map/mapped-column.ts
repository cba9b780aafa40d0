import type { CompareOperator } from "../../../filter/ast.ts";
import type { AttributeLiteral } from "../../../schema/attribute.ts";
import type { AttributeValue } from "../../../schema/resource.ts";
import type { ResourceTypeDefinition } from "../../../schema/resource-type.ts";
import type { Key } from "../key.ts";
import type { IsKnown, PartsOf, PlacesOf } from "./mapped-path.ts";

/** A condition on one column, as a converter's `filter` gives it. Values become parameters, never SQL text. */
export type ColumnCondition =
  | boolean
  | { readonly isNull: boolean }
  | { readonly is: "=" | "<>" | "<" | "<=" | ">" | ">="; readonly value: unknown }
  | { readonly in: readonly unknown[] }
  | { readonly and: readonly ColumnCondition[] }
  | { readonly or: readonly ColumnCondition[] };

/** A column that holds the value of an attribute, `V`. */
export interface MappedColumn<V = unknown> {
  readonly column: string;
  /** Makes the attribute's value of the column's, as the driver gives it; undefined: there is none. */
  readonly read?: (value: unknown) => V | undefined;
  /**
   * Makes the column's value of the attribute's, for the driver. Called with undefined where the attribute is
   * unassigned; what gives undefined leaves the column alone on a create, and makes it NULL on a change.
   */
  readonly write?: (value: V | undefined) => unknown;
  /**
   * Says in terms of the column when a value compares so with the operand's comparison key (lower case, unless the
   * attribute is caseExact), or, for `pr`, when there is a value; undefined where the column cannot tell. It must be
   * exact: what it says is not checked again. Without it, filters on a column with converters look at every row.
   */
  readonly filter?: (operator: CompareOperator | "pr", operand: Key | undefined) => ColumnCondition | undefined;
  /**
   * A text column that holds the comparison key of the value, written by scimkit: with a unique constraint over it the
   * attribute is unique, with an index it is found and sorted by at any size. It must be filled wherever the value is:
   * `prepare` fills it for rows that were there before.
   */
  readonly key?: string;
  /**
   * Of two attributes with one column: `true`: where a write gives them two values, this one's counts, and the other follows it. Default
   * false: the one that the write changes counts, and two that differ in a create, or that both change, are 400 invalidValue.
   */
  readonly wins?: boolean;
}

/**
 * A column that holds an attribute which is no single value, such as a list as JSON: what it reads and writes is yours to say, and
 * it has no key.
 */
export interface ConvertedColumn<V = unknown> extends MappedColumn<V> {
  readonly read: (value: unknown) => V | undefined;
  readonly write: (value: V | undefined) => unknown;
}

/** A list has no column without converters, nor has an object. */
type ColumnOf<A extends AttributeLiteral> = A["multiValued"] extends true
  ? ConvertedColumn<AttributeValue<A>>
  : A["type"] extends "complex"
    ? ConvertedColumn<AttributeValue<A>>
    : string | MappedColumn<AttributeValue<A>>;

/** Columns by attribute path. */
export type MappedColumns<T extends ResourceTypeDefinition> =
  IsKnown<T> extends true
    ? { readonly [X in PlacesOf<T> as X["path"]]?: ColumnOf<X["attribute"]> }
    : Readonly<Record<string, string | MappedColumn>>;

/** Columns by the name of the part. */
export type PartColumns<A extends AttributeLiteral> = AttributeLiteral extends A
  ? Readonly<Record<string, string | MappedColumn>>
  : { readonly [S in keyof PartsOf<A> & string]?: ColumnOf<PartsOf<A>[S]> };
