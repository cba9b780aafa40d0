import { invalidValue, uniqueness } from "../../../error.ts";
import type { Database } from "../database.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { faultOf } from "../dialect/fault.ts";
import { sql } from "../dialect/fragment.ts";
import type { UniqueRow } from "./row.ts";
import { type Owner, uniqueSource } from "./statements.ts";

/** @throws {ScimError} 400 invalidValue for what is more than the database stores, wherever it is. */
export function refuseLarge(dialect: Dialect, error: unknown): void {
  if (typeof error === "object" && error !== null && dialect.refusalOf(error) === "large")
    throw invalidValue("A value is too long for this directory.", { cause: error });
}

/**
 * Says which value is taken after a constraint refused a write, and throws what is no refusal. Comes back where nothing
 * is taken any more, or where a resource that was referred to has gone: then the write is worth another try.
 */
export async function throwIfTaken(
  database: Database,
  { dialect, tables, tenant, id }: Owner,
  uniques: readonly UniqueRow[],
  error: unknown,
  isNew = false,
): Promise<void> {
  refuseLarge(dialect, error);
  const fault = faultOf(error);
  if (fault === "reference") return;
  if (fault !== "unique") throw error;
  const same = await database.run(sql`SELECT 1 FROM ${tables.resource} r WHERE r.tenant = ${tenant} AND r.id = ${id}`);
  if (isNew && same.length > 0) throw uniqueness("id");
  const taken = await database.run<{ attribute: string; key: string }>(
    sql`SELECT u.attribute, u.key FROM ${tables.unique} u
      WHERE (u.scope, u.attribute, u.key) IN (SELECT v.scope, v.attribute, v.key FROM ${uniqueSource(dialect, uniques)})
      AND NOT (u.tenant = ${tenant} AND u.id = ${id})`,
  );
  for (const { attribute, key, path } of uniques)
    if (taken.some((row) => row.attribute === attribute && row.key === key)) throw uniqueness(path);
}
