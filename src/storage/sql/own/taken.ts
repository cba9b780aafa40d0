import { invalidValue, uniqueness } from "../../../error.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import type { Database, Session } from "../database.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { faultOf } from "../dialect/fault.ts";
import { sql } from "../dialect/fragment.ts";
import { releaseStale } from "./refuse-unvouched.ts";
import { type UniqueKey, type UniqueRow, uniqueKey } from "./row.ts";
import type { KnownShapes } from "./shapes.ts";
import { type Owner, uniqueSource } from "./statements.ts";

/** @throws {ScimError} 400 invalidValue for what is more than the database stores, wherever it is. */
export function refuseLarge(dialect: Dialect, error: unknown): void {
  if (typeof error === "object" && error !== null && dialect.refusalOf(error) === "large")
    throw invalidValue("A value is too long for this directory.", { cause: error });
}

/** Unique values that a resource of a type is to have. */
export interface Claim {
  readonly uniques: readonly UniqueRow[];
  readonly resourceType: CompiledResourceType;
  readonly shapes: KnownShapes;
  /** Whether the resource is new too. */
  readonly isNew?: boolean;
}

/**
 * Says which value is taken after a constraint refused a write, and throws what is no refusal. Comes back where nothing
 * is taken any more, where what is in the way is the resource's own or of a value that nobody has, or where a resource that was referred to has gone: then the
 * write is worth another try.
 */
export async function throwIfTaken(
  database: Database,
  owner: Owner,
  { uniques, resourceType, shapes, isNew = false }: Claim,
  error: unknown,
): Promise<void> {
  const { dialect, tables, tenant, id } = owner;
  refuseLarge(dialect, error);
  const fault = faultOf(error);
  if (fault === "reference") return;
  if (fault !== "unique") throw error;
  const same = await database.run(sql`SELECT 1 FROM ${tables.resource} r WHERE r.tenant = ${tenant} AND r.id = ${id}`);
  if (isNew && same.length > 0) throw uniqueness("id");
  const taken = await takenByOthers(database, owner, uniques);
  for (const row of uniques)
    if (taken.has(uniqueKey(row)) && !(await releaseStale(database, owner, resourceType, shapes, row)))
      throw uniqueness(row.path);
}

/** Which of these values other resources have, by `uniqueKey`. */
export async function takenByOthers(
  session: Session,
  { dialect, tables, tenant, id }: Owner,
  uniques: readonly UniqueRow[],
): Promise<ReadonlySet<string>> {
  if (uniques.length === 0) return new Set();
  const taken = await session.run<UniqueKey>(
    sql`SELECT u.scope, u.attribute, u.key FROM ${tables.unique} u
      WHERE (u.scope, u.attribute, u.key) IN (SELECT v.scope, v.attribute, v.key FROM ${uniqueSource(dialect, uniques)})
      AND NOT (u.tenant = ${tenant} AND u.id = ${id})`,
  );
  return new Set(taken.map(uniqueKey));
}
