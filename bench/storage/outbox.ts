// npm run bench:outbox [-- --events=10000 --processes=8 --kills=200 --waiting=100000 --engines=sqlite,postgres]
// Several processes hand out the events of one outbox while others come, and some of them are killed: looks whether each event was handed
// out, in the order of its resource, and which ones twice. A naive outbox is run by the same script, and must be seen to fail: otherwise the
// script could not tell. Then processes are killed between the commit of a change and the end of its hand-over. Then it measures what
// it takes to take an event, with few that wait and with many.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createScim, Group, type NewOutboxEntry, type Outbox, User } from "../../src/index.ts";
import { drop, ENGINES, type EngineName, newPlace, type Opened, open, type Place } from "./engine.ts";
import type { Fact, Start, Task } from "./outbox-worker.ts";
import { brokenBounds, hold, median } from "./statistics.ts";

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "10000" },
    processes: { type: "string", default: "8" },
    kills: { type: "string", default: "200" },
    waiting: { type: "string", default: "100000" },
    engines: { type: "string", default: ENGINES.join(",") },
    /** Leaves the naive outbox out. */
    "no-control": { type: "boolean", default: false },
  },
});
/** How long an event is a process's own, in milliseconds: short, so that those of who was killed come back soon. */
const LEASE = 3000;
const SHORT_LEASE = 300;
const DEATHS = ["committed", "handing", "whenever"] as const;
/** How many processes are started at once. */
const AT_ONCE = 4;
const engines = values.engines.split(",") as EngineName[];

for (const engine of engines) {
  // SQLite has one writer at a time, so more than two processes only wait longer.
  const processes = engine === "sqlite" ? 2 : Number(values.processes);
  const events = engine === "sqlite" ? Math.round(Number(values.events) / 5) : Number(values.events);
  if (events > 0)
    await inPlace(engine, (place) =>
      race(place, { events, processes, kills: Math.min(3, processes - 1), isNaive: false }),
    );
  if (events > 0 && engine === "postgres" && !values["no-control"])
    await inPlace(engine, (place) =>
      race(place, { events: Math.min(events, 2000), processes, kills: 0, isNaive: true }),
    );
  if (Number(values.kills) > 0) await inPlace(engine, (place) => killBetween(place, Number(values.kills)));
  if (Number(values.waiting) > 0) await inPlace(engine, (place) => measure(place, Number(values.waiting)));
}
console.log(brokenBounds() === 0 ? "No event was lost, and none overtook another of its resource." : "Broken.");
process.exit(brokenBounds() === 0 ? 0 : 1);

async function inPlace(engine: EngineName, work: (place: Place) => Promise<void>): Promise<void> {
  const place = newPlace(engine);
  try {
    await work(place);
  } finally {
    await drop(place);
  }
}

/** A process, and all that it has said. */
interface Worker {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  tell(task: Task): void;
}

async function start(settings: Start, facts: Fact[]): Promise<Worker> {
  const child = fork(fileURLToPath(new URL("outbox-worker.ts", import.meta.url)), [JSON.stringify(settings)], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  let rest = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) facts.push(JSON.parse(line) as Fact);
  });
  const ended = once(child, "close").then(() => undefined);
  await Promise.race([once(child, "message"), ended]);
  return { child, ended, tell: (task) => void child.send(task) };
}

interface Race {
  readonly events: number;
  readonly processes: number;
  readonly kills: number;
  readonly isNaive: boolean;
}

async function race(place: Place, { events, processes, kills, isNaive }: Race): Promise<void> {
  console.log(
    `\n${place.engine}: ${processes} processes hand out ${events} events${isNaive ? ", by a naive outbox" : `, ${kills} of them are killed`}`,
  );
  const opened = await open(place, { connections: 8 });
  const facts: Fact[] = [];
  const settings: Start = { place, isNaive, lease: LEASE };
  const resources = Math.max(10, Math.round(events / 20));
  const half = await append(opened, resources, 0, Math.round(events / 2));
  const workers = await Promise.all(Array.from({ length: processes }, () => start(settings, facts)));
  const began = performance.now();
  for (const { tell } of workers) tell({ task: "drain" });
  const killed = new Set<number>();
  const killing = killSome(workers, kills, killed, settings, facts);
  await append(opened, resources, half, events, half);
  await killing;
  while ((await outboxOf(opened).lag()).waiting > 0) await pause(20);
  const seconds = (performance.now() - began) / 1000;
  for (const worker of workers) worker.tell({ task: "stop" });
  await Promise.all(workers.map(({ child }) => (child.killed ? undefined : once(child, "message"))));
  for (const { child, ended } of workers) {
    child.kill();
    await ended;
  }
  await opened.close();
  report(facts, { events, resources, killed, isNaive, seconds });
}

/** Kills some of the workers in their work, each replaced by another one. */
async function killSome(workers: Worker[], kills: number, killed: Set<number>, settings: Start, facts: Fact[]) {
  for (let kill = 0; kill < kills; kill++) {
    await pause(300 + Math.random() * 300);
    const victim = workers[kill] as Worker;
    killed.add(Number(victim.child.pid));
    victim.child.kill("SIGKILL");
    await victim.ended;
    workers[kill] = await start(settings, facts);
    workers[kill]?.tell({ task: "drain" });
  }
}

/** Appends the events from one number to another, in turn for each resource; some in transactions that fail, and are no events. */
async function append(opened: Opened, resources: number, from: number, to: number, slowly = 0): Promise<number> {
  const outbox = outboxOf(opened);
  for (let number = from; number < to; number += 100) {
    const entries = Array.from({ length: Math.min(100, to - number) }, (_, index) =>
      entryOf(number + index, resources),
    );
    if (slowly === 0) await outbox.append(entries, {});
    else {
      await opened.storage
        .transaction?.(async ({ outbox: inner }) => {
          await inner?.append(
            entries.map((entry) => ({ ...entry, event: JSON.stringify({ number: -1 }) })),
            {},
          );
          throw new Error("rolled back");
        }, {})
        .catch(() => undefined);
      await opened.storage.transaction?.(async ({ outbox: inner }) => inner?.append(entries, {}), {});
    }
  }
  return to;
}

function entryOf(number: number, resources: number): NewOutboxEntry {
  const id = `r${number % resources}`;
  const event = JSON.stringify({ id, number: Math.floor(number / resources) });
  return { resourceType: "User", id, event, at: new Date().toISOString() };
}

function outboxOf({ storage }: Opened): Outbox {
  if (storage.outbox === undefined) throw new Error("the storage has no outbox");
  return storage.outbox;
}

/** One time that an event was handed out. */
interface HandOver {
  readonly number: number;
  readonly by: number;
  readonly begun: bigint;
  /** Undefined where the process was killed meanwhile. */
  ended: bigint | undefined;
}

interface Outcome {
  readonly events: number;
  readonly resources: number;
  readonly killed: ReadonlySet<number>;
  readonly isNaive: boolean;
  readonly seconds: number;
}

function report(facts: readonly Fact[], { events, resources, killed, isNaive, seconds }: Outcome): void {
  const byResource = handOversOf(facts);
  let [lost, doubles, unexplained, overtaken, ghosts] = [0, 0, 0, 0, 0];
  for (let resource = 0; resource < resources; resource++) {
    const all = byResource.get(`r${resource}`) ?? [];
    const expected = Math.ceil((events - resource) / resources);
    ghosts += all.filter(({ number }) => number < 0).length;
    for (let number = 0; number < expected; number++) {
      const times = all.filter((one) => one.number === number);
      if (times.length === 0) lost++;
      doubles += Math.max(0, times.length - 1);
      // All but the last one were those of processes that were killed.
      unexplained += times.slice(0, -1).filter(({ by }) => !killed.has(by)).length;
    }
    all.forEach((one, index) => {
      const next = all[index + 1];
      if (next === undefined) return;
      if (next.number < one.number || (one.ended !== undefined && next.begun < one.ended)) overtaken++;
    });
  }
  console.log(
    `  ${events} events in ${seconds.toFixed(1)} s: ${Math.round(events / seconds)} a second; ${doubles} handed out twice`,
  );
  if (isNaive) {
    // Whoever wants to know whether this script can tell sees it here.
    hold("naive: events that were not seen to go wrong", doubles + overtaken > 0 ? 0 : events, 0);
    console.log(`  naive: ${lost} lost, ${doubles} doubles, ${overtaken} out of order`);
    return;
  }
  hold("lost", lost, 0);
  hold("out of order, or two of a resource at once", overtaken, 0);
  hold("doubles of processes that were not killed", unexplained, 0);
  hold("events of transactions that were rolled back", ghosts, 0);
}

function handOversOf(facts: readonly Fact[]): ReadonlyMap<string, readonly HandOver[]> {
  const byResource = new Map<string, HandOver[]>();
  for (const fact of facts) {
    if ("begun" in fact) {
      const all = byResource.get(fact.begun) ?? [];
      byResource.set(fact.begun, all);
      all.push({ number: fact.number, by: fact.by, begun: BigInt(fact.time), ended: undefined });
    }
  }
  for (const fact of facts) {
    if (!("ended" in fact)) continue;
    const time = BigInt(fact.time);
    const own = (byResource.get(fact.ended) ?? []).filter(
      ({ number, by, begun, ended }) =>
        number === fact.number && by === fact.by && ended === undefined && begun <= time,
    );
    const [first] = own;
    if (first !== undefined) first.ended = time;
  }
  for (const all of byResource.values()) all.sort((left, right) => (left.begun < right.begun ? -1 : 1));
  return byResource;
}

/** Kills processes right behind the commit, in the handler, and whenever it is; what each said that it had created must be handed out. */
async function killBetween(place: Place, kills: number): Promise<void> {
  console.log(`\n${place.engine}: ${kills} processes are killed between a commit and the end of its hand-over`);
  const opened = await open(place);
  const facts: Fact[] = [];
  let next = 0;
  const killInTurn = async (): Promise<void> => {
    for (let cycle = next++; cycle < kills; cycle = next++) {
      const worker = await start({ place, isNaive: false, lease: SHORT_LEASE }, facts);
      const dies = DEATHS[cycle % DEATHS.length] as (typeof DEATHS)[number];
      worker.tell({ task: "write", from: cycle * 1_000_000, dies });
      if (dies === "whenever") {
        await Promise.race([once(worker.child.stdout as NodeJS.ReadableStream, "data"), worker.ended]);
        await pause(Math.random() * 100);
        worker.child.kill("SIGKILL");
      }
      await worker.ended;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, killInTurn));
  const handed = new Set(facts.flatMap((fact) => ("ended" in fact ? [fact.ended] : [])));
  const created = facts.flatMap((fact) => ("created" in fact ? [fact.created] : []));
  const left = await opened.storage.outbox?.lag();
  const scim = createScim({
    resourceTypes: [User, Group],
    storage: opened.storage,
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
    outbox: true,
  });
  const drained = new AbortController();
  const end = scim.drain(({ id }) => void handed.add(id), { signal: drained.signal, interval: 20 });
  while ((await scim.lag()).waiting > 0) await pause(20);
  drained.abort();
  await end;
  await opened.close();
  console.log(
    `  ${created.length} changes were answered with success; ${left?.waiting} events were left when the last process had died`,
  );
  hold("events that were lost", created.filter((id) => !handed.has(id)).length, 0);
}

/** What it takes to take one event and to be done with it, with few that wait and with many. */
async function measure(place: Place, many: number): Promise<void> {
  console.log(`\n${place.engine}: what it takes to append, take and settle one event`);
  const opened = await open(place);
  const outbox = outboxOf(opened);
  const few = await timeOf(outbox);
  // Half of them are behind one that failed, the other half failed themselves; nobody has looked at the table's statistics.
  for (let number = 0; number < many; number += 1000) {
    const at = new Date().toISOString();
    const entries = Array.from({ length: 1000 }, (_, index) => ({
      resourceType: "User",
      id: index % 2 === 0 ? "poisoned" : `failed-${number + index}`,
      event: JSON.stringify({ number }),
      at,
    }));
    await outbox.append(entries, {});
  }
  const began = performance.now();
  for (let taken = await outbox.take({ count: 1000, lease: 3_600_000 }); taken.length > 0; ) {
    await outbox.settle({ done: [], failed: taken.map((entry) => ({ entry, retryIn: 3_600_000 })) });
    taken = await outbox.take({ count: 1000, lease: 3_600_000 });
  }
  console.log(`  to look at ${many} events once: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  const lots = await timeOf(outbox);
  await opened.close();
  console.log(`  ${few.toFixed(2)} ms with none that waits, ${lots.toFixed(2)} ms with ${many}`);
  hold("times as long with many that wait", lots / few, 2);
}

async function timeOf(outbox: Outbox): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 120; round++) {
    const start = performance.now();
    await outbox.append(
      [{ resourceType: "User", id: `timed-${round}`, event: "{}", at: new Date().toISOString() }],
      {},
    );
    const done = await outbox.take({ count: 10, lease: 60_000 });
    await outbox.settle({ done, failed: [] });
    if (round >= 20) times.push(performance.now() - start);
  }
  return median(times);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
