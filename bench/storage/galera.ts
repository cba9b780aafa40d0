// npm run bench:galera [-- --adds=600 --names=100 --rounds=3 --writes=150]
// Three MariaDB servers in a Galera cluster, all of which take writes: what all add to one group, names that all want, and a server
// that is killed under load and comes back. Nothing locks beyond its own server there: of two that changed a row at once the later one
// learns at its COMMIT that it has lost, and is tried again. Whether a write is lost is decided by reading each server afterwards.
import { parseArgs } from "node:util";
import { Kysely, MysqlDialect } from "kysely";
import mysql from "mysql2";
import { createScim, EnterpriseUserSchema, Group, type Scim, type ScimNotice, User } from "../../src/index.ts";
import { SELECT_ALL } from "../../src/storage/adapter.ts";
import { type SqlStorage, sqlStorage } from "../../src/storage/sql/index.ts";
import { check } from "./facts.ts";
import { type GaleraCluster, type Node, startGalera } from "./galera-cluster.ts";
import { GroupType } from "./load.ts";
import { causesOf } from "./scenario.ts";
import { brokenBounds, hold } from "./statistics.ts";
import { startTraffic } from "./traffic.ts";

const DATABASE = "scimkit";
const NODES = 3;

const { values } = parseArgs({
  options: {
    adds: { type: "string", default: "600" },
    names: { type: "string", default: "100" },
    rounds: { type: "string", default: "3" },
    writes: { type: "string", default: "150" },
  },
});

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const cluster = await startGalera(NODES);
if (cluster === undefined) {
  console.log("MariaDB's programs, the library of Galera or rsync are not on this machine: nothing was tried.");
  process.exit(0);
}
try {
  await makeTables(cluster.nodes[0] as Node);
  await raceForMembers(cluster, Number(values.adds));
  await raceForNames(cluster, Number(values.names));
  for (let round = 0; round < Number(values.rounds); round++) await loseNode(cluster, round);
} finally {
  await cluster.stop();
}
console.log(brokenBounds() === 0 ? "\nNothing that was acknowledged was lost." : "\nBroken.");
process.exit(brokenBounds() === 0 ? 0 : 1);

/** A process of a host's that has one of the servers as its database. */
interface Service {
  readonly node: Node;
  readonly scim: Scim;
  readonly storage: SqlStorage;
  readonly faults: Extract<ScimNotice, { type: "fault" }>[];
  close(): Promise<void>;
}

function openService(node: Node): Service {
  const pool = mysql.createPool({ uri: `${node.url}/${DATABASE}`, connectionLimit: 4, connectTimeout: 2000 });
  const db = new Kysely<unknown>({ dialect: new MysqlDialect({ pool }) });
  const storage = sqlStorage({ db });
  const faults: Service["faults"] = [];
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage,
    baseUrl: "https://example.com/scim/v2",
    unsafeNoAuthentication: true,
    timeout: 10_000,
    onNotice: (notice) => {
      if (notice.type === "fault") faults.push(notice);
    },
  });
  return { node, scim, storage, faults, close: () => db.destroy() };
}

async function makeTables(first: Node): Promise<void> {
  const connection = mysql.createConnection({ uri: first.url }).promise();
  await connection.query(`CREATE DATABASE ${DATABASE}`);
  await connection.end();
  const service = openService(first);
  await service.storage.prepare();
  await service.close();
}

/** Runs work over a service a node, and closes them. */
async function inServices(
  { nodes }: GaleraCluster,
  work: (services: readonly Service[]) => Promise<void>,
): Promise<void> {
  const services = nodes.map(openService);
  try {
    await work(services);
  } finally {
    for (const service of services) await service.close();
  }
}

function raceForMembers(cluster: GaleraCluster, count: number): Promise<void> {
  return inServices(cluster, async (services) => {
    const [first] = services as [Service];
    const group = await create(first, "Groups", { schemas: [Group.schema.id], displayName: "All" });
    const users: string[] = [];
    for (let number = 0; number < count; number++)
      users.push(await create(first, "Users", userNamed(`member-${number}@example.com`)));
    const statuses = new Map<number, number>();
    const start = performance.now();
    await Promise.all(
      services.flatMap((service, index) =>
        [0, 1].map(async (half) => {
          for (const value of users.filter((_, number) => number % (2 * NODES) === 2 * index + half)) {
            const addition = { op: "add", path: "members", value: [{ value }] };
            while ((await send(service, "PATCH", `Groups/${group}`, patchOf(addition), statuses)).status === 503) {
              // Told to come back.
            }
          }
        }),
      ),
    );
    const seconds = (performance.now() - start) / 1000;
    console.log(
      `\n${count} additions to one group by ${2 * NODES} clients of ${NODES} servers in ${seconds.toFixed(1)} s`,
    );
    tell(statuses, services);
    const acknowledged = (statuses.get(204) ?? 0) + (statuses.get(200) ?? 0);
    for (const { node, storage } of services) {
      const stored = await storage.get({ resourceType: GroupType, id: group, select: SELECT_ALL }, {});
      const members = (stored?.members as readonly unknown[] | undefined)?.length ?? 0;
      hold(`additions lost on ${node.name}`, acknowledged - members, 0);
      hold("versions more or less than additions", Math.abs(Number(stored?.meta.version) - 1 - members), 0);
    }
    holdAnswers(statuses, [200, 204, 503]);
  });
}

function raceForNames(cluster: GaleraCluster, count: number): Promise<void> {
  return inServices(cluster, async (services) => {
    const names = Array.from({ length: count }, (_, number) => `race-${number}@example.com`);
    const winners = new Map<string, number>();
    const statuses = new Map<number, number>();
    await Promise.all(
      services.map(async (service) => {
        for (const name of names) {
          let status = 503;
          while (status === 503) ({ status } = await send(service, "POST", "Users", userNamed(name), statuses));
          if (status === 201) winners.set(name, (winners.get(name) ?? 0) + 1);
        }
      }),
    );
    console.log(`\n${count} names × ${NODES} creators, one at each server`);
    tell(statuses, services);
    hold("names created twice", [...winners.values()].filter((times) => times > 1).length, 0);
    hold("names created by nobody", count - winners.size, 0);
    holdAnswers(statuses, [201, 409, 503]);
  });
}

/** One of the servers is killed in the middle of its work, is missed, and comes back. */
function loseNode(cluster: GaleraCluster, round: number): Promise<void> {
  return inServices(cluster, async (services) => {
    const [first] = services as [Service];
    const group = await create(first, "Groups", { schemas: [Group.schema.id], displayName: `Group ${round}` });
    const writes = Number(values.writes);
    const traffic = startTraffic(
      services.map(({ scim }) => scim),
      group,
    );
    await traffic.more(writes);
    const lost = cluster.nodes[(round + 1) % NODES] as Node;
    const start = performance.now();
    await lost.kill();
    await traffic.more(writes);
    console.log(
      `\n${lost.name} was killed; ${writes} more writes after ${((performance.now() - start) / 1000).toFixed(1)} s`,
    );
    await lost.join(NODES);
    await traffic.more(writes);
    await traffic.stop();
    tell(traffic.statuses, services);
    for (const { node, storage } of services) await check(`read at ${node.name}`, storage, group, traffic.facts);
    holdAnswers(traffic.statuses, [200, 201, 204, 503]);
    hold("503s without Retry-After", traffic.unsaid(), 0);
  });
}

function tell(statuses: ReadonlyMap<number, number>, services: readonly Service[]): void {
  const answered = [...statuses]
    .sort(([left], [right]) => left - right)
    .map(([status, times]) => `${status} × ${times}`);
  console.log(`  answers: ${answered.join(", ")}; causes: ${causesOf(services.flatMap(({ faults }) => faults))}`);
}

function holdAnswers(statuses: ReadonlyMap<number, number>, expected: readonly number[]): void {
  const others = [...statuses].filter(([status]) => !expected.includes(status));
  hold(
    `answers other than ${expected.join(", ")}`,
    others.reduce((sum, [, times]) => sum + times, 0),
    0,
  );
}

async function create(service: Service, endpoint: string, body: object): Promise<string> {
  const answer = await send(service, "POST", endpoint, body);
  if (answer.status !== 201) throw new Error(`${answer.status}: ${answer.body}`);
  return (JSON.parse(String(answer.body)) as { id: string }).id;
}

async function send(
  { scim }: Service,
  method: string,
  path: string,
  body: object,
  statuses: Map<number, number> = new Map(),
) {
  const headers = { "content-type": "application/scim+json" };
  const answer = await scim.handle({ method, url: `/scim/v2/${path}`, headers, body: JSON.stringify(body) });
  statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
  return answer;
}

function userNamed(userName: string) {
  return { schemas: [User.schema.id], userName };
}

function patchOf(operation: object) {
  return { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: [operation] };
}
