import type { ResourceObject } from "../../../schema/value.ts";
import type { NewResource } from "../../adapter.ts";
import { type Fragment, sql } from "../dialect/fragment.ts";
import { driverValue } from "./column.ts";
import type { MappedType } from "./compile.ts";
import type { ColumnValue } from "./filled-column.ts";
import type { JoinTable } from "./join-table.ts";
import type { MappedChild } from "./mapped-child.ts";
import type { MapScope } from "./scope.ts";
import { sqlName } from "./table.ts";

/** A column and what it is set to. */
export type Assignment = readonly [column: string, value: Fragment];

type Filling = (first: unknown, second: unknown) => ColumnValue | undefined;

/** What a new row has beside its attributes: `audit`, and `defaults` of columns that nothing else fills. */
export function filledInRow(scope: MapScope, resource: NewResource, named: ReadonlySet<string>): readonly Assignment[] {
  return [...defaultsOf(scope, resource, (column) => !named.has(column)), ...auditOf(scope, scope.type, resource)];
}

/** The defaults of some columns, by which a row that comes back into sight has what a new one would. */
export function defaultSets(scope: MapScope, resource: NewResource, isOpen: (column: string) => boolean) {
  return defaultsOf(scope, resource, isOpen).map(([column, value]) => sql`${sqlName(column)} = ${value}`);
}

function defaultsOf(
  scope: MapScope,
  resource: NewResource,
  isOpen: (column: string) => boolean,
): readonly Assignment[] {
  const open = Object.entries(scope.type.mapping.defaults ?? {}).filter(([column]) => isOpen(column));
  return assigned(scope, Object.fromEntries(open), (fill) => fill(resource, scope.context));
}

/** What a new row of a join table has beside the element. */
export function filledInElement(scope: MapScope, join: JoinTable, element: ResourceObject): readonly Fragment[] {
  return join.filled.map(({ filling }) => {
    const value = typeof filling === "function" ? (filling as Filling)(element, scope.context) : filling;
    return operand(scope, value ?? null);
  });
}

/** What a new row of a child table has beside the element. */
export function filledInChild(
  scope: MapScope,
  { defaults }: Pick<MappedChild, "defaults">,
  element: ResourceObject,
): readonly Assignment[] {
  return assigned(scope, defaults ?? {}, (fill) => fill(element, scope.context));
}

/** What a change of a row of a type sets to tell who made it; `resource` is what it is to be, where that is known. */
export function auditSets(scope: MapScope, type: MappedType, resource?: NewResource): readonly Fragment[] {
  return auditOf(scope, type, resource).map(([column, value]) => sql`${sqlName(column)} = ${value}`);
}

function auditOf(scope: MapScope, { mapping }: MappedType, resource?: NewResource): readonly Assignment[] {
  return assigned(scope, mapping.audit ?? {}, (fill) => fill(scope.context, resource));
}

function assigned(
  scope: MapScope,
  columns: Readonly<Record<string, unknown>>,
  ask: (fill: Filling) => ColumnValue | undefined,
): readonly Assignment[] {
  return Object.entries(columns).flatMap(([column, given]) => {
    const value = typeof given === "function" ? ask(given as Filling) : given;
    return value === undefined ? [] : [[column, operand(scope, value)] as const];
  });
}

function operand({ dialect }: MapScope, value: unknown): Fragment {
  return sql`${value instanceof Date ? (dialect.driverValue?.(value) ?? value.toISOString()) : driverValue(dialect, value)}`;
}
