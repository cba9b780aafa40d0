import { ScimError } from "../../../error.ts";
import type { Database } from "../database.ts";
import { faultOf } from "../dialect/fault.ts";
import { namedRefusal } from "./named-refusal.ts";
import type { Mappings } from "./scope.ts";

/**
 * Runs `work` in a transaction. What refuses it at its end, a constraint or a trigger that is deferred, is told as what refuses a
 * single write; what `work` itself throws is its own, but for what the mappings name.
 * @throws {ScimError} the host's, and 409 where the end is refused by what has no name.
 */
export async function committed<T>(
  database: Database,
  { all }: Mappings,
  work: (inner: Database) => Promise<T>,
): Promise<T> {
  let thrown: unknown;
  try {
    return await database.open(async (inner) => {
      try {
        return await work(inner);
      } catch (error) {
        thrown = error;
        throw error;
      }
    });
  } catch (error) {
    if (typeof error !== "object" || error === null || error instanceof ScimError) throw error;
    const ofHost = namedRefusal(database.dialect, all, error, {
      operation: "commit",
      resourceType: undefined,
      id: undefined,
    });
    if (ofHost !== undefined) throw ofHost;
    const fault = faultOf(error);
    const isRefused = fault === "unique" || fault === "reference" || database.dialect.refusalOf(error) !== undefined;
    if (error === thrown || !isRefused) throw error;
    throw new ScimError(409, "The rules of this directory do not take the change.", { cause: error });
  }
}
