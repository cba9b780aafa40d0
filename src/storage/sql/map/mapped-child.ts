import type { AttributeLiteral } from "../../../schema/attribute.ts";
import type { AttributeValue } from "../../../schema/resource.ts";
import type { ResourceTypeDefinition } from "../../../schema/resource-type.ts";
import type { ElementDefault } from "./filled-column.ts";
import type { MappedColumn, PartColumns } from "./mapped-column.ts";
import type { IsKnown, PartNames, PartValues, Place, PlacesOf, ReferenceNames } from "./mapped-path.ts";

/** Columns of an element by the name of the part; of a list of single values the element is the part `value`. */
export type ChildColumns<A extends AttributeLiteral> = AttributeLiteral extends A
  ? PartColumns<A>
  : A["type"] extends "complex"
    ? PartColumns<A>
    : { readonly value: string | MappedColumn<AttributeValue<A> extends readonly (infer V)[] ? V : never> };

/** What a constant of a column may be. */
type Constant = string | number | boolean;

/**
 * The table behind a join table that says what an element is: `roles (id, name)` behind `users_roles (user_id, role_id)`. It is read, and
 * never written.
 */
export interface MappedDictionary<A extends AttributeLiteral = AttributeLiteral> {
  readonly table: string;
  /** The PostgreSQL schema of the table. Default: the first of the search path. */
  readonly schema?: string;
  /** Its key. */
  readonly id: string;
  /** The column of the child table that names the key. */
  readonly column: string;
  /**
   * Columns of the dictionary by the name of the part. An element is looked up by its `value` where that has a column and the element has
   * one, else by its `display`, and by the first part that is named for lists without either; what the row has for all of them is what
   * the element has then, in the spelling of the row.
   */
  readonly columns: ChildColumns<A>;
  /** The tenant's column, where the table has one. */
  readonly tenant?: string;
  /**
   * What becomes of an element that the dictionary does not have. `"refuse"`, the default, is 400 invalidValue; `"drop"` leaves it out,
   * and a `missingReference` event says so.
   */
  readonly missing?: "refuse" | "drop";
}

/**
 * A table of the elements of a multi-valued attribute: one row an element, with a column that names the holder. What a write changes are
 * the rows of the elements that differ: one whose `value` stays keeps its row, and with it the columns that SCIM does not know.
 */
export interface MappedChild<A extends AttributeLiteral = AttributeLiteral> {
  readonly table: string;
  /** The PostgreSQL schema of the table. Default: the first of the search path. */
  readonly schema?: string;
  /** The column that names the holder (a user). It needs an index. */
  readonly holder: string;
  /** The tenant's column, where the table has one. */
  readonly tenant?: string;
  /** Columns by the name of the part: `{ value: "address", type: "kind", primary: "is_primary" }`. May be left out beside `dictionary`. */
  readonly columns?: ChildColumns<A>;
  /** The table that says what an element is, where this one only names a row of it. */
  readonly dictionary?: MappedDictionary<A>;
  /** What other parts always are, such as `{ type: "work" }`: an element that has it so to the letter lies in this table. */
  readonly fixed?: PartValues<A>;
  /** Parts that the table does not keep, by your own decision: what a client gives for them is forgotten. */
  readonly forgotten?: readonly PartNames<A>[];
  /**
   * Columns by which the rows are told from those of other lists in the same table, such as `{ channel: "email" }`: rows with other values
   * are none of this list's, and new rows get them.
   */
  readonly constants?: Readonly<Record<string, Constant>>;
  /** The row's own key, made by the database or by `defaults`. By it rows are changed, and without `order` read in its order. */
  readonly id?: string;
  /**
   * An integer column of the element's place in the list, written by scimkit. Default: the order of elements means nothing, and they are
   * read in that of `id` or of their values.
   */
  readonly order?: string;
  /**
   * What columns that SCIM does not know have in a new row: a value, or `(element, context) => value`; of a list of single values the element
   * is `{ value }`. Default: what their DEFAULT says.
   */
  readonly defaults?: Readonly<Record<string, ElementDefault>>;
}

/** A place that is a list, and no list of references to resources: those have `collections`. */
type ChildPath<X extends Place> = X["attribute"] extends { readonly multiValued: true }
  ? [ReferenceNames<X["attribute"]>] extends [never]
    ? X["path"]
    : never
  : never;

/** Child tables, by the path of their list. */
export type MappedChildren<T extends ResourceTypeDefinition> =
  IsKnown<T> extends true
    ? {
        readonly [X in PlacesOf<T> as ChildPath<X>]?:
          | MappedChild<X["attribute"]>
          | readonly MappedChild<X["attribute"]>[];
      }
    : Readonly<Record<string, MappedChild | readonly MappedChild[]>>;
