import { User } from "../../../schema/core/user.ts";
import { compileResourceType } from "../../../schema/resource-type.ts";
import type { Counts, UpkeepOptions } from "../../upkeep.ts";
import type { Session } from "../database.ts";
import { sql } from "../dialect/fragment.ts";
import { deleteLedger } from "../ledger.ts";
import { deleteOutbox } from "../outbox.ts";
import {
  type Field,
  hasResources,
  isAmong,
  type Kind,
  lockAll,
  tenantsWith,
  typesWithin,
  workThrough,
  write,
} from "./batches.ts";
import { releaseHolders } from "./remove.ts";
import { retireUses } from "./shape-uses.ts";
import type { Tables } from "./tables.ts";

/** Deletes all that a tenant has. @see Upkeep.deleteTenant */
export async function deleteTenant(field: Field, tenant: string, options: UpkeepOptions): Promise<Counts> {
  const { database, tables } = field;
  const counts: Record<string, number> = {};
  // Again for as long as somebody goes on to write.
  do {
    for (const type of await typesWithin(database, tables, tenant)) {
      const deleted = await workThrough(field, { tenant, type }, options, (ids) =>
        discard(field, { tenant, type }, ids),
      );
      counts[type] = (counts[type] ?? 0) + deleted;
    }
    await deleteOrphans(field, tenant);
    await deleteOutbox(database, tables.outbox, tenant);
    await retireUses(database, tables, { tenant });
    await database.transaction((session) => deleteLedger(session, tables.ledger, tenant));
  } while (await hasResources(database, tables, tenant));
  return counts;
}

/** What all deletions of a type have in common. */
export interface DropOptions extends UpkeepOptions {
  readonly tenant: string | undefined;
  /** The present as ISO 8601 text. */
  readonly at: string;
}

/** Deletes all resources of a type, with the references to them, as a deletion of each would. */
export async function dropType(field: Field, type: string, options: DropOptions): Promise<number> {
  const { tenant: given, at } = options;
  const { dialect } = field.database;
  let deleted = 0;
  for await (const tenant of tenantsWith(field, type, given)) {
    const kind = { tenant, type };
    deleted += await workThrough(field, kind, options, (ids) =>
      discard(field, kind, ids, (session, locked) =>
        releaseHolders(session, { dialect, tables: field.tables, tenant }, locked, { resourceType: ANY_TYPE, at }),
      ),
    );
  }
  await retireUses(field.database, field.tables, { tenant: given, type });
  return deleted;
}

/** All types have the same `meta`. */
const ANY_TYPE = compileResourceType(User);

/** Deletes some resources in one transaction; gives how many were there. */
function discard(
  { database, tables }: Field,
  kind: Kind,
  ids: readonly string[],
  release?: (session: Session, locked: readonly string[]) => Promise<void>,
): Promise<number> {
  return database.transaction(async (session) => {
    const locked = await lockAll(session, tables, kind, ids);
    if (locked.length === 0) return 0;
    await release?.(session, locked);
    await deleteRows(session, tables, kind.tenant, locked);
    return locked.length;
  });
}

/** Deletes resources with all that belongs to them, by name: where foreign keys are off, nothing else would take it along. */
export async function deleteRows(
  session: Session,
  tables: Tables,
  tenant: string,
  ids: readonly string[],
): Promise<void> {
  const isIn = isAmong(session.dialect, ids);
  for (const table of ownedTables(session, tables))
    await session.run(sql`DELETE FROM ${table} WHERE tenant = ${tenant} AND ${isIn("id")}`);
  await session.run(sql`DELETE FROM ${tables.element} WHERE tenant = ${tenant} AND ${isIn("target")}`);
  await session.run(sql`DELETE FROM ${tables.resource} WHERE tenant = ${tenant} AND ${isIn("id")}`);
}

/** The tables whose rows belong to a resource. */
function ownedTables({ dialect }: Session, { unique, secret, element, listed }: Tables) {
  return [unique, secret, element, ...(dialect.listIndex === undefined ? [listed] : [])];
}

/** How many rows without a resource are deleted at a time. */
const MOST_ORPHANS = 5000;

/** Deletes what earlier deletions left behind while foreign keys were off. */
export async function deleteOrphans({ database, tables }: Field, tenant: string): Promise<void> {
  if (database.dialect.canLackForeignKeys !== true) return;
  for (const table of ownedTables(database, tables))
    for (;;) {
      // Looked for first: who only reads keeps nobody from writing.
      const rows = await database.run<{ id: string }>(sql`SELECT o.id FROM ${table} o
        WHERE o.tenant = ${tenant} AND NOT EXISTS (SELECT 1 FROM ${tables.resource} r WHERE r.tenant = ${tenant} AND r.id = o.id)
        LIMIT ${MOST_ORPHANS}`);
      if (rows.length === 0) break;
      const isLeft = isAmong(database.dialect, [...new Set(rows.map(({ id }) => id))]);
      await write(database, sql`DELETE FROM ${table} WHERE tenant = ${tenant} AND ${isLeft("id")}`);
    }
}
