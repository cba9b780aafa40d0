// npm run bench:slow-readers [-- --members=60000 --engines=sqlite,postgres]
// What clients that do not read their answers cost others: as many as a pool has connections ask for a large group and take
// nothing of it, and another tenant is timed. Figures with the bounds that they are held to; exit code 1 where one is broken.
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { parseArgs } from "node:util";
import { CompiledQuery } from "kysely";
import { nodeHandler } from "../src/hosts/node.ts";
import { createScim, EnterpriseUserSchema, Group, User } from "../src/index.ts";
import { drop, ENGINES, type EngineName, newPlace, type Opened, open } from "./storage/engine.ts";
import { load } from "./storage/load.ts";
import { brokenBounds, hold, median, milliseconds } from "./storage/statistics.ts";

const { values } = parseArgs({
  options: {
    // The body is to be larger than what kernels keep of it for a socket that nobody reads.
    members: { type: "string", default: "60000" },
    engines: { type: "string", default: ENGINES.join(",") },
    rounds: { type: "string", default: "300" },
    writes: { type: "string", default: "3000" },
  },
});
const members = Number(values.members);
const rounds = Number(values.rounds);
/** The connections of a pool, as they come, and as many readers. */
const CONNECTIONS: Readonly<Record<EngineName, number>> = { sqlite: 16, postgres: 10, mariadb: 10 };
/** The longest that another tenant's request is waited for. */
const LONGEST_WAIT = 5000;
/** Most that SQLite's log may hold: what it is written back at is 4 MB. */
const MOST_LOG = 16;

for (const engine of values.engines.split(",") as EngineName[]) await measure(engine);
console.log(brokenBounds() === 0 ? "All bounds hold." : `${brokenBounds()} bounds are broken.`);
process.exit(brokenBounds() === 0 ? 0 : 1);

async function measure(engine: EngineName): Promise<void> {
  const place = newPlace(engine);
  try {
    const opened = await open(place, { connections: CONNECTIONS[engine] });
    const { groups } = await load(opened, members, [members]);
    console.log(`\n${engine}: ${CONNECTIONS[engine]} readers of a group of ${members}`);
    await withServer(opened, groups.get(members) as string, engine);
    await opened.close();
  } finally {
    await drop(place);
  }
}

async function withServer(opened: Opened, group: string, engine: EngineName): Promise<void> {
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage: opened.storage,
    baseUrl: "http://127.0.0.1/scim/v2",
    authenticate: ({ headers }) => (headers["x-tenant"] === undefined ? {} : { tenant: String(headers["x-tenant"]) }),
  });
  const server = createServer(nodeHandler(scim)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const ask = otherTenant(port);
  await ask("POST", "/Users", { schemas: [User.schema.id], userName: "ada" });
  await time(ask, 100);
  const idle = await time(ask, rounds);
  const readers = await slowReaders(server, port, group, CONNECTIONS[engine]);
  const held = await time(ask, rounds).catch((error: unknown) => {
    console.log(`          ${error}`);
    return { median: Number.POSITIVE_INFINITY, p95: Number.POSITIVE_INFINITY };
  });
  console.log(
    `          another tenant: median ${milliseconds(idle.median)}, p95 ${milliseconds(idle.p95)} idle; ${milliseconds(held.median)}, ${milliseconds(held.p95)} under them`,
  );
  hold("median under readers ÷ idle", held.median / idle.median, 2);
  hold("p95 under readers ÷ idle", held.p95 / idle.p95, 2);
  hold("readers that were through meanwhile", CONNECTIONS[engine] - readers.open(), 0);
  readers.leave();
  if (engine === "sqlite") await logUnder(opened, server, port, group, ask);
  server.close();
  server.closeAllConnections();
}

type Ask = (method: string, path: string, body?: object) => Promise<number>;

function otherTenant(port: number): Ask {
  return async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}/scim/v2${path}`, {
      method,
      headers: { "x-tenant": "other", "content-type": "application/scim+json" },
      signal: AbortSignal.timeout(LONGEST_WAIT),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await response.arrayBuffer();
    return response.status;
  };
}

async function time(ask: Ask, count: number): Promise<{ readonly median: number; readonly p95: number }> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    const status = await ask("GET", `/Users?filter=${encodeURIComponent('userName eq "ada"')}`);
    if (status !== 200) throw new Error(`another tenant was answered with ${status}`);
    times.push(performance.now() - start);
  }
  times.sort((left, right) => left - right);
  return { median: median(times), p95: times[Math.floor(times.length * 0.95)] ?? Number.NaN };
}

/** Clients that ask for the group and take nothing but what the kernel takes for them. */
async function slowReaders(server: Server, port: number, group: string, count: number) {
  let unfinished = 0;
  const note = (_: unknown, response: NodeJS.EventEmitter): void => {
    unfinished++;
    response.on("close", () => unfinished--);
  };
  server.on("request", note);
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index++) {
    const socket = connect({ port, host: "127.0.0.1" }).on("error", () => undefined);
    sockets.push(socket);
    await once(socket, "connect");
    socket.write(`GET /scim/v2/Groups/${group} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    await Promise.race([once(socket, "readable"), new Promise((resolve) => setTimeout(resolve, LONGEST_WAIT))]);
  }
  // What is still written goes into the kernel's buffers.
  await new Promise((resolve) => setTimeout(resolve, 500));
  server.off("request", note);
  return {
    open: () => unfinished,
    leave: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** How far SQLite's log grows by writes while a reader is held. */
async function logUnder({ place, db }: Opened, server: Server, port: number, group: string, ask: Ask): Promise<void> {
  // What loading left of it is not the readers' doing.
  await db.executeQuery(CompiledQuery.raw("PRAGMA wal_checkpoint(TRUNCATE)"));
  const readers = await slowReaders(server, port, group, 1);
  for (let index = 0; index < Number(values.writes); index++) {
    const status = await ask("POST", "/Users", { schemas: [User.schema.id], userName: `u${index}` });
    if (status !== 201) throw new Error(`a write was answered with ${status}`);
  }
  const log = `${place.file}-wal`;
  const size = existsSync(log) ? statSync(log).size / 2 ** 20 : 0;
  hold(`size of the log after ${values.writes} writes under a held reader`, size, MOST_LOG, " MB");
  readers.leave();
}
