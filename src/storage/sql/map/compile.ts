import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { type Dialect, identifier } from "../dialect/dialect.ts";
import { FALSE, type Fragment, join, raw, sql } from "../dialect/fragment.ts";
import { type ChildTable, compileChildren } from "./child.ts";
import { type Column, isTime } from "./column.ts";
import { beginCompiling, type Compiling } from "./compiling.ts";
import { type Deleted, deletedOf, isThereIn } from "./deleted.ts";
import {
  type NamedPlaces,
  refuseFilledTwice,
  refuseSharedColumns,
  refuseTwoPlaces,
  refuseUnfitUniques,
  refuseUnknownConstraints,
  refuseUnmapped,
} from "./fit.ts";
import type { IdForm, IdType } from "./id.ts";
import { compileJoins, type JoinTable } from "./join-table.ts";
import type { MappedId, MappedTenant, TableMapping } from "./mapping.ts";
import { compileColumns, type PathColumn } from "./path-column.ts";
import { problemsOfShape } from "./shape.ts";
import { compileSlots, type Slot } from "./slot.ts";
import { type Aliased, tableName, viewOf } from "./table.ts";

/** A resource type in its table. */
export interface MappedType {
  readonly name: string;
  readonly resourceType: CompiledResourceType;
  readonly mapping: TableMapping;
  readonly table: Fragment;
  readonly id: IdForm & { readonly column: string; readonly isGenerated: boolean };
  readonly tenant: { readonly column: string; readonly type: IdType } | undefined;
  readonly columns: readonly PathColumn[];
  readonly secrets: readonly PathColumn[];
  readonly slots: readonly Slot[];
  readonly joins: readonly JoinTable[];
  readonly children: readonly ChildTable[];
  /** All columns that hold values, each once. */
  readonly stored: readonly Column[];
  /** Columns by the names of scimkit's statements, without the table's alias. */
  readonly selected: Fragment;
  /** The same for a row `r` of `view`. */
  readonly selectedOfRow: Fragment;
  /** The table as scimkit's statements see it: without the rows that are kept out of sight. */
  readonly view: Fragment;
  /** The same with them: what refers to a row that goes may be one of them. */
  readonly viewOfAll: Fragment;
  /** The rows alone that are kept out of sight. */
  readonly viewOfHidden: Fragment;
  /** How a row is kept out of sight; undefined where none is. */
  readonly deleted: Deleted | undefined;
  /** Condition on rows of the table, which has no alias: they are not kept out of sight. */
  readonly isThere: Fragment;
}

/**
 * Compiles a mapping. The dialect is asked for when the mapping is known to fit.
 * @throws {TypeError} for a path that the resource type does not have, and for attributes that have no place.
 */
export function compileMapping(
  resourceType: CompiledResourceType,
  mapping: TableMapping,
  dialect: () => Pick<Dialect, "timeText">,
): MappedType {
  const problems = problemsOfShape(mapping);
  if (problems.length > 0) throw new TypeError(`mapTable: ${resourceType.name}: ${problems.join(" ")}`);
  const compiling = beginCompiling(resourceType, mapping);
  const named = compileColumns(compiling);
  const slots = compileSlots(compiling);
  const joins = compileJoins(compiling);
  const children = compileChildren(compiling);
  const columns = named.filter(({ attribute }) => attribute.isStored);
  const secrets = named.filter(({ attribute }) => !attribute.isStored);
  const stored = [...columns, ...slots.flatMap((slot) => slot.columns)];
  refuseMisfits(compiling, { columns: named, slots, joins, children }, stored);

  const id = idOf(mapping.id);
  const tenant = tenantOf(mapping.tenant);
  const table = tableName(mapping);
  const selected = selectedColumns(mapping, id, tenant, stored);
  const { timeText } = dialect();
  const times = new Set(["created", "modified", ...stored.filter(isTime).map(({ alias }) => alias)]);
  const shown = ([, alias]: Aliased, column: Fragment): Fragment =>
    timeText !== undefined && times.has(alias) ? timeText(column) : column;
  const listOf = (columnOf: (one: Aliased) => Fragment): Fragment =>
    join(
      selected.map((one) => sql`${columnOf(one)} AS ${raw(one[1])}`),
      ", ",
    );
  const deleted = deletedOf(mapping.deleted);
  const isThere = deleted?.isThere(raw(`t.${identifier(deleted.column)}`));
  return {
    name: resourceType.name,
    resourceType,
    mapping,
    table,
    id,
    tenant,
    columns,
    secrets,
    slots,
    joins,
    children,
    stored,
    selected: listOf((one) => shown(one, raw(identifier(one[0])))),
    selectedOfRow: listOf((one) => shown(one, raw(`r.${one[1]}`))),
    deleted,
    view: viewOf(table, selected, isThere),
    viewOfAll: viewOf(table, selected),
    viewOfHidden: viewOf(table, selected, isThere === undefined ? FALSE : sql`NOT ${isThere}`),
    isThere: isThereIn(deleted),
  };
}

/** Refuses what does not fit together, or has no place. */
function refuseMisfits(compiling: Compiling, places: NamedPlaces, stored: readonly Column[]): void {
  const { columns } = places;
  refuseSharedColumns(compiling, [...stored, ...columns.filter(({ attribute }) => !attribute.isStored)]);
  refuseFilledTwice(compiling, columns, ownColumns(compiling.mapping));
  refuseTwoPlaces(compiling, places);
  refuseUnmapped(compiling, places);
  refuseUnfitUniques(
    compiling,
    columns.filter(({ attribute }) => attribute.isStored),
  );
  refuseUnknownConstraints(compiling);
}

function idOf(given: string | MappedId): MappedType["id"] {
  const {
    column,
    type = "text",
    generated = type === "integer",
    prefix = "",
  }: MappedId = typeof given === "string" ? { column: given } : given;
  return { column, type, prefix, isGenerated: generated };
}

function tenantOf(given: string | MappedTenant | undefined): MappedType["tenant"] {
  if (given === undefined) return undefined;
  const { column, type = "text" }: MappedTenant = typeof given === "string" ? { column: given } : given;
  return { column, type };
}

/** The columns that every row has, whatever its attributes are. */
function ownColumns({ id, tenant, version, created, lastModified, deleted, rest }: TableMapping): readonly string[] {
  const named = [
    idOf(id).column,
    tenantOf(tenant)?.column,
    version,
    created,
    lastModified,
    deletedOf(deleted)?.column,
    rest,
  ];
  return named.filter((column) => column !== undefined);
}

/** What scimkit's statements read of a row. */
function selectedColumns(
  mapping: TableMapping,
  id: MappedType["id"],
  tenant: MappedType["tenant"],
  stored: readonly Column[],
): readonly Aliased[] {
  return [
    [id.column, "id"],
    ...(tenant === undefined ? [] : [[tenant.column, "tenant"] as const]),
    [mapping.version, "version"],
    [mapping.created, "created"],
    [mapping.lastModified, "modified"],
    ...stored.flatMap(({ name, alias, key }): Aliased[] => [
      [name, alias],
      ...(key === undefined ? [] : [[key.name, key.alias] as const]),
    ]),
    ...(mapping.rest === undefined ? [] : [[mapping.rest, "rest"] as const]),
  ];
}
