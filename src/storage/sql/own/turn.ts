import type { Session } from "../database.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { sql } from "../dialect/fragment.ts";
import { orSet } from "../dialect/write-words.ts";
import type { Tables } from "./tables.ts";

/**
 * Waits for a turn among those that want one of the same name, and has it until the transaction ends. Where the database has nothing of the
 * kind, it is a row that all of them write, so that a cluster lets but one of them through.
 */
export async function takeTurn(session: Session, { turn }: Tables, name: string): Promise<void> {
  const { dialect } = session;
  if (dialect.takeTurn !== undefined) await session.run(dialect.takeTurn(name));
  else if (hasTurnRows(dialect))
    await session.run(sql`INSERT INTO ${turn} (name, taken) VALUES (SHA1(${name}), 1)
      ${orSet(dialect, turn, ["name"], [["taken", sql`${turn}.taken + 1`]])}`);
}

/** Whether turns are rows of a table. */
export function hasTurnRows({ takeTurn, hasOneWriter }: Dialect): boolean {
  return takeTurn === undefined && hasOneWriter !== true;
}
