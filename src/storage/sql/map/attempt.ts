import type { Database } from "../database.ts";
import { faultOf } from "../dialect/fault.ts";
import { retryWrite } from "../retry.ts";
import { refusalOf } from "./refusal.ts";
import type { Attempted } from "./refused-write.ts";
import type { MapScope } from "./scope.ts";
import type { Written } from "./written.ts";

/**
 * Runs a write, and again where what it refers to has gone meanwhile. `written` is asked for what it writes where a
 * table refuses it.
 * @throws {ScimError} what the table's own constraints say of it, and 409 where the last try failed like the others.
 */
export function attemptWrite<T>(
  database: Database,
  scope: MapScope,
  attempted: Omit<Attempted, "resourceType">,
  write: () => Promise<T>,
  written: () => readonly Written[],
): Promise<T> {
  return retryWrite(write, async (error) => {
    const refusal = await refusalOf(database, scope, { ...attempted, resourceType: scope.type.name }, error, written);
    if (refusal !== undefined) throw refusal;
    if (faultOf(error) !== "reference") throw error;
  });
}
