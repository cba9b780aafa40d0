import type { CreateRequest } from "../../adapter.ts";
import { firstVersion } from "../../moved.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { type Fragment, join, raw, returning, sql } from "../dialect/fragment.ts";
import { type Column, driverValue, timeOf } from "./column.ts";
import { tenantValue } from "./elements.ts";
import { type Assignment, filledInRow } from "./filled.ts";
import { hasId, idOperand, parseId } from "./id.ts";
import { anyOwnRow, ofTenantColumn } from "./lock.ts";
import { assignments, isWritten, type TakenApart } from "./row.ts";
import type { MapScope } from "./scope.ts";
import type { MappedSecrets } from "./secrets.ts";
import { sqlName } from "./table.ts";
import { restOperand } from "./update.ts";

/** A row that is to be. */
export interface NewRow extends Pick<TakenApart, "values" | "rest"> {
  /** The id as the column is to have it; undefined where the database makes it. */
  readonly id: string | undefined;
  readonly secrets: MappedSecrets;
  /** Whether the id was in use before, with versions that nobody knows any more. */
  readonly isAgain?: boolean;
}

/**
 * Inserts a row, unless a resource of another type has its id: ids are unique over all types of a tenant [S-3.1-05].
 */
export function insertRow(scope: MapScope, request: CreateRequest, row: NewRow): Fragment {
  const { resource, at } = request;
  const { type, dialect } = scope;
  const { mapping } = type;
  const known: readonly Assignment[] = [
    ...identityValues(scope, row.id),
    [mapping.version, raw(String(row.isAgain === true ? versionAgain(request) : firstVersion(request)))],
    [mapping.created, sql`${timeOf(dialect, resource.meta.created)}`],
    [mapping.lastModified, sql`${timeOf(dialect, resource.meta.lastModified ?? at)}`],
    ...attributeValues(dialect, withoutUnsaid(scope, row)),
    ...thereValue(scope, row),
    ...secretValues(dialect, row.secrets),
    ...(mapping.rest === undefined ? [] : [[mapping.rest, restOperand(dialect, row.rest)] as const]),
  ];
  const others = row.id === undefined ? [] : othersWith(scope, row.id);
  return insertion(scope, request, row.id, known, others);
}

/** Inserts what is everybody's of a user that organisations share. */
export function insertUser(scope: MapScope, request: CreateRequest, row: NewRow): Fragment {
  const { dialect } = scope;
  const known: readonly Assignment[] = [
    ...identityValues(scope, row.id),
    ...attributeValues(dialect, withoutUnsaid(scope, row)),
    ...thereValue(scope, row),
    ...secretValues(dialect, row.secrets),
  ];
  return insertion(scope, request, row.id, known, []);
}

/**
 * The version of a row under an id that had others: one that it surely never had, because they are counted up from 1, or from such a time.
 */
function versionAgain(request: CreateRequest): number {
  const { restores, moved } = request;
  return restores === undefined && moved === undefined ? Date.parse(request.at) : firstVersion(request);
}

function insertion(
  scope: MapScope,
  { resource }: CreateRequest,
  id: string | undefined,
  known: readonly Assignment[],
  others: readonly Fragment[],
): Fragment {
  const { type } = scope;
  const named = new Set(known.map(([column]) => column));
  const assigned = [...known, ...filledInRow(scope, resource, named)];
  const columns = join(
    assigned.map(([column]) => sqlName(column)),
    ", ",
  );
  const values = join(
    assigned.map(([, value]) => value),
    ", ",
  );
  const source = others.length === 0 ? sql`VALUES (${values})` : sql`SELECT ${values} WHERE ${join(others, " AND ")}`;
  const insert = sql`INSERT INTO ${type.table} (${columns}) ${source}`;
  return returning(insert, type.selected, sql`${type.table} WHERE ${insertedRow(scope, id)}`);
}

/** Condition on the row that was inserted. */
function insertedRow(scope: MapScope, id: string | undefined): Fragment {
  const { type, dialect } = scope;
  if (id !== undefined) return anyOwnRow({ ...scope, id });
  return sql`${sqlName(type.id.column)} = ${dialect.insertedId ?? raw("NULL")}`;
}

/** Whose the row is. */
function identityValues(scope: MapScope, id: string | undefined): readonly Assignment[] {
  const { type, dialect } = scope;
  return [
    ...(id === undefined ? [] : [[type.id.column, idOperand(dialect, type.id, id)] as const]),
    ...(type.tenant === undefined ? [] : [[type.tenant.column, tenantValue(scope)] as const]),
  ];
}

function attributeValues(dialect: Dialect, { values }: NewRow): readonly Assignment[] {
  return [...values]
    .filter(([column, value]) => isWritten(column, value))
    .flatMap(([column, value]) => assignments(dialect, column, value))
    .map(([name, value]) => [name, sql`${value}`]);
}

/** A row without an unassigned attribute whose column tells that the row is there. */
function withoutUnsaid({ type: { deleted } }: MapScope, row: NewRow): NewRow {
  if (deleted === undefined || deleted.otherwise === null) return row;
  const isSaid = ([{ name }, value]: readonly [Column, unknown]): boolean =>
    name !== deleted.column || value !== undefined;
  return { ...row, values: new Map([...row.values].filter(isSaid)) };
}

/** What tells that a row is there, where its column does not do so by being NULL and no attribute fills it. */
function thereValue({ type: { deleted }, dialect }: MapScope, { values }: NewRow): readonly Assignment[] {
  const isFilled = ([{ name }, value]: readonly [Column, unknown]): boolean =>
    name === deleted?.column && value !== undefined;
  if (deleted === undefined || deleted.otherwise === null || [...values].some(isFilled)) return [];
  return [[deleted.column, sql`${driverValue(dialect, deleted.otherwise)}`]];
}

function secretValues(dialect: Dialect, { values }: MappedSecrets): readonly Assignment[] {
  return [...values]
    .filter(([, value]) => value !== null)
    .map(([column, value]) => [column.name, sql`${driverValue(dialect, column.write(value))}`]);
}

/** Conditions: no resource of another type has the id. */
function othersWith(scope: MapScope, id: string): readonly Fragment[] {
  const { mappings, type, dialect } = scope;
  return mappings.all.flatMap((other) => {
    const parsed = other.name === type.name ? undefined : parseId(other.id, type.id.prefix + id);
    if (parsed === undefined) return [];
    const isSame = hasId(dialect, other.id, sqlName(other.id.column), parsed);
    return [sql`NOT EXISTS (SELECT 1 FROM ${other.table} WHERE ${isSame} AND ${ofTenantColumn(scope, other)})`];
  });
}
