import type { Dialect } from "./dialect.ts";
import { literal } from "./dialect.ts";
import { sql } from "./fragment.ts";
import { postgres } from "./postgres.ts";

/**
 * PostgreSQL with the extension Citus, whose tables are distributed by tenant. Writes are steps of a transaction, because parts of a WITH
 * that write are run one by one there, with errors that no longer say what they are; rows come as values, because others are collected on
 * the coordinator first.
 */
export const citus: Dialect = {
  ...postgres,
  name: "PostgreSQL with Citus",
  supportsWritesInWith: false,
  insertsValues: true,
  keepsTenantsApart: true,
  distribution: {
    isPossible: sql`SELECT 1 FROM (SELECT to_regclass('pg_dist_partition') AS known) c WHERE c.known IS NOT NULL`,
    distributed: (schema) => sql`SELECT c.relname::text AS name FROM pg_dist_partition p
      JOIN pg_class c ON c.oid = p.logicalrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${schema === undefined ? sql`pg_table_is_visible(c.oid)` : sql`n.nspname = ${schema}`}`,
    distribute: (table, column, beside) =>
      beside === undefined
        ? sql`SELECT create_distributed_table(${literal(table)}, ${literal(column)})`
        : sql`SELECT create_distributed_table(${literal(table)}, ${literal(column)}, colocate_with => ${literal(beside)})`,
    copyEverywhere: (table) => sql`SELECT create_reference_table(${literal(table)})`,
  },
};
