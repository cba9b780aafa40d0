// npm run bench:races [-- --adds=10000 --names=1000 --processes=8 --engines=sqlite,postgres]
// Several processes on one database: what they all add to one group, and names that all of them want. A naive adapter is run
// by the same script, and must be seen to lose: otherwise the script could not tell.
import { parseArgs } from "node:util";
import { SELECT_ALL } from "../../src/storage/adapter.ts";
import { drop, ENGINES, type EngineName, newPlace, open, type Place } from "./engine.ts";
import { type Directory, GroupType, load } from "./load.ts";
import { inProcesses } from "./processes.ts";
import { brokenBounds, hold } from "./statistics.ts";

const { values } = parseArgs({
  options: {
    adds: { type: "string", default: "10000" },
    names: { type: "string", default: "1000" },
    processes: { type: "string", default: "8" },
    engines: { type: "string", default: ENGINES.join(",") },
    /** Leaves the naive adapter out. */
    "no-control": { type: "boolean", default: false },
  },
});

for (const engine of values.engines.split(",") as EngineName[]) {
  // SQLite has one writer at a time, so more than two processes only wait longer.
  const processes = engine === "sqlite" ? 2 : Number(values.processes);
  const adds = engine === "sqlite" ? Math.round(Number(values.adds) / 4) : Number(values.adds);
  console.log(`\n${engine}, ${processes} processes`);
  await race(engine, processes, { adds, names: Number(values.names), isNaive: false });
  if (values["no-control"]) continue;
  console.log(`${engine}, ${processes} processes, by a naive adapter`);
  await race(engine, processes, { adds: processes * 20, names: 200, isNaive: true });
}
console.log(
  brokenBounds() === 0
    ? `\nNothing was lost${values["no-control"] ? "" : ", and the naive adapter was seen to lose"}.`
    : "\nBroken.",
);
process.exit(brokenBounds() === 0 ? 0 : 1);

interface Race {
  readonly adds: number;
  readonly names: number;
  readonly isNaive: boolean;
}

async function race(engine: EngineName, processes: number, { adds, names, isNaive }: Race): Promise<void> {
  const place = newPlace(engine);
  try {
    const opened = await open(place);
    const directory = await load(opened, adds, [0]);
    await raceOfMembers(place, processes, directory, isNaive, async (group) => {
      const stored = await opened.storage.get({ resourceType: GroupType, id: group, select: SELECT_ALL }, {});
      return { members: (stored?.members as unknown[] | undefined)?.length ?? 0, version: stored?.meta.version ?? "" };
    });
    await raceForNames(place, processes, names, isNaive);
    await opened.close();
  } finally {
    await drop(place);
  }
}

type Statuses = Readonly<Record<string, number>>;

async function raceOfMembers(
  place: Place,
  processes: number,
  { userIds, groups }: Directory,
  isNaive: boolean,
  read: (group: string) => Promise<{ readonly members: number; readonly version: string }>,
): Promise<void> {
  const group = groups.get(0) as string;
  const start = performance.now();
  const answers = await inProcesses<Statuses>(place, processes, isNaive, "add", (index) => ({
    group,
    members: userIds.filter((_, number) => number % processes === index),
  }));
  const seconds = (performance.now() - start) / 1000;
  const statuses = sum(answers);
  const acknowledged = (statuses[200] ?? 0) + (statuses[204] ?? 0);
  const { members, version } = await read(group);
  const lost = acknowledged - members;
  console.log(
    `  ${userIds.length} additions to one group in ${seconds.toFixed(1)} s: ${JSON.stringify(statuses)}; ${members} members, version ${version}`,
  );
  if (isNaive) return hold("additions kept of those acknowledged (it should lose some)", members, acknowledged - 1);
  hold("additions lost of those acknowledged", lost, 0);
  hold("additions that were not acknowledged", userIds.length - acknowledged, 0);
  hold("versions more or less than additions", Math.abs(Number(version) - 1 - acknowledged), 0);
}

async function raceForNames(place: Place, processes: number, count: number, isNaive: boolean): Promise<void> {
  const names = Array.from({ length: count }, (_, number) => `race-${number}@example.com`);
  const answers = await inProcesses<{ statuses: Statuses; created: readonly string[] }>(
    place,
    processes,
    isNaive,
    "create",
    () => ({ names }),
  );
  const statuses = sum(answers.map((answer) => answer.statuses));
  const winners = new Map<string, number>();
  for (const { created } of answers) for (const name of created) winners.set(name, (winners.get(name) ?? 0) + 1);
  const twice = [...winners.values()].filter((times) => times > 1).length;
  console.log(`  ${count} names × ${processes} creators: ${JSON.stringify(statuses)}`);
  if (isNaive) return hold("names created once (it should create some twice)", count - twice, count - 1);
  hold("names created twice", twice, 0);
  hold("names created by nobody", count - winners.size, 0);
  hold("answers other than 201 and 409", processes * count - (statuses[201] ?? 0) - (statuses[409] ?? 0), 0);
}

function sum(all: readonly Statuses[]): Statuses {
  const total: Record<string, number> = {};
  for (const statuses of all)
    for (const [status, times] of Object.entries(statuses)) total[status] = (total[status] ?? 0) + times;
  return total;
}
