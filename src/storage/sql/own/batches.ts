import type { UpkeepOptions } from "../../upkeep.ts";
import type { Database, Session } from "../database.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { type Fragment, join, raw, sql } from "../dialect/fragment.ts";
import type { Tables } from "./tables.ts";

/** Where resources are worked through. */
export interface Field {
  readonly database: Database;
  readonly tables: Tables;
}

/** The resources of one type of one tenant; no tenant is `""`. */
export interface Kind {
  readonly tenant: string;
  readonly type: string;
}

/** Most elements and references that one transaction changes, unless those of a single resource are more. */
const MOST_ELEMENTS = 5000;

/** How many of them a resource stands for by itself, with its indexes. */
const RESOURCE = 50;

/**
 * Works through all resources of a kind in the order of their ids: `step` gets some ids at a time, and gives how many of them it
 * has done. No transaction stays open in between, so that others write meanwhile, and none is much longer than that of a write of
 * the largest resource. Gives how many were done.
 */
export async function workThrough(
  { database, tables }: Field,
  { tenant, type }: Kind,
  { batchSize = 500, onProgress, signal }: UpkeepOptions,
  step: (ids: readonly string[]) => Promise<number>,
): Promise<number> {
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new TypeError(`batchSize must be a whole number of at least 1; it is ${batchSize}.`);
  let done = 0;
  for (let after = ""; ; ) {
    signal?.throwIfAborted();
    const rows = await database.run<{ id: string }>(sql`SELECT r.id FROM ${tables.resource} r
      WHERE r.type = ${type} AND r.tenant = ${tenant} AND r.id > ${after} ORDER BY r.id LIMIT ${raw(String(batchSize))}`);
    const ids = rows.map(({ id }) => id);
    const last = ids.at(-1);
    if (last === undefined) return done;
    for (const part of await bounded(database, tables, tenant, ids)) done += await step(part);
    onProgress?.({ tenant: tenant === "" ? undefined : tenant, resourceType: type, done });
    after = last;
  }
}

/** Ids in parts, so that there are not too many elements and references of one part. */
async function bounded(session: Session, tables: Tables, tenant: string, ids: readonly string[]) {
  const isIn = isAmong(session.dialect, ids);
  const counts = await session.run<{ id: string; many: number }>(
    sql`SELECT c.id, count(*) AS many FROM (
      SELECT m.id FROM ${tables.element} m WHERE m.tenant = ${tenant} AND ${isIn("m.id")}
      UNION ALL SELECT m.target FROM ${tables.element} m WHERE m.tenant = ${tenant} AND ${isIn("m.target")}
      UNION ALL SELECT m.value FROM ${tables.element} m
        WHERE m.tenant = ${tenant} AND m.target IS NULL AND ${isIn("m.value")}) c GROUP BY c.id`,
  );
  const weights = new Map(counts.map(({ id, many }) => [id, Number(many)]));
  const parts: string[][] = [];
  let room = 0;
  for (const id of ids) {
    const weight = RESOURCE + (weights.get(id) ?? 0);
    if (weight > room || parts.length === 0) {
      parts.push([]);
      room = MOST_ELEMENTS;
    }
    parts.at(-1)?.push(id);
    room -= weight;
  }
  return parts;
}

/** Makes conditions on a column: it has one of these texts. */
export function isAmong(dialect: Dialect, texts: readonly string[]): (column: string) => Fragment {
  if (texts.length === 1) return (column) => sql`${raw(column)} = ${texts[0]}`;
  // A subquery in a DELETE or an UPDATE would be asked for every row.
  if (dialect.writes !== undefined) {
    const list = join(
      texts.map((text) => sql`${text}`),
      ", ",
    );
    return (column) => sql`${raw(column)} IN (${list})`;
  }
  const json = JSON.stringify(texts);
  return (column) => sql`${raw(column)} IN (SELECT value FROM ${dialect.list(json)})`;
}

/** Locks those of the resources that are there until the end of the transaction, in the order in which everybody does [G-16]. */
export async function lockAll(
  session: Session,
  tables: Tables,
  { tenant, type }: Kind,
  ids: readonly string[],
): Promise<readonly string[]> {
  const rows = await session.run<{ id: string }>(sql`SELECT r.id FROM ${tables.resource} r
    WHERE r.tenant = ${tenant} AND ${isAmong(session.dialect, ids)("r.id")} AND r.type = ${type}
    ORDER BY r.id${session.dialect.forUpdate}`);
  return rows.map(({ id }) => id);
}

/** The types that a tenant has resources of, in their order. Each is one look into the index, unless tenants are apart. */
export async function typesWithin(session: Session, tables: Tables, tenant: string): Promise<readonly string[]> {
  if (session.dialect.keepsTenantsApart === true) {
    const rows = await session.run<{ type: string }>(
      sql`SELECT DISTINCT r.type FROM ${tables.resource} r WHERE r.tenant = ${tenant} ORDER BY r.type`,
    );
    return rows.map(({ type }) => type);
  }
  const found: string[] = [];
  for (let after = ""; ; ) {
    const [row] = await session.run<{ type: string }>(sql`SELECT r.type FROM ${tables.resource} r
      WHERE r.type > ${after} ORDER BY r.type LIMIT 1`);
    if (row === undefined) return found;
    after = row.type;
    const own = await session.run(sql`SELECT r.id FROM ${tables.resource} r
      WHERE r.type = ${after} AND r.tenant = ${tenant} LIMIT 1`);
    if (own.length > 0) found.push(after);
  }
}

/** The tenants that have resources of a type, one by one; or the given one alone. */
export async function* tenantsWith(
  { database, tables }: Field,
  type: string,
  given: string | undefined,
): AsyncGenerator<string, void> {
  if (given !== undefined) {
    yield given;
    return;
  }
  for (let after: string | undefined; ; ) {
    const isNext = after === undefined ? sql`r.tenant >= ${""}` : sql`r.tenant > ${after}`;
    const [row] = await database.run<{ tenant: string }>(sql`SELECT r.tenant FROM ${tables.resource} r
      WHERE r.type = ${type} AND ${isNext} ORDER BY r.tenant LIMIT 1`);
    if (row === undefined) return;
    yield row.tenant;
    after = row.tenant;
  }
}

/** Whether a tenant has any resource. */
export async function hasResources(session: Session, { resource }: Tables, tenant: string): Promise<boolean> {
  const rows = await session.run(sql`SELECT r.id FROM ${resource} r WHERE r.tenant = ${tenant} LIMIT 1`);
  return rows.length > 0;
}

/** Runs one statement that writes. It takes its turn where there is one writer at a time. */
export async function write(database: Database, statement: Fragment): Promise<void> {
  await database.transaction((session) => session.run(statement));
}
