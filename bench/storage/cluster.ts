// A PostgreSQL server of the bench's own, whose processes may be killed: killing a backend of PostgreSQL restarts all of it.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

/** A running server. */
export interface Cluster {
  readonly url: string;
  readonly port: number;
  /** Runs a statement on a connection of its own. */
  ask(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Waits until it answers again. */
  settled(): Promise<void>;
  /** Ends all of its processes at once: SIGKILL as a crash does, SIGQUIT as `pg_ctl stop -m immediate` does. */
  crash(signal?: "SIGKILL" | "SIGQUIT"): Promise<void>;
  /** Starts it again after a crash. */
  restart(): Promise<void>;
  /** Stops the time of all of its processes, until `resume`. */
  pause(): void;
  resume(): void;
  /** Starts a server that has all of this one's commits before they are acknowledged, and that only reads until `promote`. */
  follow(): Promise<Standby>;
  stop(): Promise<void>;
}

export interface Standby extends Cluster {
  /** Makes it the one that writes. */
  promote(): Promise<void>;
}

/** Whom the server's processes run as, and where. */
interface Home {
  readonly programs: string;
  readonly folder: string;
  readonly account: { readonly uid?: number; readonly gid?: number };
}

/** Starts one in a folder of its own; undefined where PostgreSQL's programs are not on the machine. */
export async function startCluster(): Promise<Cluster | undefined> {
  const home = newHome();
  if (home === undefined) return undefined;
  runIn(home, "initdb", ["-D", dataOf(home), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]);
  return startServer(home);
}

/** Where PostgreSQL's own programs are; undefined where they are not on the machine. */
export function programsFolder(): string | undefined {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((left, right) => Number(right) - Number(left)) : [];
  return versions.map((version) => join(root, version, "bin")).find((folder) => existsSync(join(folder, "initdb")));
}

/** A folder that the account may write to whom programs run as that refuse to run as root. */
export function newHome(): Home | undefined {
  const programs = programsFolder();
  if (programs === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "scimkit-postgres-"));
  const account = process.getuid?.() === 0 ? accountOf("postgres") : {};
  if (account.uid !== undefined) chownSync(folder, account.uid, account.gid ?? account.uid);
  return { programs, folder, account };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function startServer(home: Home): Promise<Cluster> {
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const settled = () => untilAnswered(url);
  let server = launch(home, port);
  // Should the script fail half-way, no server outlives it.
  const leave = (): void => {
    for (const pid of processesOf(server)) send(pid, "SIGKILL");
    rmSync(home.folder, { recursive: true, force: true });
  };
  process.once("exit", leave);
  await settled();
  const cluster: Cluster = {
    url,
    port,
    ask: (text) => ask(url, text),
    settled,
    async crash(signal = "SIGKILL") {
      const exit = once(server, "exit");
      // To the first alone the other one is an order to end all of them.
      if (signal === "SIGKILL") for (const pid of processesOf(server)) send(pid, signal);
      else server.kill(signal);
      await exit;
    },
    async restart() {
      server = launch(home, port);
      await settled();
    },
    pause() {
      for (const pid of processesOf(server)) send(pid, "SIGSTOP");
    },
    resume() {
      for (const pid of processesOf(server)) send(pid, "SIGCONT");
    },
    follow: () => follow(home, cluster),
    async stop() {
      if (server.exitCode === null && server.signalCode === null) {
        const exit = once(server, "exit");
        server.kill("SIGINT");
        // One that is told so while it recovers from a killed backend may never end by itself.
        const impatience = setTimeout(() => {
          for (const pid of processesOf(server)) send(pid, "SIGKILL");
        }, 10_000);
        await exit;
        clearTimeout(impatience);
      }
      process.removeListener("exit", leave);
      rmSync(home.folder, { recursive: true, force: true });
    },
  };
  return cluster;
}

async function follow({ account, programs }: Home, primary: Cluster): Promise<Standby> {
  const home = { ...(newHome() as Home), account, programs };
  const source = `host=127.0.0.1 port=${primary.port} user=postgres application_name=standby`;
  runIn(home, "pg_basebackup", ["-D", dataOf(home), "-R", "-X", "stream", "-c", "fast", "--no-sync", "-d", source]);
  const standby = await startServer(home);
  await primary.ask("ALTER SYSTEM SET synchronous_standby_names = 'standby'");
  await primary.ask("SELECT pg_reload_conf()");
  await until(async () => {
    const [row] = await primary.ask("SELECT count(*) AS count FROM pg_stat_replication WHERE sync_state = 'sync'");
    return Number(row?.count) === 1;
  });
  return {
    ...standby,
    async promote() {
      // Nobody follows this one yet, whom its commits would have to wait for.
      await standby.ask("ALTER SYSTEM RESET synchronous_standby_names");
      await standby.ask("SELECT pg_promote()");
    },
  };
}

function launch({ programs, folder, account }: Home, port: number): ChildProcess {
  const settings = [`port=${port}`, "listen_addresses=127.0.0.1", `unix_socket_directories=${folder}`];
  const given = ["-D", join(folder, "data"), ...settings.flatMap((setting) => ["-c", setting])];
  return spawn(join(programs, "postgres"), given, { ...account, cwd: folder, stdio: "ignore" });
}

function dataOf({ folder }: Home): string {
  return join(folder, "data");
}

function runIn({ programs, folder, account }: Home, program: string, given: readonly string[]): void {
  execFileSync(join(programs, program), given, { ...account, cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}

function accountOf(name: string): { readonly uid?: number; readonly gid?: number } {
  const id = (flag: string): number => Number(execFileSync("id", [flag, name], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** A process that still runs and those that it has started, as Linux lists them; itself first, so that it starts no more. */
function processesOf({ pid, exitCode, signalCode }: ChildProcess): readonly number[] {
  if (pid === undefined || exitCode !== null || signalCode !== null) return [];
  const children = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  return [pid, ...children.map(Number)];
}

function parentOf(pid: string): number | undefined {
  try {
    // The name of the program, in parentheses, may hold anything.
    const [, rest = ""] = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "latin1")) ?? [];
    return Number(rest);
  } catch {
    return undefined;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Waits for a minute at most. */
export async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await isDone())) {
    if (performance.now() > end) throw new Error("what was waited for did not come within a minute");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function untilAnswered(url: string): Promise<void> {
  const answers = () =>
    ask(url, "SELECT 1").then(
      () => true,
      () => false,
    );
  return until(answers);
}

/** A server that goes down may leave a connection without an answer, so that each step has its time. */
async function ask(url: string, text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000, query_timeout: 10_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(text);
    return rows;
  } finally {
    // Nobody may be there to say good-bye to.
    client.end().catch(() => undefined);
  }
}
