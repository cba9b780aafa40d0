import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import type { Context } from "../../adapter.ts";
import { cast, type Dialect } from "../dialect/dialect.ts";
import { type Fragment, raw, sql, TRUE } from "../dialect/fragment.ts";
import type { MappedType } from "./compile.ts";
import { hasId, idOperand, parseId } from "./id.ts";
import type { JoinTable } from "./join-table.ts";

/** All mapped types of a storage. */
export interface Mappings {
  /** The mapping of a resource type, compiled for it as the request has it. */
  of(resourceType: CompiledResourceType): MappedType;
  /** The mapping of the resource type of that name. */
  find(name: string): MappedType | undefined;
  readonly all: readonly MappedType[];
  /** The ledger's table, in which writers of one value take turns where the database has no other way; undefined where there is none. */
  readonly turns?: Fragment | undefined;
}

/** What statements depend on. */
export interface MapScope {
  readonly dialect: Dialect;
  readonly mappings: Mappings;
  readonly type: MappedType;
  readonly tenant: string | undefined;
  /** Who asks, as `authenticate` tells it. */
  readonly context: Context;
}

export function scopeOf(dialect: Dialect, mappings: Mappings, type: MappedType, context: Context): MapScope {
  return { dialect, mappings, type, tenant: context.tenant, context };
}

/** The type that the elements of a join table name; `mappedStorage` has seen to it that there is one. */
export function targetOf({ mappings }: Pick<MapScope, "mappings">, { target }: JoinTable): MappedType {
  const type = mappings.find(target);
  if (type === undefined) throw new TypeError(`${target} is not mapped.`);
  return type;
}

/** Condition: a row is the tenant's. `column` names the tenant's column of a table that has one. */
export function ofTenant(
  { dialect, tenant }: Pick<MapScope, "dialect" | "tenant">,
  form: MappedType["tenant"],
  column: Fragment | undefined,
): Fragment {
  if (form === undefined || column === undefined) return raw("(1 = 1)");
  const parsed = parseId({ type: form.type, prefix: "" }, tenant ?? "");
  if (parsed === undefined) return raw("(1 = 0)");
  const isSame = hasId(dialect, form, column, parsed);
  return dialect.ofMost?.(isSame) ?? isSame;
}

/** The tenant as a column has it; undefined where none can have it. */
export function tenantOf({ type, tenant }: Pick<MapScope, "type" | "tenant">): string | undefined {
  return type.tenant && parseId({ type: type.tenant.type, prefix: "" }, tenant ?? "");
}

/** Condition: rows of two aliases, of which each has the tenant where there are tenants, are of the same one. */
export function sameTenant({ tenant }: MappedType, left: string, right: string): Fragment {
  return raw(tenant === undefined ? "(1 = 1)" : `${left}.tenant = ${right}.tenant`);
}

/** The tenant of an element `m` as a column more of a query, beginning with a comma, where there are tenants. */
export function tenantOfElement(scope: MapScope, join: Pick<JoinTable, "tenant">): Fragment {
  const { type, dialect } = scope;
  if (type.tenant === undefined) return raw("");
  if (join.tenant !== undefined) return raw(", m.tenant");
  const tenant = tenantOf(scope);
  const value =
    tenant === undefined ? cast(dialect, raw("NULL"), type.tenant.type) : idOperand(dialect, type.tenant, tenant);
  return sql`, ${value} AS tenant`;
}

/** Condition on rows `r` of the view of a type. */
export function ownRows(scope: MapScope, type = scope.type, alias = "r"): Fragment {
  return ofTenant(scope, type.tenant, raw(`${alias}.tenant`));
}

/** Condition on rows of the view of a join table. */
export function ownElements(scope: MapScope, join: Pick<JoinTable, "tenant">, alias = "m"): Fragment {
  return ofTenant(scope, scope.type.tenant, join.tenant === undefined ? undefined : raw(`${alias}.tenant`));
}

/** What follows FROM: the rows `m` of a join table, without those that name what is not in sight. */
export function elementRows(scope: MapScope, join: JoinTable): Fragment {
  const target = targetOf(scope, join);
  if (target.isThere === TRUE && target.divided === undefined) return sql`${join.view} m`;
  const isNamed = sql`v.id = e.value AND ${ownRows(scope, target, "v")}`;
  return sql`(SELECT e.* FROM ${join.view} e WHERE EXISTS (SELECT 1 FROM ${target.view} v WHERE ${isNamed})) m`;
}
