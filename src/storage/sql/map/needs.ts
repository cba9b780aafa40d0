import type { Dialect } from "../dialect/dialect.ts";
import { uniqueColumns } from "./row.ts";
import type { Mappings } from "./scope.ts";

/**
 * Refuses what a database has no way to do.
 * @throws {TypeError} that says what to name instead.
 */
export function refuseImpossible(dialect: Dialect, mappings: Mappings): void {
  refuseWithoutTurns(dialect, mappings);
  if (dialect.supportsReturning === true) return;
  for (const { name, id } of mappings.all)
    if (id.isGenerated && id.type !== "integer")
      throw new TypeError(
        `mappedStorage: ${name}: ${dialect.name} does not tell an id that it makes, unless it counts: leave out generated, and scimkit makes the ids.`,
      );
}

/**
 * Refuses what could not be kept unique: writers of one value take turns in the ledger, where the database has no other way.
 * @throws {TypeError} that says what to name.
 */
function refuseWithoutTurns({ name, takeTurnIn }: Dialect, { all, turns }: Mappings): void {
  if (takeTurnIn === undefined || turns !== undefined) return;
  for (const type of all)
    for (const { key, path } of uniqueColumns(type))
      if (key === undefined)
        throw new TypeError(
          `mappedStorage: ${type.name} ${path.text} is unique and has no key column: on ${name}, name one as key, or name a ledger, in which writers take turns.`,
        );
}
