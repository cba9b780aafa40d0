import type { Database, Session } from "../database.ts";
import { type Fragment, join, raw, sql } from "../dialect/fragment.ts";
import { coming, orSet } from "../dialect/write-words.ts";
import { write } from "./batches.ts";
import { LEASE, SHAPE_STATES, wait } from "./shapes.ts";
import type { Tables } from "./tables.ts";

// What is said of the shapes of rows when the rows get another tenant, or another type, or go.

/** Of which tenant, and of which type, rows are meant; undefined: of all. */
export interface Uses {
  readonly tenant?: string | undefined;
  readonly type?: string | undefined;
}

/**
 * Says of another tenant or type that it may have rows of all the shapes that the given one has, and waits until everybody knows. To
 * be called before there are such rows.
 */
export async function announceUses(database: Database, tables: Tables, from: Uses, to: Uses): Promise<void> {
  const known = await database.run(sql`SELECT u.fingerprint FROM ${tables.shapeUse} u
    WHERE ${ofUses({ tenant: to.tenant ?? from.tenant, type: to.type ?? from.type })} LIMIT 1`);
  await database.transaction((session) => copyUses(session, tables, from, to));
  // Nobody remembers what has no shapes.
  if (known.length > 0) await wait(LEASE);
}

/** The same without the wait. */
export async function copyUses(session: Session, tables: Tables, from: Uses, to: Uses): Promise<void> {
  const column = (name: "tenant" | "type"): Fragment => {
    const value = to[name] ?? from[name];
    return value === undefined ? raw(`u.${name}`) : sql`${value}`;
  };
  const { active, retired } = SHAPE_STATES;
  const came = coming(session.dialect, "state");
  const known = sql`${tables.shapeUse}.state`;
  const state = sql`CASE WHEN ${came} = ${raw(String(active))} OR ${known} = ${raw(String(retired))} THEN ${came} ELSE ${known} END`;
  await session.run(sql`INSERT INTO ${tables.shapeUse} (tenant, type, fingerprint, state)
    SELECT ${column("tenant")}, ${column("type")}, u.fingerprint, u.state
    FROM ${tables.shapeUse} u WHERE ${ofUses(from)}
    ${orSet(session.dialect, tables.shapeUse, ["tenant", "type", "fingerprint"], [["state", state]])}`);
}

/**
 * Forgets the shapes of what has no rows any more. Who has just asked may still write a row without another word: so it is said first
 * that they go, and what got rows until everybody knows stays.
 */
export async function retireUses(database: Database, tables: Tables, uses: Uses): Promise<void> {
  const { active, retiring } = SHAPE_STATES;
  const isEmpty = sql`${ofUses(uses, raw(""))} AND NOT EXISTS (SELECT 1 FROM ${tables.resource} r
    WHERE r.type = ${tables.shapeUse}.type AND r.tenant = ${uses.tenant ?? sql`${tables.shapeUse}.tenant`})`;
  const left = await database.run<{ state: number }>(
    sql`SELECT DISTINCT state FROM ${tables.shapeUse} WHERE ${isEmpty}`,
  );
  if (left.length === 0) return;
  await write(database, sql`UPDATE ${tables.shapeUse} SET state = ${retiring} WHERE ${isEmpty} AND state = ${active}`);
  await wait(2 * LEASE);
  await write(database, sql`DELETE FROM ${tables.shapeUse} WHERE ${isEmpty} AND state <> ${active}`);
}

/** Condition on the row `u`, or on one without an alias. */
function ofUses({ tenant, type }: Uses, alias = raw("u.")): Fragment {
  const parts = [
    ...(tenant === undefined ? [] : [sql`${alias}tenant = ${tenant}`]),
    ...(type === undefined ? [] : [sql`${alias}type = ${type}`]),
  ];
  return join(parts, " AND ");
}
