import type { Attribute } from "../../../schema/attribute.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { type Dialect, identifier } from "../dialect/dialect.ts";
import { FALSE, type Fragment, join, raw, sql } from "../dialect/fragment.ts";
import { type ChildTable, compileChildren } from "./child.ts";
import { type Column, isTime } from "./column.ts";
import { beginCompiling } from "./compiling.ts";
import { type Deleted, deletedOf, isThereIn } from "./deleted.ts";
import {
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
import { settledAttributes } from "./settled-value.ts";
import { problemsOfShape } from "./shape.ts";
import { type Shared, shareColumns, sharedAmong } from "./shared-column.ts";
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
  /** Those among them that are one column of the table. */
  readonly shared: readonly Shared[];
  /** Attributes that may have another value than a write gives them. */
  readonly settled: readonly Attribute[];
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
  const { columns: named, slots } = shareColumns(compiling, {
    columns: compileColumns(compiling),
    slots: compileSlots(compiling),
  });
  const joins = compileJoins(compiling);
  const children = compileChildren(compiling);
  const columns = named.filter(({ attribute }) => attribute.isStored);
  const secrets = named.filter(({ attribute }) => !attribute.isStored);
  const stored = [...columns, ...slots.flatMap((slot) => slot.columns)];
  const shared = sharedAmong(stored);
  refuseSharedColumns(compiling, [...stored, ...secrets]);
  refuseTwoPlaces(compiling, { columns: named, slots, joins, children });
  refuseUnmapped(compiling, { columns: named, slots, joins, children });
  refuseFilledTwice(compiling, named, ownColumns(mapping));
  refuseUnfitUniques(compiling, columns);
  refuseUnknownConstraints(compiling);

  const id = idOf(mapping.id);
  const tenant = tenantOf(mapping.tenant);
  const table = tableName(mapping);
  const selected = selectedColumns(mapping, id, tenant, stored);
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
    shared,
    settled: settledAttributes(resourceType, mapping, stored, shared),
    ...readings(dialect(), selected, stored),
    deleted,
    view: viewOf(table, selected, isThere),
    viewOfAll: viewOf(table, selected),
    viewOfHidden: viewOf(table, selected, isThere === undefined ? FALSE : sql`NOT ${isThere}`),
    isThere: isThereIn(deleted),
  };
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

/** How rows are read; times as text, where the dialect has a word for it. */
function readings(
  { timeText }: Pick<Dialect, "timeText">,
  selected: readonly Aliased[],
  stored: readonly Column[],
): Pick<MappedType, "selected" | "selectedOfRow"> {
  const times = new Set(["created", "modified", ...stored.filter(isTime).map(({ alias }) => alias)]);
  const listed = (nameOf: (one: Aliased) => string): Fragment =>
    join(
      selected.map((one) => {
        const column = raw(nameOf(one));
        const read = timeText !== undefined && times.has(one[1]) ? timeText(column) : column;
        return sql`${read} AS ${raw(one[1])}`;
      }),
      ", ",
    );
  return { selected: listed(([column]) => identifier(column)), selectedOfRow: listed(([, alias]) => `r.${alias}`) };
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
