// A MariaDB server of the bench's own, which may be killed.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";
import { freePort } from "./cluster.ts";

/** A running server. */
export interface MariadbServer {
  readonly url: string;
  /** Ends it at once, as a crash does. */
  crash(): Promise<void>;
  /** Starts it again after a crash, and waits until it answers. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one in a folder of its own; undefined where MariaDB's programs are not on the machine. */
export async function startMariadb(): Promise<MariadbServer | undefined> {
  const program = ["/usr/sbin/mariadbd", "/usr/local/sbin/mariadbd"].find((path) => existsSync(path));
  if (program === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "scimkit-mariadb-"));
  const data = `--datadir=${join(folder, "data")}`;
  const user = `--user=${userInfo().username}`;
  execFileSync("mariadb-install-db", ["--no-defaults", data, user, "--auth-root-authentication-method=normal"], {
    stdio: "ignore",
  });
  const port = await freePort();
  const url = `mysql://root@127.0.0.1:${port}`;
  const launch = (): ChildProcess =>
    spawn(
      program,
      ["--no-defaults", data, user, `--port=${port}`, "--bind-address=127.0.0.1", `--socket=${join(folder, "socket")}`],
      { stdio: "ignore" },
    );
  let server = launch();
  await untilAnswered(url);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const gone = once(server, "exit");
    server.kill(signal);
    await gone;
  };
  return {
    url,
    crash: () => end("SIGKILL"),
    async restart() {
      server = launch();
      await untilAnswered(url);
    },
    async stop() {
      await end("SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilAnswered(uri: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    try {
      const connection = await createConnection({ uri });
      await connection.end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error("MariaDB did not start within a minute.");
}
