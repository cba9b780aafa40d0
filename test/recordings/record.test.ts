import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createScim, EnterpriseUserSchema, errors, Group, User } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { nodeHandler } from "scimkit/node";
import { afterEach, expect, test } from "vitest";
import { worldBefore } from "../../src/recordings/sample.ts";
import { ownRecordings } from "../../src/recordings/store.ts";
import { ran } from "../cli/terminal.ts";

const TOKEN = "a-token-that-nobody-may-see-9f3a";
const PASSWORD = "Correct-horse-7-battery";
const ended: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

/** A real server with the fixtures of the recordings, under their own ids, or empty. */
async function demo(isFilled: boolean): Promise<string> {
  const ids: string[] = [];
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage: memoryStorage(),
    baseUrl: "https://real.example.org/scim/v2",
    newId: () => ids.shift() ?? crypto.randomUUID(),
    profile: "entra",
    authenticate: ({ headers }) => {
      if (headers.authorization !== `Bearer ${TOKEN}`) throw errors.unauthorized();
      return {};
    },
  });
  const server = createServer(nodeHandler(scim));
  const base = `${await listening(server)}/scim/v2`;
  const { users, groups } = worldBefore(ownRecordings().world, { extraUsers: 8 });
  for (const [endpoint, resources] of [
    ["/Users", users],
    ["/Groups", groups],
  ] as const)
    for (const resource of isFilled ? resources : []) {
      ids.push(resource.id);
      const made = await fetch(base + endpoint, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/scim+json" },
        body: JSON.stringify(resource),
      });
      expect(made.status).toBe(201);
    }
  return base;
}

async function listening(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ended.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "scimkit-record-"));
  ended.push(() => rmSync(path, { recursive: true }));
  return path;
}

/** Records what `play` sends to the proxy; the file. */
async function recorded(target: string, play: (proxy: string) => Promise<void>, error = ""): Promise<string> {
  const into = folder();
  const stopping = new AbortController();
  const waiting: { resolve?: (url: string) => void } = {};
  const open = new Promise<string>((resolve) => {
    waiting.resolve = resolve;
  });
  const errors: string[] = [];
  const done = ran(["replay", "--record", into, "--url", target, "--port", "0"], {
    fetch,
    signal: stopping.signal,
    out(text) {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0];
      if (url !== undefined) waiting.resolve?.(url);
    },
    error: (text) => void errors.push(text),
  });
  await play(await open);
  stopping.abort();
  expect(errors.join("")).toBe(error);
  expect((await done).status).toBe(error === "" ? 0 : 1);
  const [file = ""] = readdirSync(into);
  expect(statSync(join(into, file)).mode & 0o777).toBe(0o600);
  return join(into, file);
}

const samples = ownRecordings().samples.filter(({ client }) => client === "entra");

test("Entra's requests, recorded from a server in use, play green on a fresh one; no token, password or address is in the file", async () => {
  const target = await demo(true);
  const statuses: number[] = [];
  const file = await recorded(target, async (proxy) => {
    for (const { request } of samples) {
      const { Authorization: authorization, ...headers } = request.headers ?? {};
      const answer = await fetch(proxy + request.path, {
        method: request.method,
        headers: {
          ...headers,
          authorization: authorization === "Bearer wrong" ? "Bearer wrong-token" : `Bearer ${TOKEN}`,
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
      await answer.arrayBuffer();
      statuses.push(answer.status);
    }
    const last = await fetch(`${proxy}/Users`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/scim+json" },
      body: JSON.stringify({ schemas: [User.schema.id], userName: "zoe.quinn@corp.example.net", password: PASSWORD }),
    });
    statuses.push(last.status);
  });
  const text = readFileSync(file, "utf8");
  const { exchanges } = JSON.parse(text);
  expect(exchanges.map(({ response }: { response: { status: number } }) => response.status)).toEqual(statuses);
  expect(statuses.filter((status) => status < 300).length).toBeGreaterThan(60);

  const world = JSON.stringify([samples.map(({ request, expect: needs }) => [request, needs]), ownRecordings().world]);
  const plain = decodeURIComponent(world.replaceAll(/%(?![0-9A-Fa-f]{2})/g, "%25"));
  const addresses = new Set([...plain.matchAll(/[\w.+#-]+@(?:[\w-]+\.)*example\.com/g)].map(([address]) => address));
  expect(addresses.size).toBeGreaterThan(15);
  const forbidden = [
    TOKEN,
    "wrong-token",
    PASSWORD,
    "zoe.quinn@corp.example.net",
    ...addresses,
    "ada.king",
    "Kingsley",
    "u-0001",
    "g-0002",
  ];
  for (const value of forbidden)
    for (const form of [value, encodeURIComponent(value), btoa(value)])
      expect(text.toLowerCase(), form).not.toContain(form.toLowerCase());

  const fresh = await demo(false);
  const replayed = await ran(["replay", file, "--url", fresh, "--token", TOKEN, "--json"], { fetch });
  expect(JSON.parse(replayed.out).recordings.map(({ problems }: { problems: unknown }) => problems)).toEqual([[]]);
  expect(replayed.status).toBe(0);
  const left = await fetch(`${fresh}/Users?count=0`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(((await left.json()) as { totalResults: number }).totalResults).toBe(0);
});

test("a recording departs on a server that answers otherwise: each difference is named, and the exit status is 1", async () => {
  const file = await recorded(await demo(true), async (proxy) => {
    const init = { headers: { authorization: `Bearer ${TOKEN}` } };
    await (await fetch(`${proxy}/scim/v2/Users?filter=userName%20eq%20%22ADA.KING%40example.com%22`, init)).text();
  });
  const handler = nodeHandler(
    createScim({
      resourceTypes: [User.extend(EnterpriseUserSchema), Group],
      storage: memoryStorage(),
      baseUrl: "https://other.example.org",
      authenticate: () => ({}),
    }),
  );
  // A server that finds by the letter alone.
  const base = await listening(
    createServer((request, response) => {
      if (request.method === "GET")
        request.url = request.url?.replace(/filter=.*/, "filter=userName%20eq%20%22nobody%22") ?? "/";
      handler(request, response);
    }),
  );
  const { status, out } = await ran(["replay", file, "--url", base], { fetch });
  expect(status).toBe(1);
  expect(out).toMatch(/^✗ .*session-.*\n {4}1\. GET \/Users\?filter=userName%20eq%20%22[^\n]*: the body lacks /);
  expect(out).toContain("1 played, 1 not as recorded.");
});

test("the proxy passes on what it does not understand: streams, redirects, other codings, and says when there is no server", async () => {
  const seen: Record<string, unknown>[] = [];
  const base = await listening(
    createServer((request, response) => {
      seen.push({ url: request.url, ...request.headers });
      if (request.url === "/x/Moved")
        response.writeHead(307, { location: `${base}/x/Users/1`, "x-own": "1", connection: "x-own" }).end();
      else response.writeHead(200, { "content-type": "text/html" }).end("<b>".repeat(100_000));
    }),
  );
  const file = await recorded(`${base}/x`, async (proxy) => {
    const moved = await fetch(`${proxy}/Moved`, {
      redirect: "manual",
      headers: { "proxy-authorization": "Basic abcdef", te: "trailers" },
    });
    expect(moved.status).toBe(307);
    expect(moved.headers.get("location")).toBe(`${proxy}/x/Users/1`);
    expect(moved.headers.get("x-own")).toBeNull();
    const page = await fetch(`${proxy}/x/Users?a=%zz`);
    expect(await page.text()).toHaveLength(300_000);
  });
  expect(seen.map(({ url }) => url)).toEqual(["/x/Moved", "/x/Users?a=%zz"]);
  expect(seen[0]).not.toHaveProperty("proxy-authorization");
  expect(JSON.parse(readFileSync(file, "utf8")).exchanges).toHaveLength(2);

  await recorded("http://127.0.0.1:1/scim/v2", async (proxy) => {
    const refused = await fetch(`${proxy}/Users`);
    expect(refused.status).toBe(502);
    expect(((await refused.json()) as { detail: string }).detail).toBe(
      "The recording proxy gets no answer from http://127.0.0.1:1/scim/v2.",
    );
  });
});

test("an exchange that cannot be masked is not written, and the answer still passes", async () => {
  const base = await listening(createServer((_, response) => response.writeHead(200).end("{}")));
  const file = await recorded(
    base,
    async (proxy) => {
      const answer = await fetch(`${proxy}/Users`, {
        method: "POST",
        headers: { authorization: "Bearer SecretKeyName" },
        body: '{"SecretKeyName":1}',
      });
      expect(answer.status).toBe(200);
      await answer.text();
    },
    "scimkit replay: a POST is not recorded: a token was not masked.\n",
  );
  expect(JSON.parse(readFileSync(file, "utf8")).exchanges).toEqual([]);
});

test("the folder of recordings is played by the command; a file that is none is named", async () => {
  const target = await demo(false);
  const entra = new URL("../interop/samples/entra", import.meta.url).pathname;
  const { status, out, error } = await ran(
    ["replay", entra, "--url", target, "--token", TOKEN, "--domain", "corp.example.net"],
    { fetch },
  );
  expect(out).toContain(`\n${samples.length} played, 0 not as recorded.\n`);
  expect({ status, error }).toEqual({ status: 0, error: "" });
  const wrong = await ran(["replay", "package.json", "--url", target], { fetch });
  expect(wrong.status).toBe(2);
  expect(wrong.error).toBe(
    "scimkit replay: there is no recording in package.json. package.json is no recording: it has neither exchanges, nor request and expect.\n",
  );
});
