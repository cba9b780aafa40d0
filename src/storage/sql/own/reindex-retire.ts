import { shapeOf } from "../../../schema/shape.ts";
import type { Session } from "../database.ts";
import { type Fragment, sql } from "../dialect/fragment.ts";
import { type Rows, readMarked, readShapes } from "./reindex-read.ts";
import type { Run, Work } from "./reindex-work.ts";
import { LEASE, markOf, SHAPE_STATES, VOUCHES_FOR_NOTHING } from "./shapes.ts";

/** How often shapes that rows come under again are tried to be retired. */
const MOST_ROUNDS = 5;
/** Most batches of rows of one shape that are done in a round: who writes under it goes on. */
const MOST_BATCHES = 50;

/** A shape that resources of one type of a tenant may be of. */
interface Use {
  readonly work: Work;
  readonly mark: string;
}

/**
 * Retires the shapes that no rows are of any more, so that nobody has to reckon with them: first nobody is to write under one, and
 * when everybody knows that and there is still no row, it is over. Gives the work that did not come to an end.
 */
export async function retireShapes(run: Run, works: readonly Work[]): Promise<readonly Work[]> {
  let left = works;
  for (let round = 0; round < MOST_ROUNDS && left.length > 0; round++) {
    const empty: Use[] = [];
    for (const work of left) for (const mark of await emptyShapes(run, work)) empty.push({ work, mark });
    if (empty.length > 0) await retire(run, empty);
    const still: Work[] = [];
    for (const work of left) if ((await otherMarks(run, work)).length > 0) still.push(work);
    left = still;
  }
  return left;
}

/** Does what is left under each shape, and gives those without rows. */
async function emptyShapes(run: Run, work: Work): Promise<readonly string[]> {
  const empty: string[] = [];
  for (const mark of await otherMarks(run, work)) {
    for (let batch = 0; batch < MOST_BATCHES; batch++) {
      run.signal?.throwIfAborted();
      const ids = await readMarked(run.database, work.rows, mark, run.batchSize);
      if (ids.length === 0) empty.push(mark);
      if (ids.length === 0 || !(await work.redo(ids))) break;
    }
  }
  return empty;
}

/** The marks that rows may have besides the own one. Rows that vouch for nothing stay where a value is shared. */
async function otherMarks({ database, tables }: Run, { tenant, resourceType, rows }: Work): Promise<readonly string[]> {
  const used = await readShapes(database, { tables, tenant, type: resourceType.name });
  const own = shapeOf(resourceType).fingerprint;
  const marks = [...used].flatMap(([mark, { isRetired }]) => (isRetired || mark === own ? [] : [mark]));
  if (!marks.includes(VOUCHES_FOR_NOTHING)) return marks;
  const shared = await readMarked(database, rows, VOUCHES_FOR_NOTHING, 1);
  return shared.length === 0 ? marks : marks.filter((mark) => mark !== VOUCHES_FOR_NOTHING);
}

async function retire({ database, shapes, signal }: Run, empty: readonly Use[]): Promise<void> {
  const { active, retiring, retired } = SHAPE_STATES;
  await database.transaction(async (session) => {
    for (const { work, mark } of empty) await session.run(changeState(work.rows, mark, active, retiring));
  });
  await new Promise((resolve) => setTimeout(resolve, 2 * LEASE));
  for (const { work, mark } of empty) {
    await database.transaction(async (session) => {
      const hasRows = rowsOf(session, work.rows, mark);
      await session.run(sql`${changeState(work.rows, mark, retiring, retired)} AND NOT EXISTS (${hasRows})`);
      // Whoever was to write under it may go on.
      await session.run(changeState(work.rows, mark, retiring, active));
    });
    shapes.forget(work.tenant, work.resourceType);
  }
  signal?.throwIfAborted();
}

function changeState({ tables, tenant, type }: Rows, mark: string, from: number, to: number): Fragment {
  return sql`UPDATE ${tables.shapeUse} SET state = ${to}
    WHERE tenant = ${tenant} AND type = ${type} AND fingerprint = ${mark} AND state = ${from}`;
}

function rowsOf({ dialect }: Session, { tables, tenant, type }: Rows, mark: string): Fragment {
  return sql`SELECT 1 FROM ${tables.resource} r
    WHERE r.type = ${type} AND r.tenant = ${tenant} AND ${markOf(dialect)} = ${mark}`;
}
