import { PostgresDialect } from "kysely";
import pg from "pg";
import { namedStatements } from "../../../../src/storage/sql/index.ts";
import { KIT_RESOURCE_TYPES } from "../../../../src/testing/index.ts";
import { type Engine, hasPostgres, POSTGRES_URL, postgresLike, type Sent } from "../engines.ts";

/** The engine where a PostgreSQL server answers. */
export const stepsEngines = (): readonly Engine[] => (hasPostgres ? [stepsEngine()] : []);

/**
 * One ordinary PostgreSQL server that storage takes for one with Citus (`distributed: "citus"`): it writes in steps and by values, and names
 * the tenant in every statement. What distributes tables is there by name alone: it refuses what Citus would refuse of keys and of the
 * order, and notes what it was asked. `note` is told of every statement that is sent.
 */
export function stepsEngine(connections = 8, note?: (sent: Sent) => void): Engine {
  const stubs = `scimkit_stubs_${process.pid}_${crypto.randomUUID().slice(0, 8)}`;
  let pool: pg.Pool | undefined;
  const engine = postgresLike("PostgreSQL in steps", async () => {
    if (pool === undefined) {
      await createStubs(stubs);
      pool = stubbedPool(stubs, connections, note);
    }
    return new PostgresDialect({ pool: namedStatements(pool) });
  });
  return {
    ...engine,
    open: (options) => engine.open({ distributed: "citus", ...options }),
    async close() {
      await engine.close();
      await dropStubs(stubs);
    },
  };
}

/** The resource types of the kit without what is unique over all tenants, which distributed tables cannot keep. */
export const WITHOUT_GLOBAL = KIT_RESOURCE_TYPES.map((type) => {
  if (type.name !== "Asset") return type;
  const { license: _, ...attributes } = type.schema.attributes;
  return { ...type, schema: { ...type.schema, attributes } };
});

/** Connections that find the stubs as those to Citus find its functions: by their names alone. */
export function stubbedPool(stubs: string, connections = 2, note: (sent: Sent) => void = () => {}): pg.Pool {
  const options = `-c search_path=${stubs},public`;
  const pool = new pg.Pool({ connectionString: POSTGRES_URL, max: connections, options });
  pool.on("connect", (client) => {
    const send = client.query.bind(client) as (...given: readonly unknown[]) => unknown;
    const query = (...given: readonly unknown[]): unknown => {
      const [first, values] = given;
      const { text, values: own } = (typeof first === "string" ? { text: first } : first) as Partial<pg.QueryConfig>;
      note({ sql: text ?? "", parameters: own ?? (Array.isArray(values) ? values : []) });
      return send(...given);
    };
    client.query = query as typeof client.query;
  });
  pool.on("error", () => undefined);
  return pool;
}

/** Makes a schema with the names of Citus in it. */
export async function createStubs(stubs: string): Promise<void> {
  await runAlone(`CREATE SCHEMA ${stubs};
    CREATE TABLE ${stubs}.pg_dist_partition (logicalrelid regclass PRIMARY KEY, told text NOT NULL, at serial);
    CREATE FUNCTION ${stubs}.create_distributed_table(named regclass, by text, colocate_with text DEFAULT 'default')
      RETURNS void LANGUAGE plpgsql AS $$ BEGIN
        IF EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = named AND i.indisunique AND NOT EXISTS (
          SELECT 1 FROM pg_attribute a WHERE a.attrelid = named AND a.attname = by AND a.attnum = ANY (i.indkey::int2[])))
        THEN RAISE 'cannot create constraint on % without %', named, by; END IF;
        IF EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conrelid = named AND k.contype = 'f'
          AND k.confrelid <> named AND k.confrelid NOT IN (SELECT logicalrelid FROM ${stubs}.pg_dist_partition))
        THEN RAISE '% refers to a local table', named; END IF;
        IF colocate_with <> 'default' AND colocate_with::regclass NOT IN (SELECT logicalrelid FROM ${stubs}.pg_dist_partition)
        THEN RAISE '% is not distributed', colocate_with; END IF;
        INSERT INTO ${stubs}.pg_dist_partition
          VALUES (named, 'by ' || by || CASE WHEN colocate_with = 'default' THEN '' ELSE ' beside ' || colocate_with END);
      END $$;
    CREATE FUNCTION ${stubs}.create_reference_table(named regclass)
      RETURNS void LANGUAGE sql AS $$ INSERT INTO ${stubs}.pg_dist_partition VALUES (named, 'everywhere') $$`);
}

export async function dropStubs(stubs: string): Promise<void> {
  await runAlone(`DROP SCHEMA IF EXISTS ${stubs} CASCADE`);
}

async function runAlone(statements: string): Promise<void> {
  const client = new pg.Client({ connectionString: POSTGRES_URL });
  await client.connect();
  await client.query(statements);
  await client.end();
}
