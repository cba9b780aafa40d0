// A PostgreSQL server of the bench's own, whose processes may be killed: killing a backend of PostgreSQL restarts all of it.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

/** A running server. */
export interface Cluster {
  readonly url: string;
  /** Runs a statement on a connection of its own. */
  ask(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Waits until it answers again. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one in a folder of its own; undefined where PostgreSQL's programs are not on the machine. */
export async function startCluster(): Promise<Cluster | undefined> {
  const programs = programsFolder();
  if (programs === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "scimkit-postgres-"));
  // The server refuses to run as root.
  const account = process.getuid?.() === 0 ? accountOf("postgres") : {};
  if (account.uid !== undefined) chownSync(folder, account.uid, account.gid ?? account.uid);
  const options = { ...account, cwd: folder, stdio: "ignore" as const };
  const port = await freePort();
  execFileSync(
    join(programs, "initdb"),
    ["-D", join(folder, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8"],
    options,
  );
  const settings = [
    "-c",
    `port=${port}`,
    "-c",
    "listen_addresses=127.0.0.1",
    "-c",
    `unix_socket_directories=${folder}`,
  ];
  const server = spawn(join(programs, "postgres"), ["-D", join(folder, "data"), ...settings], options);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const settled = () => untilAnswered(url);
  await settled();
  return {
    url,
    ask: (text) => ask(url, text),
    settled,
    async stop() {
      const exit = once(server, "exit");
      server.kill("SIGINT");
      await exit;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function programsFolder(): string | undefined {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((left, right) => Number(right) - Number(left)) : [];
  return versions.map((version) => join(root, version, "bin")).find((folder) => existsSync(join(folder, "initdb")));
}

function accountOf(name: string): { readonly uid?: number; readonly gid?: number } {
  const id = (flag: string): number => Number(execFileSync("id", [flag, name], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function untilAnswered(url: string): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    try {
      await ask(url, "SELECT 1");
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** A server that goes down may leave a connection without an answer, so that each step has its time. */
async function ask(url: string, text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000, query_timeout: 2000 });
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
