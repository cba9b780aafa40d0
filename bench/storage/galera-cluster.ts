// A Galera cluster of MariaDB servers of the bench's own, on ports and in folders of their own.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mysql from "mysql2/promise";
import { freePort, until } from "./cluster.ts";

const PROVIDERS = ["/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so"];
const SERVER = "mariadbd";
const INSTALLER = "mariadb-install-db";

/** One server of a cluster. */
export interface Node {
  readonly name: string;
  readonly url: string;
  /** How many servers it knows of, itself among them; 0 where it does not answer, or takes no work. */
  size(): Promise<number>;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Starts it, and waits until it takes work in a cluster of so many. */
  join(size: number): Promise<void>;
}

/** Servers of which each has all rows and takes writes. */
export interface GaleraCluster {
  readonly nodes: readonly Node[];
  stop(): Promise<void>;
}

interface Home {
  readonly folder: string;
  readonly provider: string;
  readonly addresses: readonly string[];
}

/** Starts so many; undefined where MariaDB's programs or the library of Galera are not on the machine. */
export async function startGalera(count: number): Promise<GaleraCluster | undefined> {
  const provider = PROVIDERS.find((file) => existsSync(file));
  if (provider === undefined || !canRun(SERVER) || !canRun(INSTALLER) || !canRun("rsync")) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "scimkit-galera-"));
  own(folder);
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const home: Home = { folder, provider, addresses: ports.map((port) => `127.0.0.1:${port}`) };
  const nodes = await Promise.all(home.addresses.map((_, index) => nodeOf(home, index)));
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.kill()));
    rmSync(folder, { recursive: true, force: true });
  };
  const leave = (): void => {
    for (const { child } of nodes) child()?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", leave);
  // One after the other: each copies what there is from one that has it.
  for (const [index, node] of nodes.entries()) await node.join(index + 1);
  return {
    nodes,
    async stop() {
      await stop();
      process.removeListener("exit", leave);
    },
  };
}

async function nodeOf(home: Home, index: number): Promise<Node & { child(): ChildProcess | undefined }> {
  const name = `node${index + 1}`;
  const folder = join(home.folder, name);
  mkdirSync(folder);
  own(folder);
  install(folder);
  const [port, increments, copies] = await Promise.all([freePort(), freePort(), freePort()]);
  const url = `mysql://root@127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  let isFirst = index === 0;
  const size = () => sizeOf(url);
  return {
    name,
    url,
    size,
    child: () => child,
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    },
    async join(wanted) {
      const others = isFirst ? [] : home.addresses.filter((_, other) => other !== index);
      isFirst = false;
      child = launch(home, {
        folder,
        name,
        port,
        address: home.addresses[index] as string,
        increments,
        copies,
        others,
      });
      await until(async () => (await size()) === wanted);
    },
  };
}

interface Launch {
  readonly folder: string;
  readonly name: string;
  readonly port: number;
  readonly address: string;
  readonly increments: number;
  readonly copies: number;
  readonly others: readonly string[];
}

function launch({ provider }: Home, { folder, name, port, address, increments, copies, others }: Launch): ChildProcess {
  const options = [`gmcast.listen_addr=tcp://${address}`, `ist.recv_addr=127.0.0.1:${increments}`, "gcache.size=64M"];
  const settings: Readonly<Record<string, string | number>> = {
    datadir: join(folder, "data"),
    socket: join(folder, "socket"),
    "pid-file": join(folder, "pid"),
    "log-error": join(folder, "log"),
    "bind-address": "127.0.0.1",
    port,
    "character-set-server": "utf8mb4",
    "innodb-buffer-pool-size": "64M",
    // What Galera asks for.
    "binlog-format": "ROW",
    "default-storage-engine": "InnoDB",
    "innodb-autoinc-lock-mode": 2,
    "wsrep-on": "ON",
    "wsrep-provider": provider,
    "wsrep-provider-options": options.join(";"),
    "wsrep-cluster-name": "scimkit",
    "wsrep-cluster-address": `gcomm://${others.join(",")}`,
    "wsrep-node-name": name,
    "wsrep-node-address": address,
    "wsrep-sst-method": "rsync",
    "wsrep-sst-receive-address": `127.0.0.1:${copies}`,
    // Reads wait for what other servers have acknowledged before.
    "wsrep-sync-wait": 7,
  };
  const given = Object.entries(settings).map(([setting, value]) => `--${setting}=${value}`);
  return spawn(SERVER, ["--no-defaults", ...account(), ...given], { cwd: folder, stdio: "ignore" });
}

function install(folder: string): void {
  const given = [`--datadir=${join(folder, "data")}`, "--auth-root-authentication-method=normal", "--skip-test-db"];
  execFileSync(INSTALLER, ["--no-defaults", ...account(), ...given], { stdio: "ignore" });
}

async function sizeOf(url: string): Promise<number> {
  try {
    const connection = await mysql.createConnection({ uri: url, connectTimeout: 2000 });
    connection.on("error", () => undefined);
    try {
      const [rows] = await connection.query<mysql.RowDataPacket[]>(
        "SHOW STATUS WHERE Variable_name IN ('wsrep_ready', 'wsrep_cluster_size')",
      );
      const status = new Map(rows.map(({ Variable_name, Value }) => [Variable_name, Value]));
      return status.get("wsrep_ready") === "ON" ? Number(status.get("wsrep_cluster_size")) : 0;
    } finally {
      connection.destroy();
    }
  } catch {
    return 0;
  }
}

/** The server does not run as root. */
function account(): readonly string[] {
  return process.getuid?.() === 0 ? ["--user=mysql"] : [];
}

function own(folder: string): void {
  if (process.getuid?.() !== 0) return;
  const id = (flag: string): number => Number(execFileSync("id", [flag, "mysql"], { encoding: "utf8" }));
  chownSync(folder, id("-u"), id("-g"));
}

function canRun(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
