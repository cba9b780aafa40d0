// A service under the load of clients that write, while something happens to its database; and what is held of it afterwards.
import { type Cluster, until } from "./cluster.ts";
import { check } from "./facts.ts";
import { type Forwarder, startForwarder } from "./forwarder.ts";
import { type Opening, openService, type Service, TIMEOUT } from "./service.ts";
import { hold } from "./statistics.ts";
import { startTraffic, type Traffic } from "./traffic.ts";

/** How scenarios are played. */
export const terms = {
  /** What bounds of time are multiplied by, on machines that have much else to do. */
  margin: 1,
  /** How many writes are waited for, before, between and after what happens. */
  writes: 150,
};

/** How long a service may take until it serves again once its database does, in milliseconds. */
const LONGEST_RECOVERY = 3000;

/** What a scenario has at hand. */
export interface Scene {
  readonly cluster: Cluster;
  readonly forwarder: Forwarder;
  readonly services: readonly Service[];
  readonly traffic: Traffic;
}

/** What a scenario came to. */
export interface Outcome {
  /** Where the database is read afterwards. */
  readonly cluster: Cluster;
  /** When the database could serve again, by `performance.now()`; undefined where it always could. */
  readonly mendedAt?: number;
  /** How many connections the server cannot know to be gone. Default 0. */
  readonly left?: number;
}

/** Both kinds of services at once. */
export const BOTH: readonly Opening[] = [{}, { isNamed: false }];

/** Plays a scenario under load over a running server, and says what became of it. */
export async function play(
  what: string,
  cluster: Cluster,
  happen: (scene: Scene) => Promise<Outcome>,
  { port = cluster.port, openings = [{}] }: { readonly port?: number; readonly openings?: readonly Opening[] } = {},
): Promise<void> {
  const own = openService(cluster.url);
  await own.storage.prepare();
  const group = await createGroup(own);
  await own.close();
  const forwarder = await startForwarder(port);
  const url = `postgres://postgres@127.0.0.1:${forwarder.port}/postgres`;
  const services = openings.map((opening) => openService(url, opening));
  const traffic = startTraffic(
    services.map(({ scim }) => scim),
    group,
  );
  await traffic.more(terms.writes);
  const outcome = await happen({ cluster, forwarder, services, traffic });
  await traffic.more(terms.writes);
  await traffic.stop();
  const reader = openService(outcome.cluster.url);
  await check(what, reader.storage, group, traffic.facts);
  await reader.close();
  holdAnswers(traffic, services);
  holdTimes(traffic, outcome);
  for (const service of services) await holdConnections(service, outcome);
  for (const service of services) await service.close();
  await forwarder.close();
}

async function createGroup({ scim }: Service): Promise<string> {
  const { body } = await scim.handle({
    method: "POST",
    url: "/scim/v2/Groups",
    headers: { "content-type": "application/scim+json" },
    body: JSON.stringify({ schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName: "All" }),
  });
  return (JSON.parse(String(body)) as { id: string }).id;
}

function holdAnswers({ statuses, unsaid }: Traffic, services: readonly Service[]): void {
  const answered = [...statuses].sort(([left], [right]) => left - right);
  const faults = services.flatMap((service) => service.faults);
  console.log(
    `  answers by status: ${answered.map(([status, count]) => `${status} × ${count}`).join(", ")}; causes: ${causesOf(faults)}`,
  );
  const others = answered.filter(([status]) => status > 299 && status !== 503);
  hold("answers that are neither success nor 503", total(others), 0);
  hold("503s without Retry-After", unsaid(), 0);
  const told = faults.filter(({ status }) => status === 503);
  hold("503s that were not told of as a fault", Math.abs(told.length - (statuses.get(503) ?? 0)), 0);
  hold("faults without a cause", faults.filter((fault) => causeOf(fault) === undefined).length, 0);
}

function holdTimes({ acknowledged, longest }: Traffic, { mendedAt }: Outcome): void {
  const gaps = acknowledged.slice(1).map((at, index) => at - (acknowledged[index] ?? at));
  console.log(`  longest time without a write that was acknowledged: ${Math.round(Math.max(...gaps))} ms`);
  hold("longest request", Math.round(longest()), (TIMEOUT + 500) * terms.margin, " ms");
  if (mendedAt === undefined) return;
  const next = acknowledged.find((at) => at > mendedAt) ?? Number.POSITIVE_INFINITY;
  hold(
    "until it serves again once the database does",
    Math.round(next - mendedAt),
    LONGEST_RECOVERY * terms.margin,
    " ms",
  );
}

async function holdConnections({ pool, name }: Service, { cluster, left = 0 }: Outcome): Promise<void> {
  const unknown = async (): Promise<number> => {
    const text = `SELECT count(*) AS count FROM pg_stat_activity WHERE application_name = '${name}'`;
    const [row] = await cluster.ask(text);
    return Math.max(0, Number(row?.count) - pool.totalCount);
  };
  const isQuiet = async (): Promise<boolean> =>
    pool.idleCount === pool.totalCount && pool.waitingCount === 0 && (await unknown()) <= left;
  await until(isQuiet).catch(() => undefined);
  hold("connections that were not given back", pool.totalCount - pool.idleCount + pool.waitingCount, 0);
  hold("connections of the pool", pool.totalCount, pool.options.max);
  hold("connections that only the server knows", await unknown(), left);
}

/** What the driver said, or the clock of the request. */
function causeOf({ error }: Service["faults"][number]): string | undefined {
  const { name, cause } = error as { readonly name?: unknown; readonly cause?: unknown };
  if (name === "TimeoutError") return "timeout";
  if (typeof cause !== "object" || cause === null) return undefined;
  const { code, message } = cause as { readonly code?: unknown; readonly message?: unknown };
  return String(code ?? message);
}

/** The causes of faults, each with how often it was told. */
export function causesOf(faults: Service["faults"]): string {
  const counts = new Map<string, number>();
  for (const fault of faults) {
    const cause = causeOf(fault) ?? "none";
    counts.set(cause, (counts.get(cause) ?? 0) + 1);
  }
  return counts.size === 0 ? "none" : [...counts].map(([cause, count]) => `${cause} × ${count}`).join(", ");
}

function total(counts: readonly (readonly [number, number])[]): number {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}
