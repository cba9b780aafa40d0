import type { Attribute } from "../../../schema/attribute.ts";
import type { Session } from "../database.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import { ESCAPE } from "../key.ts";
import type { ElementRow, UniqueRow } from "./row.ts";
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
  return sql`tenant = ${tenant} AND type = ${type} AND id = ${id}`;
}

/** Locks the row of the owner until the end of the transaction, and gives its version; undefined where there is none. */
export async function lock(session: Session, owner: Owner): Promise<LockedRow | undefined> {
  const [row] = await session.run<LockedRow>(
    sql`SELECT CAST(version AS TEXT) AS version, created, modified FROM ${owner.tables.resource} WHERE ${ownRow(owner)}${owner.dialect.forUpdate}`,
  );
  return row;
}

export interface LockedRow {
  readonly version: string;
  readonly created: string;
  readonly modified: string;
}

export function insertUniques(owner: Owner, rows: readonly UniqueRow[], guard: Fragment): Fragment {
  const { dialect, tables, tenant, id } = owner;
  const json = JSON.stringify(rows.map(({ scope, attribute, key }) => [scope, attribute, key]));
  return sql`INSERT INTO ${tables.unique} (scope, attribute, key, tenant, id) SELECT v.scope, v.attribute, v.key, ${tenant}, ${id} FROM ${dialect.rows(json, ["scope", "attribute", "key"], "v")} WHERE ${guard}`;
}

export function deleteUniques(owner: Owner, rows: readonly UniqueRow[], guard: Fragment): Fragment {
  const { dialect, tables, tenant, id } = owner;
  const json = JSON.stringify(rows.map(({ scope, attribute, key }) => [scope, attribute, key]));
  return sql`DELETE FROM ${tables.unique} WHERE tenant = ${tenant} AND id = ${id} AND (scope, attribute, key) IN (SELECT v.scope, v.attribute, v.key FROM ${dialect.rows(json, ["scope", "attribute", "key"], "v")}) AND ${guard}`;
}

const ELEMENT_COLUMNS = ["attribute", "key", "target", "value", "element", "keys"];

function elementsJson(rows: readonly ElementRow[], isTarget: (attribute: string, id: string) => boolean): string {
  return JSON.stringify(
    rows.map(({ attribute, key, value, element, keys }) =>
      value !== null && isTarget(attribute, value)
        ? [attribute, key, value, null, element, keys]
        : [attribute, key, null, value, element, keys],
    ),
  );
}

/** Inserts elements that are not there yet; `returning` the keys of those that were inserted. */
export function insertElements(
  owner: Owner,
  rows: readonly ElementRow[],
  isTarget: (attribute: string, id: string) => boolean,
  guard: Fragment,
): Fragment {
  const { dialect, tables, tenant, type, id } = owner;
  const source = dialect.rows(elementsJson(rows, isTarget), ELEMENT_COLUMNS, "v");
  return sql`INSERT INTO ${tables.element} (tenant, type, id, attribute, key, target, value, element, keys) SELECT ${tenant}, ${type}, ${id}, v.attribute, v.key, v.target, v.value, v.element, ${dialect.toJson(raw("v.keys"))} FROM ${source} WHERE ${guard}`;
}

export function updateElements(
  owner: Owner,
  rows: readonly ElementRow[],
  isTarget: (attribute: string, id: string) => boolean,
  guard: Fragment,
): Fragment {
  const { dialect, tables, tenant, id } = owner;
  const source = dialect.rows(elementsJson(rows, isTarget), ELEMENT_COLUMNS, "v");
  return sql`UPDATE ${tables.element} SET target = v.target, value = v.value, element = v.element, keys = ${dialect.toJson(raw("v.keys"))} FROM ${source} WHERE ${tables.element}.tenant = ${tenant} AND ${tables.element}.id = ${id} AND ${tables.element}.attribute = v.attribute AND ${tables.element}.key = v.key AND ${guard}`;
}

export function deleteElements(
  owner: Owner,
  rows: readonly { readonly attribute: string; readonly key: string }[],
  guard: Fragment,
): Fragment {
  const { dialect, tables, tenant, id } = owner;
  const json = JSON.stringify(rows.map(({ attribute, key }) => [attribute, key]));
  return sql`DELETE FROM ${tables.element} WHERE tenant = ${tenant} AND id = ${id} AND (attribute, key) IN (SELECT v.attribute, v.key FROM ${dialect.rows(json, ["attribute", "key"], "v")}) AND ${guard}`;
}

/** Deletes the elements of a collection that have no `value`: their keys come before all others but the empty one. */
export function deleteNameless(owner: Owner, attribute: string, guard: Fragment): Fragment {
  const { tables, tenant, id } = owner;
  return sql`DELETE FROM ${tables.element} WHERE tenant = ${tenant} AND id = ${id} AND attribute = ${attribute} AND key > '' AND key < ${ESCAPE} AND ${guard}`;
}

export function writeSecret(owner: Owner, attribute: string, value: unknown, guard: Fragment): Fragment {
  const { tables, tenant, id } = owner;
  // "WHERE" keeps SQLite from reading "ON" as the condition of a join.
  return sql`INSERT INTO ${tables.secret} (tenant, id, attribute, value) SELECT ${tenant}, ${id}, ${attribute}, ${JSON.stringify(value)} WHERE ${guard} ON CONFLICT (tenant, id, attribute) DO UPDATE SET value = excluded.value`;
}

/** What is kept of a writeOnly attribute. */
export async function readSecret(session: Session, owner: Owner, attribute: string): Promise<unknown> {
  const { tables, tenant, type, id } = owner;
  const [row] = await session.run<{ value: string }>(
    sql`SELECT s.value FROM ${tables.secret} s JOIN ${tables.resource} r ON r.tenant = s.tenant AND r.id = s.id WHERE s.tenant = ${tenant} AND s.id = ${id} AND s.attribute = ${attribute} AND r.type = ${type}`,
  );
  return row === undefined ? undefined : JSON.parse(row.value);
}

export function deleteSecret(owner: Owner, attribute: string, guard: Fragment): Fragment {
  const { tables, tenant, id } = owner;
  return sql`DELETE FROM ${tables.secret} WHERE tenant = ${tenant} AND id = ${id} AND attribute = ${attribute} AND ${guard}`;
}

/** The version of a client as the column holds it; one that the column cannot hold is no version of anything. */
export function versionNumber(version: string): number {
  return /^\d{1,15}$/.test(version) ? Number(version) : -1;
}

/** Whether a list names the attribute. */
export function names(attributes: readonly Attribute[], path: string): boolean {
  return attributes.some((attribute) => attribute.path === path);
}
