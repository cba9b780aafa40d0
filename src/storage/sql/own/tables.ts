import { identifier } from "../dialect/dialect.ts";
import { type Fragment, raw } from "../dialect/fragment.ts";

/** The tables of the adapter's own schema, by their names in SQL. */
export interface Tables {
  /**
   * One row a resource: its document as JSON text, and the comparison keys of its values as JSON to filter and sort by.
   * What has a column or rows of its own is in neither.
   */
  readonly resource: Fragment;
  /** One row a value that must be unique. */
  readonly unique: Fragment;
  /** One row an element of a collection, and one a reference that a document holds. */
  readonly element: Fragment;
  /** One row a value of a list that is to have an index, where the dialect has no index over lists. */
  readonly listed: Fragment;
  /** One row a writeOnly value, hashed. */
  readonly secret: Fragment;
  /** One row a shape: what keys, unique values and elements depended on when they were made. */
  readonly shape: Fragment;
  /** One row a shape that a type of a tenant has rows of. */
  readonly shapeUse: Fragment;
  /** One row an event that waits to be handed out. */
  readonly outbox: Fragment;
  /** One row something that is known of a resource, or of one that was. */
  readonly ledger: Fragment;
  /** One row a turn, where the dialect has nothing that writers could take turns by. */
  readonly turn: Fragment;
  /** One row a version that the tables have been brought to. */
  readonly migration: Fragment;
  /**
   * An index, or a trigger: what lives in the schema of its table, and is made by its name alone. A table that finds
   * texts goes by such a name too, as dialects that have one have no schemas.
   */
  index(name: string): Fragment;
  /** What all the names begin with. */
  readonly prefix: string;
  readonly schema: string | undefined;
}

/**
 * Names the tables. A prefix keeps them apart from other tables of the database, a schema from those of other schemas.
 * @throws {TypeError} for a prefix that not every database takes.
 */
export function tablesOf(prefix = "scim_", schema?: string): Tables {
  if (!/^[a-z_][a-z0-9_]{0,30}$/.test(prefix))
    throw new TypeError(
      `sqlStorage: tablePrefix must be lower-case letters, digits and _, at most 31; it is "${prefix}".`,
    );
  const place = schema === undefined ? "" : `${identifier(schema)}.`;
  const table = (name: string): Fragment => raw(place + identifier(prefix + name));
  return {
    resource: table("resource"),
    unique: table("unique"),
    element: table("element"),
    listed: table("listed"),
    secret: table("secret"),
    shape: table("shape"),
    shapeUse: table("shape_use"),
    outbox: table("outbox"),
    ledger: table("ledger"),
    turn: table("turn"),
    migration: table("migration"),
    index: (name) => raw(identifier(prefix + name)),
    prefix,
    schema,
  };
}
