import type { Dialect } from "./dialect/dialect.ts";
import { type Fragment, raw, sql } from "./dialect/fragment.ts";

/** Makes the table of what is remembered beside the resources; no tenant is `""`. */
export function createLedger({ text, tableByKey = "" }: Dialect, table: Fragment): Fragment {
  const type = raw(text);
  return sql`CREATE TABLE ${table} (
    tenant ${type} NOT NULL, kind ${type} NOT NULL, key ${type} NOT NULL, value TEXT NOT NULL, until ${type},
    PRIMARY KEY (tenant, kind, key))${raw(tableByKey)}`;
}
