// Several hosts in one URL, as libpq has them, for `pg`, which knows one: postgres://a:5432,b:5433/db?target_session_attrs=read-write
import pg from "pg";

/** A URL for each host, and whether only one that writes will do. */
export interface Hosts {
  readonly urls: readonly string[];
  readonly mustWrite: boolean;
}

/** What Kysely needs of a pool, and whoever listens to it. */
export interface HostPool {
  readonly options: pg.PoolOptions;
  connect(): Promise<pg.PoolClient>;
  end(): Promise<void>;
  readonly on: pg.Pool["on"];
}

const URL_PARTS = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#]*)([^?#]*)(\?[^#]*)?/;

/** Takes a URL apart. @throws {Error} for a `target_session_attrs` other than `any`, the default, and `read-write`. */
export function hostsOf(url: string): Hosts {
  const [, beginning = "", hosts = "", path = "", query = ""] = URL_PARTS.exec(url) ?? [];
  const parameters = new URLSearchParams(query);
  const wanted = parameters.get("target_session_attrs") ?? "any";
  if (wanted !== "any" && wanted !== "read-write")
    throw new Error(`target_session_attrs must be any or read-write; it is "${wanted}".`);
  parameters.delete("target_session_attrs");
  const rest = `${path}${parameters.size === 0 ? "" : `?${parameters}`}`;
  return { urls: hosts.split(",").map((host) => `${beginning}${host}${rest}`), mustWrite: wanted === "read-write" };
}

/** What a pool says when all of its connections are in use for too long: no host is to blame. */
const FULL = "timeout exceeded when trying to connect";

/**
 * A pool whose connections are to the first host that takes them; where that one takes no more, or only reads and must not, to the next one,
 * and after the last one to the first again. Each may take as long as `connectionTimeoutMillis`.
 */
export function poolOf({ urls, mustWrite }: Hosts, options: pg.PoolConfig): HostPool {
  let current = 0;
  class Next extends pg.Client {
    constructor(given?: pg.ClientConfig) {
      super({ ...given, connectionString: urls[current % urls.length] });
    }
  }
  const pool = new pg.Pool({ ...options, Client: Next, ...(mustWrite ? { onConnect: refuseReadOnly } : {}) });
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  const connectToAny = async (): Promise<pg.PoolClient> => {
    for (let left = urls.length - 1; ; left--) {
      const tried = current;
      try {
        return await connect();
      } catch (error) {
        if (left === 0 || (error as Error).message === FULL) throw error;
        // Of several that wait, one goes on to the next host, and all of them go there.
        if (current === tried) current++;
      }
    }
  };
  const { options: settings } = pool;
  return { options: settings, connect: connectToAny, end: () => pool.end(), on: pool.on.bind(pool) };
}

/** A standby, or a server that is told to write nothing. */
async function refuseReadOnly(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query("SHOW transaction_read_only");
  if (rows[0].transaction_read_only === "on")
    throw Object.assign(new Error("The server only reads."), { code: "25006" });
}
