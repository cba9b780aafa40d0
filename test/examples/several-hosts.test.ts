import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import pg from "pg";
import { describe, expect, onTestFinished, test } from "vitest";
import { readSettings } from "../../examples/settings.ts";
import { hostsOf, poolOf } from "../../examples/several-hosts.ts";
import { openStorage } from "../../examples/storage.ts";
import { hasPostgres, POSTGRES_URL } from "../storage/sql/engines.ts";

test("a URL with several hosts is one for each, and target_session_attrs is any or read-write", () => {
  const url = "postgres://scim:se%40cret@a:5432,b,[::1]:5433/scim?target_session_attrs=read-write&application_name=x";
  expect(readSettings({ SCIM_DATABASE: url }).database).toBe(url);
  expect(hostsOf(url)).toEqual({
    urls: ["a:5432", "b", "[::1]:5433"].map((host) => `postgres://scim:se%40cret@${host}/scim?application_name=x`),
    mustWrite: true,
  });
  expect(hostsOf("postgresql://a,b/scim?target_session_attrs=any")).toEqual({
    urls: ["postgresql://a/scim", "postgresql://b/scim"],
    mustWrite: false,
  });
  expect(hostsOf(POSTGRES_URL)).toEqual({ urls: [POSTGRES_URL], mustWrite: false });
});

test("what target_session_attrs cannot be is said at start, and no password with it", async () => {
  const opened = openStorage("postgres://scim:secret@a,b/scim?target_session_attrs=standby");
  await expect(opened).rejects.toThrow(
    'SCIM_DATABASE cannot be used: target_session_attrs must be any or read-write; it is "standby".',
  );
});

/** An endpoint of the server: what is done before a connection is led on, and how many came. */
async function endpoint(before: () => Promise<unknown> = async () => undefined) {
  const { hostname, port } = new URL(POSTGRES_URL);
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer(async (near) => {
    count++;
    near.pause();
    await before();
    const far = connect(Number(port || 5432), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  onTestFinished(cut);
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, cut, count: () => count };
}

/** The URL of several endpoints, for a role of the test's own. */
async function severalHosts(
  more: string,
  makeEndpoints: (run: (text: string) => Promise<unknown>, role: string) => Promise<string[]>,
) {
  const admin = new pg.Client({ connectionString: POSTGRES_URL });
  await admin.connect();
  const role = `scimkit_hosts_${process.pid}_${crypto.randomUUID().slice(0, 8)}`;
  await admin.query(`CREATE ROLE ${role} LOGIN`);
  onTestFinished(async () => {
    await admin.query(`DROP ROLE ${role}`);
    await admin.end();
  });
  const hosts = await makeEndpoints((text) => admin.query(text), role);
  return `postgres://${role}@${hosts.join(",")}${new URL(POSTGRES_URL).pathname}${more}`;
}

function open(url: string) {
  const pool = poolOf(hostsOf(url), { max: 2, connectionTimeoutMillis: 10_000 });
  pool.on("error", () => undefined);
  onTestFinished(() => pool.end());
  return async (text = "SELECT 1") => {
    const client = await pool.connect();
    client.on("error", () => undefined);
    try {
      return (await client.query(text)).rows;
    } finally {
      // Each anew, so that the way is chosen each time.
      client.release(true);
    }
  };
}

describe.runIf(hasPostgres)("over two endpoints of a PostgreSQL server", () => {
  test("the first host that takes connections has all of them, until it takes none", async () => {
    const [first, second] = [await endpoint(), await endpoint()];
    const ask = open(await severalHosts("", async () => [first.host, second.host]));
    await ask();
    await ask();
    expect([first.count(), second.count()]).toEqual([2, 0]);
    await first.cut();
    expect(await Promise.all([ask(), ask()])).toHaveLength(2);
    await ask();
    expect([first.count(), second.count()]).toEqual([2, 3]);
    await second.cut();
    await expect(ask()).rejects.toThrow("ECONNREFUSED");
  });

  test("with read-write, one that only reads is passed over; with any, it is as good as another", async () => {
    const ends: Awaited<ReturnType<typeof endpoint>>[] = [];
    const makeEndpoints = async (run: (text: string) => Promise<unknown>, role: string) => {
      for (const isReadOnly of ["on", "off"])
        ends.push(await endpoint(() => run(`ALTER ROLE ${role} SET default_transaction_read_only = ${isReadOnly}`)));
      return ends.splice(-2).map((end) => end.host);
    };
    const isReadOnly = [{ transaction_read_only: "on" }];
    const canWrite = [{ transaction_read_only: "off" }];
    const any = open(await severalHosts("?target_session_attrs=any", makeEndpoints));
    expect(await any("SHOW transaction_read_only")).toEqual(isReadOnly);
    const readWrite = open(await severalHosts("?target_session_attrs=read-write", makeEndpoints));
    expect(await readWrite("SHOW transaction_read_only")).toEqual(canWrite);
    expect(await readWrite("SHOW transaction_read_only")).toEqual(canWrite);
  });

  test("where every host only reads, read-write finds none, and says so as a server does", async () => {
    const url = await severalHosts("?target_session_attrs=read-write", async (run, role) => {
      await run(`ALTER ROLE ${role} SET default_transaction_read_only = on`);
      return [(await endpoint()).host, (await endpoint()).host];
    });
    await expect(open(url)()).rejects.toMatchObject({ code: "25006" });
  });
});
