import { identifier } from "../dialect/dialect.ts";
import { type Fragment, raw } from "../dialect/fragment.ts";

/** The tables of the adapter's own schema, by their names in SQL. */
export interface Tables {
  /** One row a resource: its document as JSON text, and the comparison keys of all its values as JSON to filter and sort by. */
  readonly resource: Fragment;
  /** One row a value that must be unique. */
  readonly unique: Fragment;
  /** One row an element of a collection, and one a reference that a document holds. */
  readonly element: Fragment;
  /** SQLite: one row a value of a multi-valued attribute that has an index. */
  readonly listed: Fragment;
  /** One row a writeOnly value, hashed. */
  readonly secret: Fragment;
  /** The version of the schema. */
  readonly migration: Fragment;
  /** The name of an index, which lives in the schema of its table. */
  index(name: string): Fragment;
  /** The name that follows CREATE INDEX: PostgreSQL takes none with a schema there. */
  readonly prefix: string;
  readonly schema: string | undefined;
}

/** Names the tables. A prefix keeps them apart from other tables of the database, a schema from those of other schemas. */
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
    migration: table("migration"),
    index: (name) => raw(identifier(prefix + name)),
    prefix,
    schema,
  };
}
