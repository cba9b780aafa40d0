// npm run bench:kill [-- --sqlite=50 --postgres=10 --mariadb=10 --seed=1]
// Kills the process that writes (SQLite), a backend of the database (PostgreSQL) or the whole server (MariaDB) with SIGKILL in the
// middle of its work, again and again, and looks whether everything is there that was answered with success, and nothing by halves.
// This does not test what a power cut does.
import { parseArgs } from "node:util";
import { type Cluster, startCluster } from "./cluster.ts";
import { drop, newPlace, open, type Place } from "./engine.ts";
import { check, type Facts, noFacts } from "./facts.ts";
import { listen } from "./listen.ts";
import { load } from "./load.ts";
import { startMariadb } from "./mariadb-server.ts";
import { startWorker } from "./processes.ts";
import { brokenBounds } from "./statistics.ts";

const { values } = parseArgs({
  options: {
    sqlite: { type: "string", default: "50" },
    postgres: { type: "string", default: "10" },
    mariadb: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now() % 100000) },
  },
});
let seed = Number(values.seed);
console.log(`seed ${seed}`);

if (Number(values.sqlite) > 0) await killWriter(Number(values.sqlite));
if (Number(values.postgres) > 0) await killBackends(Number(values.postgres));
if (Number(values.mariadb) > 0) await killServer(Number(values.mariadb));
console.log(brokenBounds() === 0 ? "Nothing that was acknowledged was lost, and nothing was torn." : "Broken.");
process.exit(brokenBounds() === 0 ? 0 : 1);

/** Makes the tables and an empty group, and a book for what will be said to be done. */
async function prepare(place: Place): Promise<{ readonly group: string; readonly facts: Facts }> {
  const opened = await open(place);
  const { groups } = await load(opened, 0, [0]);
  await opened.close();
  return {
    group: groups.get(0) as string,
    facts: noFacts(),
  };
}

/** The writer's own process is killed; the next one opens the file as it was left. */
async function killWriter(cycles: number): Promise<void> {
  const place = newPlace("sqlite");
  try {
    const { group, facts } = await prepare(place);
    for (let cycle = 0; cycle < cycles; cycle++) {
      const worker = await startWorker(place);
      const { begun, ended } = listen(worker, facts);
      worker.child.send({ task: "write", group, from: cycle * 1_000_000 });
      // In the middle of its work, however long it takes to get there.
      await begun;
      await pause(random(200));
      worker.child.kill("SIGKILL");
      await ended;
    }
    const opened = await open(place);
    await check(`SQLite: ${cycles} kills of the writing process`, opened.storage, group, facts);
    await opened.close();
  } finally {
    await drop(place);
  }
}

/** A backend of the database is killed under a writer that lives on. */
async function killBackends(cycles: number): Promise<void> {
  const cluster = await startCluster();
  if (cluster === undefined) {
    console.log("PostgreSQL's own programs (initdb, postgres) are not on this machine: its backends were not killed.");
    return;
  }
  const place = newPlace("postgres", cluster.url);
  try {
    const { group, facts } = await prepare(place);
    const worker = await startWorker(place);
    const { ended } = listen(worker, facts);
    worker.child.send({ task: "write", group, from: 0 });
    let killed = 0;
    while (killed < cycles) {
      await pause(200 + random(400));
      if (await killBackend(cluster)) killed++;
      await cluster.settled();
    }
    await worker.stop();
    await ended;
    const opened = await open(place);
    await check(`PostgreSQL: ${killed} kills of a backend in its work`, opened.storage, group, facts);
    await opened.close();
  } finally {
    await cluster.stop();
  }
}

/** The server, whose threads cannot be killed one by one, is killed under a writer that lives on. */
async function killServer(cycles: number): Promise<void> {
  const server = await startMariadb();
  if (server === undefined) {
    console.log("MariaDB's own programs (mariadb-install-db, mariadbd) are not on this machine: it was not killed.");
    return;
  }
  const place = newPlace("mariadb", server.url);
  try {
    const { group, facts } = await prepare(place);
    const worker = await startWorker(place);
    const { ended } = listen(worker, facts);
    worker.child.send({ task: "write", group, from: 0 });
    for (let killed = 0; killed < cycles; killed++) {
      await pause(300 + random(500));
      await server.crash();
      await server.restart();
    }
    await pause(300);
    await worker.stop();
    await ended;
    const opened = await open(place);
    await check(`MariaDB: ${cycles} kills of the server in its work`, opened.storage, group, facts);
    await opened.close();
  } finally {
    await server.stop();
  }
}

/** Kills a backend of the writer; `false` where it has none just now. */
async function killBackend({ ask }: Cluster): Promise<boolean> {
  const [backend] = await ask(
    "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()",
  ).catch(() => []);
  if (backend === undefined) return false;
  process.kill(Number(backend.pid), "SIGKILL");
  return true;
}

/** A whole number below `below`, from the seed. */
function random(below: number): number {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed % below;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
