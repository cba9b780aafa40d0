import type { CompareOperator } from "../../../filter/ast.ts";
import type { Key } from "../key.ts";

/** A condition on one column, as a converter's `filter` gives it. Values become parameters, never SQL text. */
export type ColumnCondition =
  | boolean
  | { readonly isNull: boolean }
  | { readonly is: "=" | "<>" | "<" | "<=" | ">" | ">="; readonly value: unknown }
  | { readonly in: readonly unknown[] }
  | { readonly and: readonly ColumnCondition[] }
  | { readonly or: readonly ColumnCondition[] };

/** A column that holds the value of an attribute. */
export interface MappedColumn {
  readonly column: string;
  /** Makes the attribute's value of the column's, as the driver gives it; undefined: there is none. */
  readonly read?: (value: unknown) => unknown;
  /**
   * Makes the column's value of the attribute's, for the driver. Called with undefined where the attribute is
   * unassigned; what gives undefined leaves the column alone on a create, and makes it NULL on a change.
   */
  readonly write?: (value: unknown) => unknown;
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
}

/**
 * One element of a multi-valued complex attribute that the table has columns for: the work e-mail in a column `email`.
 */
export interface MappedElement {
  /** Columns by sub-attribute; the element is there where the column of `value` is not NULL. */
  readonly columns: Readonly<Record<string, string | MappedColumn>>;
  /**
   * What the other sub-attributes of the element always are, such as `{ type: "work" }`: how a client's element is
   * known.
   */
  readonly fixed?: Readonly<Record<string, unknown>>;
  /**
   * The same, but what a client may leave out: with `{ primary: true }` an element that says nothing of `primary`,
   * where no other one is primary, is taken for this one and becomes primary.
   */
  readonly assumed?: Readonly<Record<string, unknown>>;
}

/**
 * A join table that holds the elements of a collection which refer to one resource type. One row an element; (holder,
 * value) must be unique.
 */
export interface MappedCollection {
  readonly table: string;
  readonly schema?: string;
  /** The column that names the holder (a group). */
  readonly holder: string;
  /** The column that names what the element refers to (a user). */
  readonly value: string;
  /** The resource type that `value` names. */
  readonly resourceType: string;
  /** The tenant's column, where the table has one. */
  readonly tenant?: string;
  /** Columns of the element's other sub-attributes, such as `display`. */
  readonly columns?: Readonly<Record<string, string | MappedColumn>>;
  /** Sub-attributes that the table does not keep, by your own decision: what a client gives for them is forgotten. */
  readonly forgotten?: readonly string[];
}

/** The column of the id. */
export interface MappedId {
  readonly column: string;
  /** Default `"text"`. Ids of another form than the type has are unknown ids, and reach no statement. */
  readonly type?: "text" | "integer" | "uuid";
  /** `true`: the database makes the id when a row is inserted. Default: for integers. */
  readonly generated?: boolean;
  /**
   * What ids begin with for clients, so that the ids of two tables differ: user 1 and group 1 are `u1` and `g1`.
   * Default none.
   */
  readonly prefix?: string;
}

/** The column of the tenant. */
export interface MappedTenant {
  readonly column: string;
  /** Default `"text"`. */
  readonly type?: "text" | "integer" | "uuid";
}

/** How a resource type lies in a table of yours. */
export interface TableMapping {
  readonly table: string;
  /** The PostgreSQL schema of the table. Default: the first of the search path. */
  readonly schema?: string;
  readonly id: string | MappedId;
  /** An integer column, not NULL, that every change counts up. */
  readonly version: string;
  /** When the row was made. */
  readonly created: string;
  /** When it was last changed. */
  readonly lastModified: string;
  /** The column of the tenant (`context.tenant`). Without it there is one tenant. All tables have it, or none. */
  readonly tenant?: string | MappedTenant;
  /** Columns by attribute path: `{ userName: "email", "name.givenName": "first_name" }`. */
  readonly columns: Readonly<Record<string, string | MappedColumn>>;
  /** Elements of multi-valued attributes that have columns of their own. */
  readonly elements?: Readonly<Record<string, readonly MappedElement[]>>;
  /**
   * Join tables of collections:
   * `{ members: { table: "memberships", holder: "team_id", value: "user_id", resourceType: "User" } }`.
   */
  readonly collections?: Readonly<Record<string, MappedCollection | readonly MappedCollection[]>>;
  /** A JSON or text column for every attribute that has no column. Without it each attribute must have one. */
  readonly rest?: string;
  /** Which attribute a constraint of the table is about, by the constraint's name, where its columns do not tell. */
  readonly constraints?: Readonly<Record<string, string>>;
}

/**
 * Says how a resource type lies in a table that you have: for `mappedStorage`. Names of columns are checked against the
 * resource type when the storage is made, and against the database by `prepare`.
 *
 * @example
 * ```ts
 * import { mapTable } from "scimkit/sql";
 * const users = mapTable({
 *   table: "users", id: { column: "id", type: "uuid" },
 *   version: "scim_version", created: "created_at", lastModified: "updated_at",
 *   columns: {
 *     userName: "email",
 *     "name.givenName": "first_name",
 *     active: {
 *       column: "disabled_at",
 *       read: (value) => value === null,
 *       write: (active) => (active === false ? new Date().toISOString() : null),
 *       filter(operator, active) {
 *         if (operator === "pr") return true;
 *         return operator === "eq" ? { isNull: active === true } : undefined;
 *       },
 *     },
 *   },
 *   rest: "scim_json",
 * });
 * ```
 */
export function mapTable(mapping: TableMapping): TableMapping {
  return mapping;
}
