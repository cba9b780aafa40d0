// PgBouncer in transaction mode between the service and its database: each transaction may get another connection of the server.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { type Cluster, freePort, newHome, until } from "./cluster.ts";
import { type Outcome, play, type Scene, terms } from "./scenario.ts";
import type { Opening } from "./service.ts";

const PROGRAM = "/usr/sbin/pgbouncer";

/** The first version that knows prepared statements, as major and minor number. */
const KNOWS_STATEMENTS = [1, 21] as const;

/**
 * Writes through PgBouncer while the server behind it crashes and starts again: with names and without, several pools at once, and
 * with each way of PgBouncer to treat prepared statements.
 */
export async function throughPooler(cluster: Cluster): Promise<void> {
  if (!existsSync(PROGRAM)) {
    console.log("PgBouncer is not on this machine: nothing was tried through it.");
    return;
  }
  const [, version = ""] = /PgBouncer (\S+)/.exec(execFileSync(PROGRAM, ["--version"], { encoding: "utf8" })) ?? [];
  for (const statements of knowsStatements(version) ? [0, 500] : [undefined])
    for (const isNamed of [true, false]) await through(cluster, version, { isNamed }, statements);
}

async function through(cluster: Cluster, version: string, opening: Opening, statements?: number): Promise<void> {
  const pooler = await startPooler(cluster, statements);
  const setting = statements === undefined ? "" : `, max_prepared_statements ${statements}`;
  const names = opening.isNamed ? "with names" : "without names";
  const happen = async ({ traffic }: Scene): Promise<Outcome> => {
    await traffic.more(terms.writes);
    await cluster.crash();
    await cluster.restart();
    // PgBouncer's own connections to the server stay open while nobody uses them.
    return { cluster, mendedAt: performance.now(), left: SERVER_CONNECTIONS };
  };
  try {
    const what = `PgBouncer ${version} ${names}${setting}`;
    await play(what, cluster, happen, { port: pooler.port, openings: [opening, opening] });
  } finally {
    await pooler.stop();
  }
}

/** How many connections PgBouncer has to the server: fewer than the service has to it. */
const SERVER_CONNECTIONS = 3;

async function startPooler(cluster: Cluster, statements?: number) {
  const home = newHome();
  if (home === undefined) throw new Error("there is no PostgreSQL");
  const { folder, account } = home;
  const port = await freePort();
  const file = join(folder, "pgbouncer.ini");
  writeFileSync(
    file,
    [
      "[databases]",
      `postgres = host=127.0.0.1 port=${cluster.port} user=postgres`,
      "[pgbouncer]",
      "listen_addr = 127.0.0.1",
      `listen_port = ${port}`,
      "unix_socket_dir =",
      "auth_type = any",
      "pool_mode = transaction",
      `default_pool_size = ${SERVER_CONNECTIONS}`,
      "query_wait_timeout = 2",
      "server_login_retry = 1",
      ...(statements === undefined ? [] : [`max_prepared_statements = ${statements}`]),
    ].join("\n"),
  );
  const program: ChildProcess = spawn(PROGRAM, ["-q", file], { ...account, cwd: folder, stdio: "ignore" });
  const leave = (): void => void program.kill("SIGKILL");
  process.once("exit", leave);
  await until(() => answers(port));
  return {
    port,
    async stop() {
      process.removeListener("exit", leave);
      const exit = once(program, "exit");
      program.kill("SIGKILL");
      await exit;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const client = new pg.Client({ host: "127.0.0.1", port, user: "postgres", database: "postgres" });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("SELECT 1");
    return true;
  } catch {
    return false;
  } finally {
    client.end().catch(() => undefined);
  }
}

function knowsStatements(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > KNOWS_STATEMENTS[0] || (major === KNOWS_STATEMENTS[0] && minor >= KNOWS_STATEMENTS[1]);
}
