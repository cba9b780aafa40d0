import { CompiledQuery } from "kysely";
import type { Engine, Opened } from "./engines.ts";

/** Runs a statement that names tables as `{resource}`. */
export async function runOn({ db, tables: { prefix, schema } }: Opened, text: string): Promise<readonly object[]> {
  const place = schema === undefined ? "" : `"${schema}".`;
  const named = text.replaceAll(/\{(\w+)\}/g, (_, name) => `${place}"${prefix}${name}"`);
  return (await db.executeQuery<object>(CompiledQuery.raw(named))).rows;
}

/** The tables with a column `tenant`. */
export function tablesOf({ isPostgres }: Engine): readonly string[] {
  return ["resource", "unique", "element", "secret", "shape_use", ...(isPostgres ? [] : ["listed"])];
}

/** How many rows a tenant has, by table; those without any are left out. */
export async function rowsOf(engine: Engine, opened: Opened, tenant: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tablesOf(engine)) {
    const rows = await runOn(opened, `SELECT 1 AS one FROM {${table}} WHERE tenant = '${tenant}'`);
    if (rows.length > 0) counts[table] = rows.length;
  }
  return counts;
}
