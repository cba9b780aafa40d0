import type { Counts } from "../../upkeep.ts";
import type { Session } from "../database.ts";
import { faultOf } from "../dialect/fault.ts";
import { raw, sql } from "../dialect/fragment.ts";
import { renameLedger } from "../ledger.ts";
import { renameOutbox } from "../outbox.ts";
import { giveToTenant } from "../tenant.ts";
import { type Field, hasResources, isAmong } from "./batches.ts";
import { deleteOrphans, deleteRows } from "./discard.ts";
import { OVER_TENANTS } from "./row.ts";
import { announceUses, copyUses, retireUses } from "./shape-uses.ts";
import type { Tables } from "./tables.ts";
import { takeTurn } from "./turn.ts";

const ELEMENT_COLUMNS = ["tenant", "type", "id", "attribute", "key", "target", "value", "element", "keys"];

/** How many resources a statement moves. */
const MANY = 1000;

/** Gives all that a tenant has to another one, in one transaction. @see Upkeep.renameTenant */
export async function renameTenant(field: Field, from: string, to: string): Promise<Counts> {
  const { database, tables } = field;
  if (from === to) throw new Error(`The tenant is ${nameOf(to)} already.`);
  await refuseTaken(database, tables, to);
  await announceUses(database, tables, { tenant: from }, { tenant: to });
  try {
    const counts = await database.transaction(async (session) => {
      await takeTurns(session, tables, [from, to]);
      await refuseTaken(session, tables, to);
      await copyUses(session, tables, { tenant: from }, { tenant: to });
      await move(session, tables, from, to);
      await renameLedger(session, tables.ledger, from, to);
      await renameOutbox(session, tables.outbox, from, to);
      return countTypes(session, tables, to);
    });
    await deleteOrphans(field, from);
    await retireUses(database, tables, { tenant: from });
    return counts;
  } catch (error) {
    if (faultOf(error) === "unique") throw taken(to, error);
    throw error;
  }
}

/** In an order, so that two who wish for each other's names do not lock each other out. */
async function takeTurns(session: Session, tables: Tables, tenants: readonly string[]): Promise<void> {
  for (const tenant of [...tenants].sort()) await takeTurn(session, tables, `scimkit tenant ${tenant}`);
}

async function refuseTaken(session: Session, tables: Tables, to: string): Promise<void> {
  if (await hasResources(session, tables, to)) throw taken(to);
}

function taken(to: string, cause?: unknown): Error {
  return new Error(
    `There are resources of ${nameOf(to)} already: delete them first, or choose a name that nobody has.`,
    cause === undefined ? undefined : { cause },
  );
}

function nameOf(tenant: string): string {
  return tenant === "" ? "no tenant" : JSON.stringify(tenant);
}

/**
 * A foreign key holds at every moment: so resources are there twice until all that refers to them has moved. Each is locked before it
 * is copied, so that nothing is written to what then goes.
 */
async function move(session: Session, tables: Tables, from: string, to: string): Promise<void> {
  const moved: (readonly string[])[] = [];
  // Again for what others wrote before all was locked, and perhaps referred to.
  const known = new Set<string>();
  for (let copied = await copyAll(session, tables, { from, to }, known); copied.length > 0; ) {
    moved.push(...copied);
    copied = session.dialect.hasOneWriter === true ? [] : await copyAll(session, tables, { from, to }, known);
  }
  for (const ids of moved) {
    const where = isAmong(session.dialect, ids)("id");
    const names = { from, to };
    await giveToTenant(session, tables.element, ELEMENT_COLUMNS, names, { where });
    await giveToTenant(session, tables.secret, ["tenant", "id", "attribute", "value"], names, { where });
    const scope = sql`CASE WHEN scope = ${OVER_TENANTS} THEN scope ELSE ${`=${to}`} END`;
    await giveToTenant(session, tables.unique, ["scope", "attribute", "key", "tenant", "id"], names, {
      where,
      as: { scope },
    });
  }
  for (const ids of moved) await deleteRows(session, tables, from, ids);
}

/** Copies the resources that are not copied yet, and enters them among those that are. Gives their ids. */
async function copyAll(
  session: Session,
  { resource }: Tables,
  { from, to }: { readonly from: string; readonly to: string },
  known: Set<string>,
): Promise<readonly string[][]> {
  const copied: string[][] = [];
  for (let after = ""; ; ) {
    const rows = await session.run<{ id: string }>(sql`SELECT r.id FROM ${resource} r
      WHERE r.tenant = ${from} AND r.id > ${after}
      ORDER BY r.id LIMIT ${raw(String(MANY))}${session.dialect.forUpdate}`);
    const last = rows.at(-1)?.id;
    if (last === undefined) return copied;
    after = last;
    const ids = rows.map(({ id }) => id).filter((id) => !known.has(id));
    if (ids.length === 0) continue;
    await session.run(sql`INSERT INTO ${resource}
        (tenant, type, id, version, created, modified, modified_key, document, keys)
      SELECT ${to}, r.type, r.id, r.version, r.created, r.modified, r.modified_key, r.document, r.keys
      FROM ${resource} r WHERE r.tenant = ${from} AND ${isAmong(session.dialect, ids)("r.id")}`);
    copied.push(ids);
    for (const id of ids) known.add(id);
  }
}

async function countTypes(session: Session, { resource }: Tables, tenant: string): Promise<Counts> {
  const rows = await session.run<{ type: string; many: number }>(
    sql`SELECT r.type, count(*) AS many FROM ${resource} r WHERE r.tenant = ${tenant} GROUP BY r.type ORDER BY r.type`,
  );
  return Object.fromEntries(rows.map(({ type, many }) => [type, Number(many)]));
}
