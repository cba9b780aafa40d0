import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { isAsWell } from "../as-well.ts";
import type { Session } from "../database.ts";
import { cast, type Dialect } from "../dialect/dialect.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import { deleteMatching, matchOf, updateFrom } from "../dialect/write-words.ts";
import { insertions } from "../insert.ts";
import { ESCAPE } from "../key.ts";
import { inTenant, matchIn } from "../tenant.ts";
import { modifiedKey } from "./keys.ts";
import type { ElementRow, UniqueKey } from "./row.ts";
import type { Tables } from "./tables.ts";

/** Whose rows a statement writes. */
export interface Owner {
  readonly dialect: Dialect;
  readonly tables: Tables;
  readonly tenant: string;
  readonly type: string;
  readonly id: string;
}

/** Condition on the row of the owner, which has no alias. */
export function ownRow({ tenant, type, id }: Owner): Fragment {
  return sql`tenant = ${tenant} AND id = ${id} AND ${isOfType(raw("type"), type)}`;
}

/** Condition on a row that is found by its id: it is of the type. */
export function isOfType(column: Fragment, type: string): Fragment {
  return isAsWell(sql`${column} = ${type}`);
}

/** Ids of resources as a row source `v`, to join on (tenant, id). */
export function idSource(dialect: Dialect, tenant: string, ids: Iterable<string>): Fragment {
  const json = JSON.stringify(Array.from(ids, (id) => [tenant, id]));
  return dialect.rows(json, ["tenant", "id"], "v");
}

/** The version of a row that has no alias, as it is handed out. */
export function versionColumn(dialect: Dialect): Fragment {
  return sql`${cast(dialect, raw("version"), "text")} AS version`;
}

/** What tells the state of a resource. */
export interface StateRow {
  readonly version: string;
  readonly created: string;
  readonly modified: string;
}

/** The columns of a `StateRow`. */
export function stateColumns(dialect: Dialect): Fragment {
  return sql`${versionColumn(dialect)}, created, modified`;
}

/**
 * Locks the row of the owner until the end of the transaction, and gives its state; undefined where there is none. `more`: columns
 * besides, with a comma in front.
 */
export async function lock<More = object>(
  session: Session,
  owner: Owner,
  more: Fragment = raw(""),
): Promise<(StateRow & More) | undefined> {
  const { dialect, tables } = owner;
  const [row] = await session.run<StateRow & More>(
    sql`SELECT ${stateColumns(dialect)}${more} FROM ${tables.resource} WHERE ${ownRow(owner)}${dialect.forUpdate}`,
  );
  return row;
}

/** What is set where a resource without an alias changes at a time: clocks differ, and no change is before the one before it. */
export function nextVersion(resourceType: CompiledResourceType, at: string): Fragment {
  return sql`version = version + 1, modified = CASE WHEN modified > ${at} THEN modified ELSE ${at} END,
    modified_key = CASE WHEN modified > ${at} THEN modified_key ELSE ${modifiedKey(resourceType, at)} END`;
}

const UNIQUE_COLUMNS = ["scope", "attribute", "key"];

/** Unique rows as a row source `v`. */
export function uniqueSource(dialect: Dialect, rows: readonly UniqueKey[]): Fragment {
  const json = JSON.stringify(rows.map(({ scope, attribute, key }) => [scope, attribute, key]));
  return dialect.rows(json, UNIQUE_COLUMNS, "v");
}

/** Takes unique values for the owner; the database refuses what is taken. */
export function insertUniques(owner: Owner, rows: readonly UniqueKey[], guard: Fragment): readonly Fragment[] {
  const { dialect, tables, tenant, id } = owner;
  return insertions(dialect, {
    into: tables.unique,
    same: { tenant, id },
    columns: UNIQUE_COLUMNS,
    rows: rows.map(({ scope, attribute, key }) => [scope, attribute, key]),
    guard,
  });
}

/** Gives unique values of the owner back. */
export function deleteUniques(owner: Owner, rows: readonly UniqueKey[], guard: Fragment): Fragment {
  const { dialect, tables, tenant, id } = owner;
  const isOwn = sql`tenant = ${tenant} AND id = ${id} AND ${guard}`;
  return deleteMatching(dialect, tables.unique, uniqueSource(dialect, rows), matchOf(UNIQUE_COLUMNS), isOwn);
}

/** Whether a reference of an attribute leads to a resource that is there. */
export type IsTarget = (attribute: string, id: string) => boolean;

export const ELEMENT_KEY = ["tenant", "id", "attribute", "key"];
export const ELEMENT_COLUMNS = [...ELEMENT_KEY, "target", "value", "element", "keys"];

/** Elements as attribute, key, target, value, element and keys. */
function elementValues(rows: readonly ElementRow[], isTarget: IsTarget): readonly (readonly (string | null)[])[] {
  return rows.map(({ attribute, key, value, element, keys }) =>
    value !== null && isTarget(attribute, value)
      ? [attribute, key, value, null, element, keys]
      : [attribute, key, null, value, element, keys],
  );
}

/** Elements as a row source `v`. */
function elementSource({ dialect, tenant, id }: Owner, rows: readonly ElementRow[], isTarget: IsTarget): Fragment {
  const json = elementValues(rows, isTarget).map((values) => [tenant, id, ...values]);
  return dialect.rows(JSON.stringify(json), ELEMENT_COLUMNS, "v");
}

/** Keys of the owner's elements as a row source `v`. */
export function elementKeys(
  { dialect, tenant, id }: Owner,
  rows: Iterable<{ readonly attribute: string; readonly key: string }>,
): Fragment {
  const json = JSON.stringify(Array.from(rows, ({ attribute, key }) => [tenant, id, attribute, key]));
  return dialect.rows(json, ELEMENT_KEY, "v");
}

/** Condition on rows of elements of the owner's tenant, which have no alias: their keys are in a row source `v`. */
export function hasKeyIn({ dialect, tenant }: Owner, source: Fragment): Fragment {
  return sql`${inTenant(dialect, tenant)}(tenant, id, attribute, key) IN (SELECT v.tenant, v.id, v.attribute, v.key FROM ${source})`;
}

/** Inserts elements that are not there yet. */
export function insertElements(
  owner: Owner,
  rows: readonly ElementRow[],
  isTarget: IsTarget,
  guard: Fragment,
): readonly Fragment[] {
  const { dialect, tables, tenant, type, id } = owner;
  return insertions(dialect, {
    into: tables.element,
    same: { tenant, type, id },
    columns: ["attribute", "key", "target", "value", "element", "keys"],
    rows: elementValues(rows, isTarget),
    as: { keys: dialect.toJson },
    guard,
  });
}

/** Writes elements over those with the same keys. */
export function updateElements(
  owner: Owner,
  rows: readonly ElementRow[],
  isTarget: IsTarget,
  guard: Fragment,
): Fragment {
  const { dialect, tables, tenant } = owner;
  const source = elementSource(owner, rows, isTarget);
  return updateFrom(dialect, tables.element, elementSet(dialect), source, matchIn(dialect, tenant, ELEMENT_KEY), guard);
}

/** Deletes elements by their keys. */
export function deleteElements(
  owner: Owner,
  rows: readonly { readonly attribute: string; readonly key: string }[],
  guard: Fragment,
): Fragment {
  return deleteByKeys(owner, elementKeys(owner, rows), guard);
}

/** Deletes elements of the owner whose keys are in a row source `v`. */
export function deleteByKeys({ dialect, tables, tenant }: Owner, source: Fragment, guard: Fragment): Fragment {
  const and = sql`${inTenant(dialect, tenant)}${guard}`;
  return deleteMatching(dialect, tables.element, source, matchOf(ELEMENT_KEY), and);
}

/** What of an element is no key, as a row source `v` of elements has it. */
export function elementSet(dialect: Dialect): readonly (readonly [column: string, value: Fragment])[] {
  return [
    ["target", raw("v.target")],
    ["value", raw("v.value")],
    ["element", raw("v.element")],
    ["keys", dialect.toJson(raw("v.keys"))],
  ];
}

/** Deletes the elements of a collection that have no `value`: their keys come before all others but the empty one. */
export function deleteNameless(owner: Owner, attribute: string, guard: Fragment): Fragment {
  const { tables, tenant, id } = owner;
  return sql`DELETE FROM ${tables.element} WHERE tenant = ${tenant} AND id = ${id}
    AND attribute = ${attribute} AND key > '' AND key < ${ESCAPE} AND ${guard}`;
}
