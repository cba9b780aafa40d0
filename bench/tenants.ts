// npm run bench:tenants [-- --users=100000 --tenants=10000 --engines=sqlite,postgres]
// What it takes to export, rename and delete a large tenant, what another tenant notices of it meanwhile, and what a process remembers
// of many tenants. Figures with the bounds that they are held to; exit code 1 where one is broken.

import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { SqlStorage } from "../src/storage/sql/index.ts";
import { drop, ENGINES, type EngineName, newPlace, open } from "./storage/engine.ts";
import { load, UserType, userOf } from "./storage/load.ts";
import { brokenBounds, hold, median, milliseconds } from "./storage/statistics.ts";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "100000" },
    tenants: { type: "string", default: "10000" },
    engines: { type: "string", default: ENGINES.join(",") },
  },
});
const users = Number(values.users);
const tenants = Number(values.tenants);

/** How many times longer 19 of 20 requests of another tenant may take meanwhile. */
const MOST_RATIO = 10;
/** Most bytes of the heap that a tenant may hold in the end. */
const MOST_BYTES = 100;

setFlagsFromString("--expose-gc");
/** Numbers the users of other tenants. */
let number = 1_000_000_000;

const collect = runInNewContext("gc") as () => void;

for (const engine of values.engines.split(",") as EngineName[]) await measure(engine);
console.log(brokenBounds() === 0 ? "All bounds hold." : `${brokenBounds()} bounds are broken.`);
process.exit(brokenBounds() === 0 ? 0 : 1);

async function measure(engine: EngineName): Promise<void> {
  const place = newPlace(engine);
  try {
    const opened = await open(place, { connections: 8 });
    const { storage } = opened;
    const sizes = [10, 100, 1000, 10_000, users];
    await load(opened, users, sizes);
    console.log(`\n${engine}: a tenant of ${users} users and ${sizes.length} groups of up to ${users} members`);
    await idleTimes(storage, 50);
    const idle = await idleTimes(storage, 300);
    console.log(`  another tenant, idle: reads ${told(idle.reads)}, writes ${told(idle.writes)}`);
    const beside = async (what: string, work: () => Promise<unknown>, isLocked = false): Promise<void> => {
      const { took, cpu, reads, writes, refused } = await timesBeside(storage, work);
      console.log(`  ${what}: ${seconds(took)}, of which the processor ${seconds(cpu)}`);
      console.log(`    another tenant: reads ${told(reads)}, writes ${told(writes)}, ${refused} refused with 503`);
      hold("p95 of its reads ÷ idle", p95(reads) / p95(idle.reads), MOST_RATIO);
      // One writer at a time, so that all wait for one that takes long.
      if (isLocked) return;
      hold("p95 of its writes ÷ idle", p95(writes) / p95(idle.writes), MOST_RATIO);
      hold("its writes that were refused", refused, 0);
    };
    await beside("exported", async () => {
      let count = 0;
      for await (const _ of storage.exportTenant(undefined)) count++;
      if (count !== users + sizes.length) throw new Error(`${count} were exported`);
    });
    await beside("renamed", () => storage.renameTenant(undefined, "acme"), engine === "sqlite");
    await beside("deleted", () => storage.deleteTenant("acme"));
    await remembered(storage);
    await opened.close();
  } finally {
    await drop(place);
  }
}

interface Times {
  readonly reads: number[];
  readonly writes: number[];
  refused: number;
}

function idleTimes(storage: SqlStorage, rounds: number): Promise<Times> {
  let left = rounds;
  return ask(storage, () => left-- > 0);
}

interface TimesBeside extends Times {
  /** How long the work took, and how long of it the threads of this process worked, in milliseconds. */
  readonly took: number;
  readonly cpu: number;
}

async function timesBeside(storage: SqlStorage, work: () => Promise<unknown>): Promise<TimesBeside> {
  let isDone = false;
  const [start, before] = [performance.now(), process.cpuUsage()];
  const working = work().finally(() => {
    isDone = true;
  });
  const times = await ask(storage, () => !isDone);
  await working;
  const { user, system } = process.cpuUsage(before);
  return { ...times, took: performance.now() - start, cpu: (user + system) / 1000 };
}

/** Lets another tenant write and read for as long as it is to. */
async function ask(storage: SqlStorage, isToGoOn: () => boolean): Promise<Times> {
  const times: Times = { reads: [], writes: [], refused: 0 };
  const context = { tenant: "other" };
  const known = crypto.randomUUID();
  await create(storage, known, context.tenant);
  const reading = async (): Promise<void> => {
    while (isToGoOn()) {
      const start = performance.now();
      await storage.get({ resourceType: UserType, id: known, select: { includes: () => true } }, context);
      times.reads.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const writing = async (): Promise<void> => {
    while (isToGoOn()) {
      const start = performance.now();
      try {
        await create(storage, crypto.randomUUID(), context.tenant);
        times.writes.push(performance.now() - start);
      } catch (error) {
        if ((error as { status?: unknown }).status !== 503) throw error;
        times.refused++;
      }
    }
  };
  await Promise.all([reading(), writing()]);
  return times;
}

async function create(storage: SqlStorage, id: string, tenant: string): Promise<void> {
  const request = { resourceType: UserType, resource: userOf(id, number++), secrets: {}, checkReferences: {} };
  const rest = { select: { includes: () => false }, at: "2026-01-01T00:00:00.000Z", notify: () => undefined };
  await storage.create({ ...request, ...rest }, { tenant });
}

/** Asks for many tenants, and looks at what is kept of them. */
async function remembered(storage: SqlStorage): Promise<void> {
  const touch = async (from: number, to: number): Promise<void> => {
    for (let tenant = from; tenant < to; tenant++) await create(storage, crypto.randomUUID(), `tenant-${tenant}`);
  };
  await touch(0, 200);
  collect();
  const before = process.memoryUsage().heapUsed;
  await touch(200, tenants);
  collect();
  hold(
    `heap per tenant of ${tenants}`,
    (process.memoryUsage().heapUsed - before) / (tenants - 200),
    MOST_BYTES,
    " bytes",
  );
}

function p95(times: readonly number[]): number {
  return times.toSorted((left, right) => left - right)[Math.floor(times.length * 0.95)] ?? Number.NaN;
}

function seconds(time: number): string {
  return `${(time / 1000).toFixed(1)} s`;
}

function told(times: readonly number[]): string {
  return `median ${milliseconds(median(times))}, p95 ${milliseconds(p95(times))}, longest ${milliseconds(Math.max(...times))}`;
}
