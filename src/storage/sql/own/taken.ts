import { invalidValue, uniqueness } from "../../../error.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import type { Database, Session } from "../database.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { faultOf } from "../dialect/fault.ts";
import { raw, sql } from "../dialect/fragment.ts";
import { releaseStale } from "./refuse-unvouched.ts";
import { OVER_TENANTS, type UniqueKey, type UniqueRow, uniqueKey } from "./row.ts";
import type { KnownShapes } from "./shapes.ts";
import { type Owner, uniqueSource } from "./statements.ts";

/** @throws {ScimError} 400 invalidValue for what is more than the database stores, wherever it is. */
export function refuseLarge(dialect: Dialect, error: unknown): void {
  if (typeof error !== "object" || error === null) return;
  if (dialect.refusalOf(error) === "large" || dialect.isTooLong?.(error) === true)
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
  owner: Owner,
  uniques: readonly UniqueRow[],
): Promise<ReadonlySet<string>> {
  const owned = await ownersOf(session, owner, uniques);
  return new Set(owned.filter(({ tenant, id }) => tenant !== owner.tenant || id !== owner.id).map(uniqueKey));
}

/** A unique value with the resource that has it. */
export interface Owned extends UniqueKey {
  readonly tenant: string;
  readonly id: string;
}

/** Which resources have these values of a tenant's resources: those that are unique within it are looked for in it alone. */
export async function ownersOf(
  session: Session,
  { tables, tenant }: Pick<Owner, "tables" | "tenant">,
  uniques: readonly UniqueKey[],
): Promise<readonly Owned[]> {
  const owned: Owned[] = [];
  for (const isOverTenants of [false, true]) {
    const wanted = uniques.filter(({ scope }) => (scope === OVER_TENANTS) === isOverTenants);
    if (wanted.length === 0) continue;
    const within = isOverTenants ? raw("") : sql`u.tenant = ${tenant} AND `;
    const found =
      await session.run<Owned>(sql`SELECT u.scope, u.attribute, u.key, u.tenant, u.id FROM ${tables.unique} u
      WHERE ${within}(u.scope, u.attribute, u.key) IN
        (SELECT v.scope, v.attribute, v.key FROM ${uniqueSource(session.dialect, wanted)})`);
    owned.push(...found);
  }
  return owned;
}
