import type { Context, DeltaRequest, DeltaResult } from "../../adapter.ts";
import { hasUniqueParts } from "../../unique.ts";
import type { Database } from "../database.ts";
import { faultOf } from "../dialect/fault.ts";
import { isStorable } from "../key.ts";
import { retryWrite } from "../retry.ts";
import { applyByBatch } from "./delta-batch.ts";
import { applyByStatement } from "./delta-statement.ts";
import { applyInSteps } from "./delta-steps.ts";
import { type Delta, type DoneDelta, deltaOf } from "./delta-terms.ts";
import type { KnownShapes } from "./shapes.ts";
import type { Owner } from "./statements.ts";
import type { Tables } from "./tables.ts";
import { refuseLarge } from "./taken.ts";

/**
 * Adds to and removes from a collection at a cost that depends on the delta alone: by one statement where the dialect
 * has writes in a WITH, by five at most where it has not. None of them reads an element that the delta does not name. Declined where
 * the holder was written under another shape, so that its elements may be elsewhere, or have other keys.
 */
export async function applyDelta(
  database: Database,
  tables: Tables,
  request: DeltaRequest,
  context: Context,
  shapes: KnownShapes,
): Promise<DeltaResult | "declined" | undefined> {
  request.signal?.throwIfAborted();
  const { attribute, resourceType, id } = request;
  // Elements with unique parts need the checks of a whole write.
  if (!attribute.collection || hasUniqueParts(resourceType, attribute)) return "declined";
  if (!isStorable(id)) return undefined;
  const tenant = context.tenant ?? "";
  const owner: Owner = { dialect: database.dialect, tables, tenant, type: resourceType.name, id };
  const delta = deltaOf(request, owner, shapes);
  const write = async (): Promise<DoneDelta | "declined" | undefined> => {
    const outcome = await applyAtOnce(database, delta);
    return outcome === "stale" ? database.transaction((session) => applyInSteps(session, delta)) : outcome;
  };
  const done = await retryWrite(write, async (error) => {
    refuseLarge(database.dialect, error);
    // A resource that is referred to has gone meanwhile: the next try says which.
    if (faultOf(error) !== "reference") throw error;
  });
  if (done === undefined || done === "declined") return done;
  const { notices, ...result } = done;
  for (const notice of notices) request.notify(notice);
  return result;
}

/** `"stale"` where steps are to be taken: statements within one see the state before it, so that an element cannot be both removed and added. */
async function applyAtOnce(database: Database, delta: Delta): ReturnType<typeof applyByStatement> {
  const { supportsWritesInWith, hasOneWriter } = database.dialect;
  for (const key of delta.added.keys()) if (delta.removed.has(key)) return "stale";
  if (supportsWritesInWith === true) return applyByStatement(database, delta);
  return hasOneWriter === true && !database.isTransaction ? applyByBatch(database, delta) : "stale";
}
