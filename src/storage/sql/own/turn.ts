import type { Session } from "../database.ts";
import { sql } from "../dialect/fragment.ts";
import { orSet } from "../dialect/write-words.ts";
import type { Tables } from "./tables.ts";

/**
 * Waits for a turn among those that want one of the same name, and has it until the transaction ends. Where the database has nothing of the
 * kind, it is a row that all of them write, so that a cluster lets but one of them through.
 */
export async function takeTurn(session: Session, { shape }: Tables, name: string): Promise<void> {
  const { dialect } = session;
  if (dialect.takeTurn !== undefined) await session.run(dialect.takeTurn(name));
  else if (dialect.hasOneWriter !== true)
    await session.run(sql`INSERT INTO ${shape} (fingerprint, attributes) VALUES (SHA1(${name}), '{}')
      ${orSet(dialect, shape, ["fingerprint"], [["attributes", sql`CASE WHEN ${shape}.attributes = '{}' THEN '{ }' ELSE '{}' END`]])}`);
}
