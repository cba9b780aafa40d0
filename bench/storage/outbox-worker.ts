// One process of several that hand out the events of one outbox, or one that is killed on the way; see outbox.ts. What it does it says on
// standard output, written at once, so that a kill does not take it along.
import { writeSync } from "node:fs";
import { CompiledQuery } from "kysely";
import { createScim, Group, type Outbox, type OutboxEvent, User } from "../../src/index.ts";
import { type Opened, open, type Place } from "./engine.ts";

/** What a worker is told when it starts. */
export interface Start {
  readonly place: Place;
  /** Takes events without a lease and removes them when they are done. */
  readonly isNaive: boolean;
  readonly lease: number;
}

/** What a worker does. */
export type Task =
  /** Hands out events until it is told to stop. */
  | { readonly task: "drain" }
  | { readonly task: "stop" }
  /** Creates users, and hands out their events at the same time or, where it is to die first, not at all. */
  | { readonly task: "write"; readonly from: number; readonly dies: "committed" | "handing" | "whenever" };

/** What a worker says. Times are those of the machine, the same for all processes. */
export type Fact =
  | { readonly begun: string; readonly number: number; readonly by: number; readonly time: string }
  | { readonly ended: string; readonly number: number; readonly by: number; readonly time: string }
  | { readonly created: string };

const { place, isNaive, lease } = JSON.parse(process.argv[2] ?? "") as Start;
const opened = await open(place, { connections: 4 });
const scim = createScim({
  resourceTypes: [User, Group],
  storage: isNaive ? { ...opened.storage, outbox: naive(opened) } : opened.storage,
  baseUrl: "https://example.com/scim/v2",
  unsafeNoAuthentication: true,
  outbox: true,
});
const stopping = new AbortController();
/** Whether a client has its answer, and who waits for that. */
let isAnswered = false;
let heard = (): void => undefined;

process.on("message", async (message: Task) => {
  if (message.task === "stop") stopping.abort();
  else if (message.task === "drain") {
    await scim.drain(handOut, { signal: stopping.signal, interval: 20, lease, concurrency: 10 });
    process.send?.({ done: true });
  } else await write(message);
});
process.on("disconnect", () => process.exit());
process.send?.({ ready: process.pid });

async function handOut(event: OutboxEvent): Promise<void> {
  const about = { number: (event as { readonly number?: number }).number ?? 0, by: process.pid };
  say({ begun: event.id, ...about, time: String(process.hrtime.bigint()) });
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
  say({ ended: event.id, ...about, time: String(process.hrtime.bigint()) });
}

async function write({ from, dies }: Extract<Task, { task: "write" }>): Promise<void> {
  if (dies === "handing") scim.drain(dieInHandOver, { lease, interval: 20 });
  if (dies === "whenever") scim.drain(handOut, { lease, interval: 20 });
  for (let number = from; ; number++) {
    const response = await scim.handle({
      method: "POST",
      url: "/scim/v2/Users",
      headers: { "content-type": "application/scim+json" },
      body: JSON.stringify({ schemas: [User.schema.id], userName: `user-${number}` }),
    });
    if (response.status !== 201) continue;
    const { id } = JSON.parse(String(response.body));
    say({ created: id });
    isAnswered = true;
    heard();
    if (dies === "committed") die();
  }
}

/** Dies when a client has its answer and a hand-over has begun: of its change, or of what a process of before has left. */
async function dieInHandOver(): Promise<void> {
  while (!isAnswered)
    await new Promise<void>((resolve) => {
      heard = resolve;
    });
  die();
}

function die(): void {
  process.kill(process.pid, "SIGKILL");
}

function say(fact: Fact): void {
  writeSync(1, `${JSON.stringify(fact)}\n`);
}

/** What many a home-made outbox does: looks what is there, hands it out, and removes it. */
function naive({ db }: Opened): Outbox {
  const table = `"${place.schema}".scim_outbox`;
  const run = (text: string, parameters: readonly unknown[]) =>
    db.executeQuery<Readonly<Record<string, unknown>>>(CompiledQuery.raw(text, [...parameters]));
  return {
    ...(opened.storage.outbox as Outbox),
    async take({ count }) {
      const { rows } = await run(`SELECT * FROM ${table} ORDER BY position LIMIT $1`, [count]);
      return rows.map(({ position, type, id, event, at }) => ({
        position: String(position),
        resourceType: String(type),
        id: String(id),
        event: String(event),
        at: String(at),
        attempts: 0,
      }));
    },
    async settle({ done }) {
      await run(`DELETE FROM ${table} WHERE position = ANY ($1)`, [done.map(({ position }) => position)]);
    },
  };
}
