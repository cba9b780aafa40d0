import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ERROR, LIST, USER } from "../support/directory.ts";
import { expectScimError, type Received, type Sent, send } from "./wire.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CACHE = join(ROOT, "node_modules/.cache/programs");
const TOKEN = "a-long-random-secret-from-your-configuration";

/** The first program under a heading. */
function programUnder(heading: string, page: string): string {
  const text = readFileSync(join(ROOT, page), "utf8");
  const [, section] = text.split(`\n${heading}\n`);
  const code = section?.split(/\n## /)[0]?.match(/```ts\n([\s\S]*?)\n```/)?.[1];
  if (code === undefined) throw new Error(`${page} has no program under ${heading}`);
  return code;
}

const page = (heading: string): string => programUnder(`## ${heading}`, "docs/hosts.md");
const exported = (name: string): string => `import { serve } from "@hono/node-server";\n${name}`;

/** Each program as it stands on its page, and what starts it where it does not start itself. */
const PROGRAMS: Readonly<Record<string, { readonly code: string; readonly start?: string; readonly own?: true }>> = {
  "README's first program": { code: programUnder("## Use", "README.md") },
  "node:http": { code: page("node:http"), own: true },
  "Express 5": { code: page("Express 5 and 4"), own: true },
  "Express 4": { code: page("Express 5 and 4").replace('from "express"', 'from "express4"'), own: true },
  Fastify: { code: page("Fastify"), own: true },
  Koa: { code: page("Koa"), own: true },
  NestJS: { code: page("NestJS") },
  Hono: { code: page("Hono"), own: true },
  "Next.js App Router": {
    code: page("Next.js App Router"),
    start: exported(
      'import * as route from "./program.js";\nserve({ fetch: (request) => route[request.method === "HEAD" ? "GET" : request.method](request), port: 0 });',
    ),
  },
  "Workers, Bun, Deno": {
    code: page("Workers, Bun, Deno"),
    start: exported('import program from "./program.js";\nserve({ ...program, port: 0 });'),
  },
  "Express behind a body parser": { code: page("Behind a body parser") },
  "node:http, stopped by SIGTERM": { code: page("Stopping") },
};

/** Writes a program into a folder of its own and starts it there, on a free port. */
async function start(code: string, starter = 'import "./program.js";') {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, "program-"));
  const service = readFileSync(join(ROOT, "docs/hosts.md"), "utf8").match(/```ts\n\/\/ scim\.ts\n([\s\S]*?)\n```/)?.[1];
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "scim.js"), service ?? "");
  writeFileSync(join(folder, "program.js"), stripTypeScriptTypes(code.replaceAll("3000", "0")));
  writeFileSync(join(folder, "stop.js"), stripTypeScriptTypes(readFileSync(join(ROOT, "examples/stop.ts"), "utf8")));
  writeFileSync(join(folder, "start.js"), starter);
  const preloads = ["./test/examples/source.ts", "./test/hosts/announce.ts"].flatMap((file) => ["--import", file]);
  const child = spawn(process.execPath, [...preloads, join(folder, "start.js")], {
    cwd: ROOT,
    env: { ...process.env, NODE_NO_WARNINGS: "1", NODE_COMPILE_CACHE: join(CACHE, "compiled") },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let problems = "";
  child.stderr?.on("data", (data) => {
    problems += data;
  });
  const ended = once(child, "close").then(() => Promise.reject(new Error(`the program ended: ${problems}`)));
  const [port] = (await Promise.race([once(child, "message"), ended])) as [number];
  ended.catch(() => undefined);
  return { child, port, folder };
}

describe.each(Object.entries(PROGRAMS))("%s", (_name, { code, start: starter, own }) => {
  let child: ChildProcess;
  let port: number;
  let folder: string;
  beforeAll(async () => {
    ({ child, port, folder } = await start(code, starter));
  });
  afterAll(async () => {
    if (child?.exitCode === null) {
      child.kill();
      await once(child, "close");
    }
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const authorized = { Authorization: `Bearer ${TOKEN}` };
  const ask = (sent: Sent): Promise<Received> => send(port, { headers: authorized, ...sent });
  const create = (body: string, type = "application/scim+json"): Promise<Received> =>
    ask({ method: "POST", path: "/scim/v2/Users", headers: { ...authorized, "Content-Type": type }, body });

  test("creates users sent with either media type, and finds them [Q05]", async () => {
    for (const [type, userName] of [
      ["application/scim+json", "ada@example.com"],
      ["application/json", "grace@example.com"],
    ] as const) {
      const created = await create(JSON.stringify({ schemas: [USER], userName }), type);
      expect(created).toMatchObject({ status: 201, json: { userName } });
      expect(created.headers.location).toMatch(new RegExp(`/scim/v2/Users/${created.json.id}$`));
    }
    const filter = encodeURIComponent('userName eq "ada@example.com"');
    expect(await ask({ path: `/scim/v2/Users?filter=${filter}` })).toMatchObject({
      status: 200,
      json: { totalResults: 1 },
    });
  });

  test("answers at the base URL itself as SCIM, with and without a slash at its end", async () => {
    // Next sends the client on to the path without the slash before the route is asked; here nothing does.
    for (const path of ["/scim/v2", "/scim/v2/", "/scim/v2?count=1", "/scim/v2/?count=1"])
      expect(await ask({ path })).toMatchObject({ status: 200, json: { schemas: [LIST] } });
    expectScimError(await send(port, { path: "/scim/v2" }), 401);
  });

  test("answers an unknown endpoint below it as SCIM", async () => {
    for (const path of ["/scim/v2/Nothing", "/scim/v2/Users/1/2"]) expectScimError(await ask({ path }), 404);
    expectScimError(await ask({ method: "DELETE", path: "/scim/v2/Users" }), 405);
  });

  test("answers broken JSON, a body that is too large, and nobody in particular as SCIM", async () => {
    const broken = await create('{"userName":');
    expectScimError(broken, 400);
    expect(broken.json).toMatchObject({ schemas: [ERROR], scimType: "invalidSyntax" });
    expectScimError(await create(JSON.stringify({ schemas: [USER], userName: "x".repeat(2_200_000) })), 413);
    expectScimError(await send(port, { path: "/scim/v2/Users" }), 401);
  });

  if (own === true)
    test("leaves the routes of the application alone", async () => {
      expect(await send(port, { path: "/" })).toMatchObject({
        status: 200,
        text: "The routes of your own application stay as they are.",
      });
    });
});
