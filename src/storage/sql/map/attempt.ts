import { conflict } from "../../../error.ts";
import type { Database } from "../database.ts";
import { faultOf } from "../dialect/fault.ts";
import type { MappedType } from "./compile.ts";
import { refusalOf } from "./refusal.ts";

/** How often a write starts again because what it refers to has gone meanwhile. */
const MOST_TRIES = 5;

/**
 * Runs a write, and again where what it refers to has gone meanwhile.
 * @throws {ScimError} what the table's own constraints say of it, and 409 where the last try failed like the others.
 */
export async function attemptWrite<T>(database: Database, type: MappedType, write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (faultOf(error) !== "reference") throw (await refusalOf(database, type, error)) ?? error;
    }
  }
  throw conflict();
}
