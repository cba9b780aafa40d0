import type { CompareOperator } from "../../../filter/ast.ts";
import type { AttributeLiteral } from "../../../schema/attribute.ts";
import type { ResourceTypeDefinition } from "../../../schema/resource-type.ts";
import type { Key } from "../key.ts";
import type {
  MappedCollections,
  MappedColumns,
  MappedElements,
  MappedPath,
  PartColumns,
  PartNames,
  PartValues,
  ReferenceNames,
} from "./mapped-path.ts";

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
}

/**
 * A column that holds an attribute which is no single value, such as a list as JSON: what it reads and writes is yours to say, and
 * it has no key.
 */
export interface ConvertedColumn<V = unknown> extends MappedColumn<V> {
  readonly read: (value: unknown) => V | undefined;
  readonly write: (value: V | undefined) => unknown;
}

/**
 * One element of a multi-valued complex attribute that the table has columns for: the work e-mail in a column `email`.
 */
export interface MappedElement<A extends AttributeLiteral = AttributeLiteral> {
  /** Columns by sub-attribute; the element is there where the column of `value` is not NULL. */
  readonly columns: PartColumns<A>;
  /**
   * What the other sub-attributes of the element always are, such as `{ type: "work" }`: how a client's element is
   * known.
   */
  readonly fixed?: PartValues<A>;
  /**
   * The same, but what a client may leave out: with `{ primary: true }` an element that says nothing of `primary`,
   * where no other one is primary, is taken for this one and becomes primary.
   */
  readonly assumed?: PartValues<A>;
}

/**
 * A join table that holds the elements of a collection which refer to one resource type. One row an element; (holder,
 * value) must be unique.
 */
export interface MappedCollection<A extends AttributeLiteral = AttributeLiteral> {
  readonly table: string;
  readonly schema?: string;
  /** The column that names the holder (a group). */
  readonly holder: string;
  /** The column that names what the element refers to (a user). */
  readonly value: string;
  /** The resource type that `value` names. */
  readonly resourceType: ReferenceNames<A>;
  /** The tenant's column, where the table has one. */
  readonly tenant?: string;
  /** Columns of the element's other sub-attributes, such as `display`. */
  readonly columns?: PartColumns<A>;
  /** Sub-attributes that the table does not keep, by your own decision: what a client gives for them is forgotten. */
  readonly forgotten?: readonly PartNames<A>[];
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

/**
 * How a resource type lies in a table of yours. With the type of the resource type as `T` the compiler knows its paths, and the values
 * that converters read and write; without one every text is a path, and what is none of the type is told when the storage is made.
 */
export interface TableMapping<T extends ResourceTypeDefinition = ResourceTypeDefinition> {
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
  readonly columns: MappedColumns<T>;
  /** Elements of multi-valued attributes that have columns of their own. */
  readonly elements?: MappedElements<T>;
  /**
   * Join tables of collections:
   * `{ members: { table: "memberships", holder: "team_id", value: "user_id", resourceType: "User" } }`.
   */
  readonly collections?: MappedCollections<T>;
  /** A JSON or text column for every attribute that has no column. Without it each attribute must have one. */
  readonly rest?: string;
  /** Which attribute a constraint of the table is about, by the constraint's name, where its columns do not tell. */
  readonly constraints?: Readonly<Record<string, MappedPath<T>>>;
}

/** A resource type and the table that it lies in, as `mapTable` makes it for `mappedStorage`. */
export interface MappedTable {
  readonly resourceType: ResourceTypeDefinition;
  readonly mapping: TableMapping;
}

/**
 * Says how a resource type lies in a table that you have: for `mappedStorage`. The compiler knows the paths of the resource type and what
 * their converters take: a path that there is none of is an error of types, and of `mappedStorage`, which is where types do not look.
 * `prepare` checks the names of columns against the database.
 *
 * @example
 * ```ts
 * import { User } from "scimkit";
 * import { mapTable } from "scimkit/sql";
 * const users = mapTable(User, {
 *   table: "users", id: { column: "id", type: "uuid" },
 *   version: "scim_version", created: "created_at", lastModified: "updated_at",
 *   columns: {
 *     userName: "email",
 *     "name.givenName": "first_name",
 *     active: {
 *       column: "disabled_at",
 *       read: (value) => value === null,
 *       write: (active) => (active === false ? new Date().toISOString() : null), // active is boolean | undefined
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
export function mapTable<T extends ResourceTypeDefinition>(resourceType: T, mapping: TableMapping<T>): MappedTable;
export function mapTable(resourceType: ResourceTypeDefinition, mapping: TableMapping): MappedTable {
  return { resourceType, mapping };
}
