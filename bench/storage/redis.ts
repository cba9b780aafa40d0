// npm run bench:redis [-- --adds=2000 --names=500 --processes=8 --kills=30 --ways=script,steps --seed=1]
// Several processes on one Redis, by the adapter of examples/redis: what they all add to one group, names that all of them want, and the
// writing process killed with SIGKILL in the middle of its work, again and again, while others write. Once by the script, and once by swaps of
// single documents.
import { parseArgs } from "node:util";
import { SELECT_ALL, type StorageAdapter } from "../../src/storage/adapter.ts";
import { check, noFacts } from "./facts.ts";
import { listen } from "./listen.ts";
import { GroupType, UserType, userOf } from "./load.ts";
import { inProcesses, startWorker } from "./processes.ts";
import { drop, open, REDIS_URL, type RedisPlace } from "./redis-open.ts";
import { brokenBounds, hold } from "./statistics.ts";

const { values } = parseArgs({
  options: {
    adds: { type: "string", default: "2000" },
    names: { type: "string", default: "500" },
    processes: { type: "string", default: "8" },
    kills: { type: "string", default: "30" },
    ways: { type: "string", default: "script,steps" },
    seed: { type: "string", default: String(Date.now() % 100000) },
  },
});
const processes = Number(values.processes);
let seed = Number(values.seed);
console.log(`seed ${seed}`);

for (const way of values.ways.split(",") as readonly RedisPlace["redis"]["way"][]) {
  console.log(`\nRedis, by ${way === "script" ? "a script" : "swaps of single documents"}, ${processes} processes`);
  await inPlace(way, raceOfMembers);
  await inPlace(way, raceForNames);
  await inPlace(way, killWriters);
}
console.log(brokenBounds() === 0 ? "\nNothing was lost, and nothing was torn." : "\nBroken.");
process.exit(brokenBounds() === 0 ? 0 : 1);

async function inPlace(
  way: RedisPlace["redis"]["way"],
  race: (place: RedisPlace, storage: StorageAdapter) => Promise<void>,
): Promise<void> {
  const prefix = `scimkit-bench-${process.pid}-${crypto.randomUUID().slice(0, 8)}:`;
  const place: RedisPlace = { redis: { url: REDIS_URL, prefix, way } };
  const { storage, close } = await open(place);
  try {
    await race(place, storage);
  } finally {
    await close();
    await drop(place);
  }
}

/** Creates a group and some users. */
async function load(storage: StorageAdapter, users: number) {
  const at = new Date().toISOString();
  const common = { secrets: {}, at, checkReferences: {}, select: SELECT_ALL, notify: () => undefined };
  const meta = { resourceType: "Group", created: at, lastModified: at };
  const resource = { schemas: [GroupType.urn], id: crypto.randomUUID(), displayName: "all", meta };
  const group = await storage.create({ ...common, resourceType: GroupType, resource }, {});
  const userIds: string[] = [];
  for (let number = 0; number < users; number++)
    userIds.push(
      (await storage.create({ ...common, resourceType: UserType, resource: userOf(crypto.randomUUID(), number) }, {}))
        .id,
    );
  return { group: group.id, userIds };
}

type Statuses = Readonly<Record<string, number>>;

async function raceOfMembers(place: RedisPlace, storage: StorageAdapter): Promise<void> {
  const { group, userIds } = await load(storage, Number(values.adds));
  const start = performance.now();
  const statuses = sum(
    await inProcesses<Statuses>(place, processes, false, "add", (index) => ({
      group,
      members: userIds.filter((_, number) => number % processes === index),
    })),
  );
  const seconds = (performance.now() - start) / 1000;
  const acknowledged = (statuses[200] ?? 0) + (statuses[204] ?? 0);
  const stored = await storage.get({ resourceType: GroupType, id: group, select: SELECT_ALL }, {});
  const members = (stored?.members as readonly unknown[] | undefined)?.length ?? 0;
  console.log(
    `  ${userIds.length} additions to one group in ${seconds.toFixed(1)} s: ${JSON.stringify(statuses)}; ${members} members, version ${stored?.meta.version}`,
  );
  hold("additions lost of those acknowledged", acknowledged - members, 0);
  hold("additions that were not acknowledged", userIds.length - acknowledged, 0);
  hold("versions more or less than additions", Math.abs(Number(stored?.meta.version) - 1 - acknowledged), 0);
}

async function raceForNames(place: RedisPlace): Promise<void> {
  const count = Number(values.names);
  const names = Array.from({ length: count }, (_, number) => `race-${number}@example.com`);
  const answers = await inProcesses<{ statuses: Statuses; created: readonly string[] }>(
    place,
    processes,
    false,
    "create",
    () => ({ names }),
  );
  const statuses = sum(answers.map((answer) => answer.statuses));
  const winners = answers.flatMap(({ created }) => created);
  console.log(`  ${count} names × ${processes} creators: ${JSON.stringify(statuses)}`);
  hold("names created twice", winners.length - new Set(winners).size, 0);
  hold("names created by nobody", count - new Set(winners).size, 0);
  hold("answers other than 201 and 409", processes * count - (statuses[201] ?? 0) - (statuses[409] ?? 0), 0);
}

/** One process writes until it is killed, and the next one goes on; a second writer adds to the same group all the while. */
async function killWriters(place: RedisPlace, storage: StorageAdapter): Promise<void> {
  const { group } = await load(storage, 0);
  const facts = noFacts();
  const other = await startWorker(place);
  const others = listen(other, facts);
  other.child.send({ task: "write", group, from: 1_000_000_000 });
  await others.begun;
  for (let cycle = 0; cycle < Number(values.kills); cycle++) {
    const worker = await startWorker(place);
    const { begun, ended } = listen(worker, facts);
    worker.child.send({ task: "write", group, from: cycle * 1_000_000 });
    await begun;
    await new Promise((resolve) => setTimeout(resolve, random(100)));
    worker.child.kill("SIGKILL");
    await ended;
  }
  await other.stop();
  await others.ended;
  await check(`Redis: ${values.kills} kills of a writing process beside another one`, storage, group, facts);
}

function sum(all: readonly Statuses[]): Statuses {
  const total: Record<string, number> = {};
  for (const statuses of all)
    for (const [status, times] of Object.entries(statuses)) total[status] = (total[status] ?? 0) + times;
  return total;
}

/** A whole number below `below`, from the seed. */
function random(below: number): number {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed % below;
}
