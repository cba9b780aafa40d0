import type { ResourceTypeDefinition } from "../../../schema/resource-type.ts";
import type { MappedDeleted } from "./deleted.ts";
import type { AuditValue, ColumnDefault } from "./filled-column.ts";
import type { MappedColumns } from "./mapped-column.ts";
import type { MappedTenant } from "./mapped-id.ts";
import type { MappedPath } from "./mapped-path.ts";

/**
 * The table that says who belongs to which organisation, where users are shared by several: the organisation is the tenant, the row of the
 * user is everybody's. A create of who is there already makes a membership of that user, a delete ends the membership alone.
 */
export interface MappedMembership<T extends ResourceTypeDefinition = ResourceTypeDefinition> {
  readonly table: string;
  /** The PostgreSQL schema of the table. Default: the first of the search path. */
  readonly schema?: string;
  /** The column that names the organisation: the tenant (`context.tenant`). */
  readonly holder: string | MappedTenant;
  /** The column that names the row of the user, of the type that its id has. */
  readonly user: string;
  /** Attributes whose columns are in this table: an organisation reads and writes its own, such as `active`. Default: none. */
  readonly columns?: MappedColumns<T>;
  /** The same as `deleted` of the mapping, of the membership: a DELETE ends it by this column, and a create begins it again. Default: the row is deleted. */
  readonly deleted?: string | MappedDeleted;
  /**
   * Attributes of the user's own row that an organisation may change for all of them. What it asks for of others stays as it was, which a
   * notice tells (`attributeKept`); another `userName` is 400 `mutability`. Who makes the user gives all of them. With a
   * password or `userName` here any organisation can take anybody's account over. Default: none.
   */
  readonly writes?: readonly MappedPath<T>[];
  /** As `defaults` of the mapping, for rows of this table. */
  readonly defaults?: Readonly<Record<string, ColumnDefault<T>>>;
  /** As `audit` of the mapping, for rows of this table. */
  readonly audit?: Readonly<Record<string, AuditValue<T>>>;
}
