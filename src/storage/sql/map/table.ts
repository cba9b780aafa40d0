import { identifier } from "../dialect/dialect.ts";
import { type Fragment, join, raw, sql } from "../dialect/fragment.ts";

/** A column of a table, and its name in the statements of scimkit. */
export type Aliased = readonly [column: string, alias: string];

/** A table's name as SQL. */
export function tableName({ schema, table }: { readonly schema?: string; readonly table: string }): Fragment {
  return raw(schema === undefined ? identifier(table) : `${identifier(schema)}.${identifier(table)}`);
}

/** A column's name as SQL. */
export function sqlName(column: string): Fragment {
  return raw(identifier(column));
}

/** A table as scimkit's statements see it: its rows `t` that meet a condition. */
export function viewOf(table: Fragment, columns: readonly Aliased[], condition?: Fragment): Fragment {
  const selected = columns.map(([column, alias]) => raw(`t.${identifier(column)} AS ${alias}`));
  const isMeant = condition === undefined ? raw("") : sql` WHERE ${condition}`;
  return sql`(SELECT ${join(selected, ", ")} FROM ${table} t${isMeant})`;
}
