import type { Attribute } from "../../../schema/attribute.ts";
import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { type Dialect, identifier } from "../dialect/dialect.ts";
import { FALSE, type Fragment, join, raw, sql, TRUE } from "../dialect/fragment.ts";
import { membershipAlone, usersAlone } from "./alone.ts";
import { type ChildTable, compileChildren } from "./child.ts";
import { type Column, isTime } from "./column.ts";
import { beginCompiling } from "./compiling.ts";
import { type Deleted, deletedOf, isThereIn } from "./deleted.ts";
import {
  type NamedPlaces,
  refuseFilledTwice,
  refuseSharedColumns,
  refuseTwoPlaces,
  refuseUnfitMembership,
  refuseUnfitUniques,
  refuseUnknownConstraints,
  refuseUnmapped,
} from "./fit.ts";
import type { IdForm, IdType } from "./id.ts";
import { compileJoins, type JoinTable } from "./join-table.ts";
import type { MappedId, MappedTenant } from "./mapped-id.ts";
import type { TableMapping } from "./mapping.ts";
import { compileColumns, type PathColumn } from "./path-column.ts";
import { settledAttributes } from "./settled-value.ts";
import { problemsOfShape } from "./shape.ts";
import { type Shared, shareColumns, sharedAmong } from "./shared-column.ts";
import { compileSlots, type Slot } from "./slot.ts";
import { type Aliased, sqlName, tableName, viewOf } from "./table.ts";

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
  readonly coinciding: readonly Shared[];
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
  /** What the table holds: the resource; a membership, which with its user is the resource; a user of several organisations. */
  readonly role: "row" | "membership" | "user";
  /** Columns of the table, and their names in the statements of scimkit. */
  readonly aliased: readonly Aliased[];
  /** Of a type that organisations share: its two tables; `table` is that of memberships. */
  readonly divided: SharedType | undefined;
}

/** A type of which several organisations have the same resource. */
export interface SharedType {
  /** What is everybody's: without a tenant. */
  readonly users: MappedType;
  /** What an organisation has to itself. */
  readonly alone: MappedType;
  /** The attributes of the users' table that an organisation may change. */
  readonly writes: ReadonlySet<string>;
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
  const { membership } = mapping;
  const { columns: named, slots } = shareColumns(compiling, {
    columns: compileColumns(compiling),
    slots: compileSlots(compiling),
  });
  const { columns: own } = shareColumns(compiling, {
    columns: membership === undefined ? [] : compileColumns(compiling, membership.columns ?? {}),
    slots: [],
  });
  const joins = compileJoins(compiling);
  const children = compileChildren(compiling);
  const places = { columns: [...named, ...own], slots, joins, children };
  refuseSharedColumns(compiling, [...named, ...slots.flatMap(({ columns }) => columns)]);
  refuseSharedColumns(compiling, own);
  refuseTwoPlaces(compiling, places);
  refuseUnmapped(compiling, places);
  refuseUnfitUniques(
    compiling,
    places.columns.filter(({ attribute }) => attribute.isStored),
  );
  refuseUnknownConstraints(compiling);
  if (membership === undefined) {
    refuseFilledTwice(compiling, named, ownColumns(mapping));
    return rowType(resourceType, mapping, { columns: named, slots, joins, children }, dialect());
  }
  refuseUnfitMembership(compiling, membership, { columns: named, slots, joins, children });
  const alone = membershipAlone(mapping, membership);
  refuseFilledTwice({ ...compiling, mapping: alone }, own, ownColumns(alone));
  return memberType(
    rowType(resourceType, usersAlone(mapping), { columns: named, slots, joins: [], children: [] }, dialect(), "user"),
    rowType(resourceType, alone, { columns: own, slots: [], joins, children }, dialect(), "membership"),
    membership.writes ?? [],
    dialect(),
  );
}

/** A type in one table, whatever else it lies in. */
function rowType(
  resourceType: CompiledResourceType,
  mapping: TableMapping,
  { columns: named, slots, joins, children }: NamedPlaces,
  dialect: Pick<Dialect, "timeText">,
  role: MappedType["role"] = "row",
): MappedType {
  const columns = named.filter(({ attribute }) => attribute.isStored);
  const secrets = named.filter(({ attribute }) => !attribute.isStored);
  const stored = [...columns, ...slots.flatMap((slot) => slot.columns)];
  const id = idOf(mapping.id);
  const tenant = tenantOf(mapping.tenant);
  const table = tableName(mapping);
  const aliased = selectedColumns(mapping, id, tenant, stored, role);
  const coinciding = sharedAmong(stored);
  const deleted = deletedOf(mapping.deleted);
  const isThere = deleted?.isThere(raw(`t.${identifier(deleted.column)}`));
  const shown = shownIn(dialect, stored);
  return {
    name: resourceType.name,
    resourceType,
    mapping,
    role,
    table,
    id,
    tenant,
    columns,
    secrets,
    slots,
    joins,
    children,
    stored,
    coinciding,
    settled: settledAttributes(resourceType, mapping, stored, coinciding),
    aliased,
    selected: join(
      aliased.map((one) => sql`${shown(one, raw(identifier(one[0])))} AS ${raw(one[1])}`),
      ", ",
    ),
    selectedOfRow: selectedOf(shown, aliased),
    deleted,
    view: viewOf(table, aliased, isThere),
    viewOfAll: viewOf(table, aliased),
    viewOfHidden: viewOf(table, aliased, isThere === undefined ? FALSE : sql`NOT ${isThere}`),
    isThere: isThereIn(deleted),
    divided: undefined,
  };
}

/** A type that lies in two tables: a row of it is a membership, with its user. */
function memberType(
  users: MappedType,
  alone: MappedType,
  writes: readonly string[],
  dialect: Pick<Dialect, "timeText">,
): MappedType {
  const inUse = join([thereIn(alone, "t"), thereIn(users, "u")], " AND ");
  const isEnded = sql`NOT ${thereIn(alone, "t")} AND ${thereIn(users, "u")}`;
  return {
    ...alone,
    id: { ...users.id, column: alone.id.column },
    columns: [...users.columns, ...alone.columns],
    secrets: [...users.secrets, ...alone.secrets],
    slots: users.slots,
    stored: [...users.stored, ...alone.stored],
    coinciding: [...users.coinciding, ...alone.coinciding],
    settled: [...new Set([...users.settled, ...alone.settled])],
    selectedOfRow: selectedOf(shownIn(dialect, [...users.stored, ...alone.stored]), [
      ...alone.aliased,
      ...ofUser(users),
    ]),
    view: viewOfBoth(users, alone, inUse),
    viewOfAll: viewOfBoth(users, alone, TRUE),
    viewOfHidden: viewOfBoth(users, alone, isEnded),
    isThere: users.deleted === undefined ? alone.isThere : sql`(${alone.isThere} AND ${isUserThere(users, alone)})`,
    divided: { users, alone, writes: new Set(writes) },
  };
}

/** The columns of the user that a membership is read with. */
function ofUser({ aliased }: MappedType) {
  return aliased.filter(([, alias]) => alias !== "id");
}

function thereIn({ deleted }: MappedType, alias: string): Fragment {
  return deleted === undefined ? TRUE : deleted.isThere(raw(`${alias}.${identifier(deleted.column)}`));
}

function viewOfBoth(users: MappedType, alone: MappedType, condition: Fragment): Fragment {
  const named = (alias: string, columns: MappedType["aliased"]) =>
    columns.map(([column, name]) => raw(`${alias}.${identifier(column)} AS ${name}`));
  const selected = join([...named("t", alone.aliased), ...named("u", ofUser(users))], ", ");
  const isOf = raw(`u.${identifier(users.id.column)} = t.${identifier(alone.id.column)}`);
  return sql`(SELECT ${selected} FROM ${alone.table} t JOIN ${users.table} u ON ${isOf} WHERE ${condition})`;
}

/** Condition on rows of the memberships' table, which has no alias. */
function isUserThere(users: MappedType, alone: MappedType): Fragment {
  const id = raw(`u.${identifier(users.id.column)}`);
  const rows = sql`SELECT ${id} FROM ${users.table} u WHERE ${thereIn(users, "u")}`;
  return sql`${sqlName(alone.id.column)} IN (${rows})`;
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

/** The aliases of times that every row has. */
const TIMES = ["created", "modified"];

/** How the columns of a row are read: times as a text where drivers would give them by the zone of their process. */
function shownIn({ timeText }: Pick<Dialect, "timeText">, stored: readonly Column[]): Shown {
  const times = new Set([...TIMES, ...stored.filter(isTime).map(({ alias }) => alias)]);
  return ([, alias], column) => (timeText !== undefined && times.has(alias) ? timeText(column) : column);
}

type Shown = (one: Aliased, column: Fragment) => Fragment;

/** The columns of a row `r`. */
function selectedOf(shown: Shown, aliased: readonly Aliased[]): Fragment {
  return join(
    aliased.map((one) => sql`${shown(one, raw(`r.${one[1]}`))} AS ${raw(one[1])}`),
    ", ",
  );
}

/** What scimkit's statements read of a row. */
function selectedColumns(
  mapping: TableMapping,
  id: MappedType["id"],
  tenant: MappedType["tenant"],
  stored: readonly Column[],
  role: MappedType["role"],
): readonly Aliased[] {
  const { version, created, lastModified } = mapping;
  const meta: readonly Aliased[] = [
    [version, "version"],
    [created, "created"],
    [lastModified, "modified"],
  ];
  return [
    [id.column, "id"],
    ...(tenant === undefined ? [] : [[tenant.column, "tenant"] as const]),
    ...(role === "user" ? [] : meta),
    ...stored.flatMap(({ name, alias, key }): Aliased[] => [
      [name, alias],
      ...(key === undefined ? [] : [[key.name, key.alias] as const]),
    ]),
    ...(mapping.rest === undefined ? [] : [[mapping.rest, "rest"] as const]),
  ];
}
