import type { Database } from "../database.ts";
import { faultOf } from "../dialect/fault.ts";
import { retryWrite } from "../retry.ts";
import type { MappedType } from "./compile.ts";
import { refusalOf } from "./refusal.ts";

/**
 * Runs a write, and again where what it refers to has gone meanwhile.
 * @throws {ScimError} what the table's own constraints say of it, and 409 where the last try failed like the others.
 */
export function attemptWrite<T>(database: Database, type: MappedType, write: () => Promise<T>): Promise<T> {
  return retryWrite(write, async (error) => {
    if (faultOf(error) !== "reference") throw (await refusalOf(database, type, error)) ?? error;
  });
}
