import type { Shape } from "../../../schema/shape.ts";
import { getOrCreate } from "../../get-or-create.ts";
import type { Session } from "../database.ts";
import { type Fragment, raw, sql } from "../dialect/fragment.ts";
import { isOfSameTenant } from "../tenant.ts";
import { type ElementRow, rowName, type UniqueKey } from "./row.ts";
import { markOf, SHAPE_STATES } from "./shapes.ts";
import { idSource, isOfType } from "./statements.ts";
import type { Tables } from "./tables.ts";

// What a reindex reads, many resources by one statement.

/** The resources of one type of a tenant. */
export interface Rows {
  readonly tables: Tables;
  readonly tenant: string;
  readonly type: string;
}

/** The row of a resource as it is in the table. */
export interface RawRow {
  readonly id: string;
  readonly version: string;
  readonly created: string;
  readonly modified: string;
  readonly document: string;
  /** The shape that it was written under, `""` where it does not say. */
  readonly mark: string;
}

/** A unique value as it is in the table. */
export interface RawUnique extends UniqueKey {
  readonly id: string;
}

/** An attribute of a resource. */
export type Pair = readonly [id: string, attribute: string];

/** The tenants that have resources of a type, behind one of them, `most` of them at a time: an index finds one after the other. */
export async function readTenants(
  session: Session,
  tables: Tables,
  type: string,
  after: string | undefined,
  most: number,
): Promise<readonly string[]> {
  const tenants: string[] = [];
  let last = after;
  while (tenants.length < most) {
    const isBehind = last === undefined ? raw("(1 = 1)") : sql`r.tenant > ${last}`;
    const [row] = await session.run<{ tenant: string }>(
      sql`SELECT r.tenant FROM ${tables.resource} r WHERE r.type = ${type} AND ${isBehind} ORDER BY r.tenant LIMIT 1`,
    );
    if (row === undefined) break;
    last = row.tenant;
    tenants.push(last);
  }
  return tenants;
}

/** The next rows behind an id, in the order of ids. */
export function readBehind(session: Session, { tables, tenant, type }: Rows, id: string, most: number) {
  return session.run<RawRow>(
    sql`SELECT ${columns(session)} FROM ${tables.resource} r
      WHERE r.type = ${type} AND r.tenant = ${tenant} AND r.id > ${id} ORDER BY r.id LIMIT ${raw(String(most))}`,
  );
}

/** The rows of these ids. */
export function readThese(session: Session, { tables, tenant, type }: Rows, ids: readonly string[]) {
  return session.run<RawRow>(
    sql`SELECT ${columns(session)} FROM ${idSource(session.dialect, tenant, ids)} CROSS JOIN ${tables.resource} r
      WHERE ${isOfSameTenant(session.dialect, tenant, "r", "v")} AND r.id = v.id AND ${isOfType(raw("r.type"), type)}`,
  );
}

/** Ids of rows that have a mark. */
export async function readMarked(
  session: Session,
  { tables, tenant, type }: Rows,
  mark: string,
  most: number,
): Promise<readonly string[]> {
  const rows = await session.run<{ id: string }>(
    sql`SELECT r.id FROM ${tables.resource} r
      WHERE r.type = ${type} AND r.tenant = ${tenant} AND ${markOf(session.dialect)} = ${mark} LIMIT ${raw(String(most))}`,
  );
  return rows.map(({ id }) => id);
}

function columns({ dialect }: Session): Fragment {
  return sql`r.id, CAST(r.version AS ${raw(dialect.casts.text)}) AS version, r.created, r.modified, r.document,
    ${markOf(dialect)} AS mark`;
}

/** The unique values of these ids. */
export async function readUniques(
  session: Session,
  { tables, tenant }: Rows,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly RawUnique[]>> {
  const rows = await session.run<RawUnique>(
    sql`SELECT u.id, u.scope, u.attribute, u.key
      FROM ${idSource(session.dialect, tenant, ids)} CROSS JOIN ${tables.unique} u
      WHERE u.id = v.id AND ${isOfSameTenant(session.dialect, tenant, "u", "v")}`,
  );
  return byId(rows);
}

/** Of which attributes there are rows of elements, by id. */
export async function readPresent(
  session: Session,
  { tables, tenant }: Rows,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  if (ids.length === 0) return new Map();
  const rows = await session.run<{ id: string; attribute: string }>(
    sql`SELECT DISTINCT m.id, m.attribute
      FROM ${idSource(session.dialect, tenant, ids)} CROSS JOIN ${tables.element} m
      WHERE m.id = v.id AND ${isOfSameTenant(session.dialect, tenant, "m", "v")}`,
  );
  return attributesById(rows);
}

/** How many rows of elements there are of these attributes, by id. */
export async function countElements(
  session: Session,
  rows: Rows,
  pairs: readonly Pair[],
): Promise<ReadonlyMap<string, number>> {
  if (pairs.length === 0) return new Map();
  const counted = await session.run<{ id: string; count: number | string }>(
    sql`SELECT m.id, COUNT(*) AS count FROM ${ofPairs(session, rows, pairs)} GROUP BY m.id`,
  );
  return new Map(counted.map(({ id, count }) => [id, Number(count)]));
}

/** The rows of elements of these attributes, by id, each by its name; those of one attribute in the order of their keys. */
export async function readElements(
  session: Session,
  rows: Rows,
  pairs: readonly Pair[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, ElementRow>>> {
  if (pairs.length === 0) return new Map();
  const read = await session.run<ElementRow & { id: string }>(
    sql`SELECT m.id, m.attribute, m.key, coalesce(m.target, m.value) AS value, m.element,
        ${session.dialect.jsonText(raw("m.keys"))} AS keys
      FROM ${ofPairs(session, rows, pairs)} ORDER BY m.id, m.attribute, m.key`,
  );
  const found = new Map<string, Map<string, ElementRow>>();
  for (const { id, ...row } of read)
    getOrCreate(found, id, () => new Map<string, ElementRow>()).set(rowName(row.attribute, row.key), row);
  return found;
}

function ofPairs({ dialect }: Session, { tables, tenant }: Rows, pairs: readonly Pair[]): Fragment {
  const json = JSON.stringify(pairs.map(([id, attribute]) => [tenant, id, attribute]));
  return sql`${dialect.rows(json, ["tenant", "id", "attribute"], "v")} CROSS JOIN ${tables.element} m
    WHERE m.id = v.id AND ${isOfSameTenant(dialect, tenant, "m", "v")} AND m.attribute = v.attribute`;
}

/** Which writeOnly values are kept, by id. */
export async function readSecretsOf(
  session: Session,
  { tables, tenant }: Rows,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  if (ids.length === 0) return new Map();
  const rows = await session.run<{ id: string; attribute: string }>(
    sql`SELECT s.id, s.attribute FROM ${idSource(session.dialect, tenant, ids)} CROSS JOIN ${tables.secret} s
      WHERE ${isOfSameTenant(session.dialect, tenant, "s", "v")} AND s.id = v.id`,
  );
  return attributesById(rows);
}

/** The shapes that rows are or were written under, by mark; undefined where nothing is known of one. */
export async function readShapes(
  session: Session,
  { tables, tenant, type }: Rows,
): Promise<ReadonlyMap<string, UsedShape>> {
  const rows = await session.run<{ fingerprint: string; state: number | string; attributes: string | null }>(
    sql`SELECT u.fingerprint, u.state, s.attributes
      FROM ${tables.shapeUse} u LEFT JOIN ${tables.shape} s ON s.fingerprint = u.fingerprint
      WHERE u.tenant = ${tenant} AND u.type = ${type}`,
  );
  return new Map(
    rows.map(({ fingerprint, state, attributes }) => [
      fingerprint,
      {
        isRetired: Number(state) === SHAPE_STATES.retired,
        attributes: attributes === null ? undefined : (JSON.parse(attributes) as Shape["attributes"]),
      },
    ]),
  );
}

/** A shape as it is in the tables. */
export interface UsedShape {
  readonly isRetired: boolean;
  readonly attributes: Shape["attributes"] | undefined;
}

function byId<R extends { readonly id: string }>(rows: readonly R[]): ReadonlyMap<string, readonly R[]> {
  const found = new Map<string, R[]>();
  for (const row of rows) getOrCreate(found, row.id, () => []).push(row);
  return found;
}

function attributesById(rows: readonly { readonly id: string; readonly attribute: string }[]) {
  const found = new Map<string, Set<string>>();
  for (const { id, attribute } of rows) getOrCreate(found, id, () => new Set<string>()).add(attribute);
  return found;
}
