// npm run bench:kill [-- --sqlite=50 --postgres=10 --seed=1]
// Kills the process that writes (SQLite) or a backend of the database (PostgreSQL) with SIGKILL in the middle of its work,
// again and again, and looks whether everything is there that was answered with success, and nothing by halves.
// This does not test what a power cut does.
import { parseArgs } from "node:util";
import type { ResourceObject } from "../../src/index.ts";
import { SELECT_ALL } from "../../src/storage/adapter.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { drop, newPlace, type Opened, open, type Place } from "./engine.ts";
import { GroupType, load, UserType } from "./load.ts";
import { startWorker, type Worker } from "./processes.ts";
import { brokenBounds, hold } from "./statistics.ts";

const { values } = parseArgs({
  options: {
    sqlite: { type: "string", default: "50" },
    postgres: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now() % 100000) },
  },
});
let seed = Number(values.seed);
console.log(`seed ${seed}`);

/** What the writer said was done. */
interface Facts {
  /** The title that a user was last said to have, and any later one that may have been written since. */
  readonly titles: Map<string, string>;
  readonly members: Set<string>;
  acknowledged: number;
  refused: number;
}

if (Number(values.sqlite) > 0) await killWriter(Number(values.sqlite));
if (Number(values.postgres) > 0) await killBackends(Number(values.postgres));
console.log(brokenBounds() === 0 ? "Nothing that was acknowledged was lost, and nothing was torn." : "Broken.");
process.exit(brokenBounds() === 0 ? 0 : 1);

/** Makes the tables and an empty group, and a book for what will be said to be done. */
async function prepare(place: Place): Promise<{ readonly group: string; readonly facts: Facts }> {
  const opened = await open(place);
  const { groups } = await load(opened, 0, [0]);
  await opened.close();
  return {
    group: groups.get(0) as string,
    facts: { titles: new Map(), members: new Set(), acknowledged: 0, refused: 0 },
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
    await check(`SQLite: ${cycles} kills of the writing process`, opened, group, facts);
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
    await check(`PostgreSQL: ${killed} kills of a backend in its work`, opened, group, facts);
    await opened.close();
  } finally {
    await cluster.stop();
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

/** Notes what a worker says, from when it has begun until it is gone. */
function listen({ child }: Worker, facts: Facts): { readonly begun: Promise<void>; readonly ended: Promise<void> } {
  const { stdout } = child;
  if (stdout === null) throw new Error("the worker has no output");
  let rest = "";
  stdout.setEncoding("utf8");
  stdout.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) note(facts, JSON.parse(line) as Readonly<Record<string, string>>);
  });
  const ended = new Promise<void>((resolve) => stdout.on("close", resolve));
  const begun = new Promise<void>((resolve) => stdout.once("data", () => resolve()));
  return { begun: Promise.race([begun, ended]), ended };
}

function note(facts: Facts, { created, changed, added, refused, title = "" }: Readonly<Record<string, string>>): void {
  if (refused !== undefined) {
    facts.refused++;
    return;
  }
  facts.acknowledged++;
  const id = created ?? changed;
  if (id !== undefined) facts.titles.set(id, title);
  if (added !== undefined) facts.members.add(added);
}

async function check(what: string, { storage }: Opened, group: string, facts: Facts): Promise<void> {
  const users = new Map<string, ResourceObject>();
  let cursor: string | undefined;
  do {
    const request = { resourceType: UserType, page: { cursor, count: 1000 }, select: SELECT_ALL };
    const page = await storage.query(request, {});
    for (const user of page.resources) users.set(user.id, user);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  const stored = await storage.get({ resourceType: GroupType, id: group, select: SELECT_ALL }, {});
  const members = new Set(((stored?.members ?? []) as readonly { value: string }[]).map(({ value }) => value));
  const lost = [...facts.titles].filter(([id, title]) => {
    const now = users.get(id)?.title;
    // The write behind the last one that was acknowledged may have taken effect.
    return now !== title && now !== `${title}b`;
  });
  const torn = [...users.values()].filter((user) => user.title !== user.nickName);
  const lostMembers = [...facts.members].filter((id) => !members.has(id));
  const dangling = [...members].filter((id) => !users.has(id));
  console.log(
    `${what}: ${facts.acknowledged} writes acknowledged, ${facts.refused} refused; ${users.size} users and ${members.size} members found`,
  );
  hold("acknowledged users lost or set back", lost.length, 0);
  hold("users torn", torn.length, 0);
  hold("acknowledged members lost", lostMembers.length, 0);
  hold("members that do not exist", dangling.length, 0);
  hold(
    "versions of the group more or less than its members",
    Math.abs(Number(stored?.meta.version) - 1 - members.size),
    0,
  );
}

/** A whole number below `below`, from the seed. */
function random(below: number): number {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed % below;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
