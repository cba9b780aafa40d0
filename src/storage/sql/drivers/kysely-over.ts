import type { Driver, Kysely, KyselyConfig } from "kysely";

/** What is said of a driver besides. */
export interface KyselyOptions {
  /** Whether there are several connections at a time. */
  readonly hasConnections: boolean;
  readonly log: KyselyConfig["log"] | undefined;
}

/** A Kysely over a driver of SQLite. Kysely is loaded here, so that what opens one can be loaded where there is none. */
export async function kyselyOver<DB>(driver: Driver, { hasConnections, log }: KyselyOptions): Promise<Kysely<DB>> {
  const kysely = await import("kysely");
  class Adapter extends kysely.SqliteAdapter {
    override get supportsMultipleConnections(): boolean {
      return hasConnections;
    }
  }
  return new kysely.Kysely<DB>({
    dialect: {
      createAdapter: () => new Adapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new kysely.SqliteIntrospector(db),
      createQueryCompiler: () => new kysely.SqliteQueryCompiler(),
    },
    ...(log === undefined ? {} : { log }),
  });
}
