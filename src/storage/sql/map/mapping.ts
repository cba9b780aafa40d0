import type { AttributeLiteral } from "../../../schema/attribute.ts";
import type { ResourceTypeDefinition } from "../../../schema/resource-type.ts";
import type { MappedDeleted } from "./deleted.ts";
import type { AuditValue, ColumnDefault, ElementDefault } from "./filled-column.ts";
import type { MappedChildren } from "./mapped-child.ts";
import type { MappedColumns, PartColumns } from "./mapped-column.ts";
import type { MappedId, MappedTenant } from "./mapped-id.ts";
import type {
  IsKnown,
  ListPath,
  MappedPath,
  PartNames,
  PartValues,
  PlacesOf,
  ReferenceNames,
  ReferencePath,
} from "./mapped-path.ts";
import type { MappedMembership } from "./membership.ts";
import type { RefusalAnswer } from "./refused-write.ts";

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
  /** What other columns of the table have in a new row, such as `{ role: "member" }`. Default: what their DEFAULT says. */
  readonly defaults?: Readonly<Record<string, ElementDefault>>;
}

/** The compiler lets anything pass for an object without names. */
type OrNone<M> = keyof M extends never ? Readonly<Record<string, never>> : M;

/** Elements with columns, by the path of their list. */
export type MappedElements<T extends ResourceTypeDefinition> =
  IsKnown<T> extends true
    ? OrNone<{ readonly [X in PlacesOf<T> as ListPath<X>]?: readonly MappedElement<X["attribute"]>[] }>
    : Readonly<Record<string, readonly MappedElement[]>>;

/** Join tables, by the path of their list. */
export type MappedCollections<T extends ResourceTypeDefinition> =
  IsKnown<T> extends true
    ? OrNone<{
        readonly [X in PlacesOf<T> as ReferencePath<X>]?:
          | MappedCollection<X["attribute"]>
          | readonly MappedCollection<X["attribute"]>[];
      }>
    : Readonly<Record<string, MappedCollection | readonly MappedCollection[]>>;

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
  /**
   * Tables of the elements of multi-valued attributes, one row an element:
   * `{ emails: { table: "user_emails", holder: "user_id", columns: { value: "address", type: "kind" } } }`. With `rest` an element that has
   * more than its table keeps goes there.
   */
  readonly children?: MappedChildren<T>;
  /**
   * A column of times, or of texts, that is NULL while the row is there. With it a delete that is to keep the row (`lifecycle: { delete:
   * "deactivate" }` of `createScim`) sets it, instead of deleting the row, and no statement of scimkit sees the row any more. Its key
   * columns and hashes become NULL, so that its names are free; a unique index of yours over another column needs `WHERE … IS NULL`. A
   * row that the application has marked so is gone for clients as well. With an object every delete keeps the row, whatever `lifecycle`
   * says, a status or a boolean may tell it (`{ column: "status", write: "deleted" }`), and its names stay in it: whether they are free is
   * what your unique index says. Default: a row that is deleted is deleted.
   */
  readonly deleted?: string | MappedDeleted;
  /**
   * What columns that SCIM does not know have in a new row: a value, or `(resource, context) => value`. Set when a row is made, whoever
   * asks for it, and never again. A column of an attribute may stand here too: it has the value where the client gives none. Default:
   * none, so that each column which must have a value needs a DEFAULT or an attribute.
   */
  readonly defaults?: Readonly<Record<string, ColumnDefault<T>>>;
  /**
   * Columns that tell who wrote last: `{ updated_by: (context) => context.actor }`, with the context that `authenticate` gave. Set with every
   * version of the row: when it is made, changed, given or robbed of members, and taken out of sight. Default: none.
   */
  readonly audit?: Readonly<Record<string, AuditValue<T>>>;
  /**
   * The table of memberships, where users are shared by organisations: the organisation is the tenant. `version`, `created`, `lastModified` and
   * `rest` are columns of that table then, because they tell what an organisation sees; `columns`, `elements`, `deleted`, `defaults` and `audit`
   * are of `table`, whose rows are everybody's. Default: a row is one tenant's.
   */
  readonly membership?: MappedMembership<T>;
  /** A JSON or text column for every attribute that has no column. Without it each attribute must have one. */
  readonly rest?: string;
  /**
   * What clients are told where a rule of the database refuses a write: `{ last_owner: () => errors.forbidden("…") }`. By the name of a constraint
   * (CHECK, unique, exclusion, a foreign key), by what a trigger gives as `USING CONSTRAINT` or `ERRCODE`, or by the message that it raises
   * (`RAISE(ABORT, 'last_owner')` in SQLite). Asked for every write, and for what another table refuses in its course. Default: 409 for
   * what is taken or needed, else 400 that names the attribute.
   */
  readonly refusals?: Readonly<Record<string, RefusalAnswer>>;
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
