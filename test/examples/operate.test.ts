import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createLog } from "../../examples/log.ts";
import { readSettings } from "../../examples/settings.ts";
import { USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";
import { type Example, run } from "./process.ts";

const TOKEN = "token-of-the-tests-0123456789";

/** `npm start`, what it has logged as JSON so far, and a way to ask it. */
async function started(env: Readonly<Record<string, string>> = {}, path = "hono/start.ts") {
  const example = run(path, { PORT: "0", SCIM_TOKEN: TOKEN, LOG: "json", ...env });
  onTestFinished(() => void example.child.kill("SIGKILL"));
  await example.until("Listening.");
  const lines = () =>
    example
      .printed()
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line));
  const baseUrl: string = lines()[0].baseUrl;
  const ask = (method: string, target: string, body?: unknown, token = TOKEN) =>
    fetch(new URL(target, `${baseUrl}/`), {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return { example, lines, baseUrl, ask };
}

async function stopped({ child, exitCode }: Example): Promise<void> {
  child.kill("SIGTERM");
  expect(await exitCode).toBe(0);
}

test("npm start says on one line for each request what was asked and how it went, and never a value, a token or an id [T-L2]", async () => {
  const { example, ask, lines } = await started();
  const canary = `c${crypto.randomUUID().replaceAll("-", "")}`;
  const ada = { schemas: [USER], userName: canary, password: canary, active: "True" };
  const { id } = (await (await ask("POST", "Users", ada)).json()) as { id: string };
  await ask("POST", "Users", ada);
  await ask("GET", `Users?filter=${encodeURIComponent(`userName eq "${canary}`)}`);
  await ask("GET", `Users/${canary}`);
  await ask("GET", `${canary}`);
  await ask(
    "PATCH",
    `Users/${id}`,
    patchOf(
      { op: "replace", path: `emails[value eq "${canary}"].none`, value: canary },
      { op: "replace", path: "active", value: true },
    ),
  );
  await ask("GET", "Users", undefined, `${canary}${canary}`);
  await ask("POST", "Bulk", {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
    Operations: [{ method: "DELETE", path: `/Users/${canary}` }],
  });
  await ask("DELETE", `Users/${id}`);
  await stopped(example);
  const told = lines().filter(({ message }) => !/^(Listening|Stopped)/.test(message));
  expect(told).toMatchObject(
    [
      {
        level: "info",
        method: "POST",
        path: "/Users",
        operation: "create",
        resourceType: "User",
        status: 201,
        quirks: ["boolean-strings"],
        ms: expect.any(Number),
      },
      { level: "warn", method: "POST", path: "/Users", status: 409, scimType: "uniqueness", detail: /userName/ },
      { level: "warn", method: "GET", path: "/Users", status: 400, scimType: "invalidFilter" },
      { level: "warn", method: "GET", path: "/Users/{id}", status: 404 },
      { level: "warn", method: "GET", status: 404, detail: expect.any(String) },
      { level: "info", method: "PATCH", path: "/Users/{id}", operation: "patch" },
      { level: "warn", method: "GET", path: "/Users", status: 401 },
      { level: "warn", method: "DELETE", path: "/Users/{id}", status: 404, position: 0 },
      { level: "info", method: "POST", path: "/Bulk", operation: "bulk", status: 200 },
      { level: "info", method: "DELETE", path: "/Users/{id}", status: 204 },
    ].map(({ detail, ...line }) =>
      detail instanceof RegExp ? { ...line, detail: expect.stringMatching(detail) } : line,
    ),
  );
  expect(example.printed()).not.toContain(canary);
  expect(example.printed()).not.toContain(TOKEN);
  expect(example.printed()).not.toContain(id);
});

test("any of several tokens opens the service, so that one can be changed while the other is in use", async () => {
  const next = "the-next-token-0123456789";
  const { example, ask } = await started({ SCIM_TOKEN: `${next}, ${TOKEN}` });
  for (const token of [next, TOKEN]) expect((await ask("GET", "Users", undefined, token)).status).toBe(200);
  expect((await ask("GET", "Users", undefined, "another-token-0123456789")).status).toBe(401);
  await stopped(example);
});

describe.each(["hono", "express", "metrics"])("the %s example", (name) => {
  test("listens on HOST, and is for its clients where SCIM_BASE_URL says", async () => {
    const { example, baseUrl } = await started(
      { HOST: "127.0.0.1", SCIM_BASE_URL: "https://id.example.com/tenants/acme/", PORT: "0" },
      `${name}/start.ts`,
    );
    expect(baseUrl).toBe("https://id.example.com/tenants/acme");
    await stopped(example);
  });

  test("answers below the path of SCIM_BASE_URL, with its URLs", async () => {
    const port = await freePort();
    const SCIM_BASE_URL = `http://localhost:${port}/tenants/acme`;
    const { example, ask } = await started({ HOST: "0.0.0.0", SCIM_BASE_URL, PORT: String(port) }, `${name}/start.ts`);
    const created = await ask("POST", "Users", { schemas: [USER], userName: "ada" });
    expect(created.headers.get("location")).toMatch(new RegExp(`^${SCIM_BASE_URL}/Users/`));
    await stopped(example);
  });

  test("says at /healthz, to everybody and outside of SCIM, whether storage answers", async () => {
    const { example, ask } = await started({}, `${name}/start.ts`);
    for (const [method, status] of [
      ["GET", 200],
      ["HEAD", 200],
      ["POST", 405],
    ] as const) {
      const answer = await ask(method, "/healthz", undefined, "");
      expect(answer.status).toBe(status);
      expect(answer.headers.get("cache-control")).toBe("no-store");
    }
    await stopped(example);
  });
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

test("SIGTERM lets what is at work come to its end, on connections that end with it, and takes no other request", async () => {
  const { example, baseUrl } = await started();
  const { port } = new URL(baseUrl);
  const bodyOf = (index: number): string => JSON.stringify({ schemas: [USER], userName: `user${index + 10}` });
  const sockets = Array.from({ length: 12 }, () => connect(Number(port), "127.0.0.1"));
  const texts = sockets.map((socket) => {
    const text: string[] = [];
    socket.on("data", (data) => text.push(String(data)));
    socket.write(
      `POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: ${bodyOf(0).length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    return text;
  });
  // 100 Continue: the request is at work.
  await Promise.all(sockets.map((socket) => once(socket, "data")));
  example.child.kill("SIGTERM");
  await expect
    .poll(() =>
      fetch(`${baseUrl}/Users`).then(
        ({ status }) => status,
        () => "refused",
      ),
    )
    .toBe("refused");
  const closed = sockets.map((socket) => once(socket, "close"));
  for (const [index, socket] of sockets.entries()) socket.write(bodyOf(index));
  await Promise.all(closed);
  for (const text of texts) expect(text.join("")).toMatch(/HTTP\/1\.1 201 .*?\r\nConnection: close\r\n/is);
  expect(await example.exitCode).toBe(0);
});

test("a database that is none of those it knows is named at start by its scheme, and nothing else of it", async () => {
  const urls = ["mysql://root:hidden@127.0.0.1/scim", "mariadb://hidden", "mongodb+srv://hidden", "file:hidden.sqlite"];
  for (const url of urls) {
    expect(() => readSettings({ SCIM_DATABASE: url })).toThrow(
      `"${url.slice(0, url.indexOf(":") + 1)}" is none of them`,
    );
    expect(() => readSettings({ SCIM_DATABASE: url })).not.toThrow(/hidden/);
  }
  for (const database of [
    ":memory:",
    "memory",
    "postgres://x/y",
    "postgresql://x/y",
    "C:\\data\\scim.sqlite",
    "a/b.db",
  ])
    expect(readSettings({ SCIM_DATABASE: database }).database).toBe(database);
  const example = run("hono/start.ts", { PORT: "0", SCIM_DATABASE: urls[0] ?? "" });
  expect(await example.exitCode).toBe(1);
  expect(example.printed()).toBe(
    'SCIM_DATABASE must be memory, postgres://… or the path of a SQLite file; "mysql:" is none of them.\n',
  );
});

test("settings that make no sense are refused by their names, and none is quoted that is secret", () => {
  for (const [name, values] of Object.entries({
    HOST: ["", "http://x", "a b"],
    SCIM_BASE_URL: ["", "/scim", "ftp://x/y", "https://x/y?z", "https://x/y#z", "https://a:hidden@x/y"],
    SCIM_TOKEN: [",", `${TOKEN},`, `${TOKEN},hidden`],
    LOG: ["", "yaml"],
  }))
    for (const value of values) {
      expect(() => readSettings({ [name]: value })).toThrow(new RegExp(`^${name} must`));
      expect(() => readSettings({ [name]: value })).not.toThrow(/hidden/);
    }
  expect(readSettings({ SCIM_TOKEN: `${TOKEN},${TOKEN}x` }).token).toEqual([TOKEN, `${TOKEN}x`]);
});

test("a line of text has one line, whatever a sentence or a cause has, and of a cause no more than names, codes and sentences", () => {
  const lines: string[] = [];
  const { onRequest, onNotice } = createLog("text", (line) => lines.push(line));
  const driver = Object.assign(new Error("disk I/O error\nsecond line"), {
    code: "SQLITE_IOERR",
    parameters: ["hidden"],
  });
  const error = Object.assign(new Error("Storage is not available."), { cause: driver });
  const asked = { method: "POST", path: "/Users", operation: "create", quirks: ["boolean-strings"] } as const;
  onNotice({ type: "fault", error, status: 503, detail: "Try\nagain.", ...asked, context: {} });
  onNotice({ type: "fault", error: "text", context: undefined });
  onRequest({
    ...asked,
    status: 503,
    detail: "Try\nagain.",
    duration: 1.26,
    storageCalls: 1,
    scanned: 0,
    aborted: false,
  });
  expect(lines.map((line) => line.replace(/^\S+ /, ""))).toEqual([
    'error fault POST /Users 503 quirks boolean-strings "Try\\nagain." "Error Storage is not available. < Error SQLITE_IOERR disk I/O error\\nsecond line"',
    'error fault "string"',
    'error POST /Users 503 1.3 ms quirks boolean-strings "Try\\nagain."',
  ]);
});

test("a SQLite file that cannot be opened is said in one line", async () => {
  const folder = mkdtempSync(join(tmpdir(), "scimkit-"));
  const example = run("hono/start.ts", { PORT: "0", SCIM_DATABASE: folder });
  expect(await example.exitCode).toBe(1);
  expect(example.printed()).toMatch(/^SCIM_DATABASE cannot be used: .*\n$/);
  rmSync(folder, { recursive: true });
});
