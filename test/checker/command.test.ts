import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bearerToken, createScim, EnterpriseUserSchema, Group, User } from "scimkit";
import { memoryStorage } from "scimkit/memory";
import { nodeHandler } from "scimkit/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Terminal } from "../../src/cli/command.ts";
import { run } from "../../src/cli/run.ts";
import { closed, listening } from "../hosts/wire.ts";

const TOKEN = "a-long-random-secret";
const folder = mkdtempSync(join(tmpdir(), "scimkit-check-"));
const file = (name: string) => join(folder, name);

/** Calls the command as a shell does. */
async function scimkit(words: readonly string[], more: Partial<Terminal> = {}) {
  let out = "";
  let error = "";
  const status = await run(words, {
    out(text) {
      out += text;
    },
    error(text) {
      error += text;
    },
    isTTY: false,
    columns: 100,
    env: { SCIM_TOKEN: TOKEN },
    signal: new AbortController().signal,
    fetch,
    stdin: async () => "",
    ...more,
  });
  return { status, out, error };
}

async function serve(listener: RequestListener): Promise<{ origin: string; close(): Promise<void> }> {
  const { port, server } = await listening(listener);
  return { origin: `http://127.0.0.1:${port}`, close: () => closed(server) };
}

let origin = "";
let url = "";
let close = async () => {};
beforeAll(async () => {
  const scim = createScim({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group],
    storage: memoryStorage(),
    baseUrl: (request) => `http://${request.headers.host}/scim/v2`,
    path: "/scim/v2",
    authenticate: bearerToken({ [TOKEN]: {} }),
  } as Parameters<typeof createScim>[0]);
  const started = await serve(nodeHandler(scim));
  origin = started.origin;
  url = `${started.origin}/scim/v2`;
  close = started.close;
});
afterAll(() => close());

describe("scimkit check over HTTP", () => {
  test("writes every format, and its exit status is 0 for a server that is right", async () => {
    const formats = ["json", "html", "junit", "sarif", "har", "badge"];
    const options = formats.flatMap((name) => [`--${name}`, file(`report.${name}`)]);
    const { status, out, error } = await scimkit(["check", url, "--only", "discovery,create", ...options]);
    expect(error).toBe("");
    expect(status).toBe(0);
    expect(out).toContain("Passed");
    const report = JSON.parse(readFileSync(file("report.json"), "utf8"));
    expect(report).toMatchObject({ version: 1, target: url, isGood: true, leftOver: [], profile: "rfc" });
    expect(report.results.length).toBeGreaterThan(10);
    for (const name of formats) expect(readFileSync(file(`report.${name}`), "utf8")).not.toContain(TOKEN);
    expect(JSON.parse(readFileSync(file("report.har"), "utf8")).log.entries).toHaveLength(report.requests);
  });

  test("prints the JSON alone where --json has no file", async () => {
    for (const words of [
      ["check", url, "--only", "discovery/types*", "--json"],
      ["check", "--only", "discovery/types*", "--json", url],
    ]) {
      const { status, out } = await scimkit(words);
      expect(status).toBe(0);
      expect(JSON.parse(out).results.length).toBeGreaterThan(2);
    }
  });

  test("failures that are expected do not count until their day is over", async () => {
    const words = ["check", url, "--profile", "ietf-interop", "--only", "ietf-interop/announced"];
    expect((await scimkit(words)).status).toBe(1);
    for (const [day, status] of [
      ["2999-12-31", 0],
      ["2001-01-01", 1],
    ] as const) {
      writeFileSync(file("known.txt"), `ietf-interop/announced ${day} we do not keep to the draft\n`);
      const known = await scimkit([...words, "--only", "discovery/types*", "--expected-failures", file("known.txt")]);
      expect(known.status).toBe(status);
    }
  });

  test("plays a client, whose failures count", async () => {
    const { status, out } = await scimkit(["check", url, "--as", "okta", "--only", "as/*", "--json"]);
    const report = JSON.parse(out);
    expect(report.clients).toEqual(["okta"]);
    expect(report.decides).toEqual(["must", "client"]);
    expect(report.results.length).toBeGreaterThan(3);
    expect(status).toBe(report.isGood ? 0 : 1);
  });

  test("lists the checks without a server", async () => {
    const { status, out } = await scimkit(["check", "--list", "--only", "discovery"]);
    expect(status).toBe(0);
    expect(out.trimEnd().split("\n").length).toBeGreaterThan(10);
    for (const line of out.trimEnd().split("\n")) expect(line).toMatch(/^discovery\/[\w-]+\t\w+\t/);
  });

  test("stopped half-way, it prints what there is and leaves nothing", async () => {
    const stop = new AbortController();
    let requests = 0;
    const { status, out } = await scimkit(["check", url, "--json"], {
      signal: stop.signal,
      fetch: (input, init) => {
        if (++requests === 150) stop.abort();
        return fetch(input, init);
      },
    });
    expect(status).toBe(130);
    const report = JSON.parse(out);
    expect(report).toMatchObject({ isStopped: true, leftOver: [] });
    const left = await fetch(`${url}/Users?filter=${encodeURIComponent(`userName co "${report.run}"`)}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(await left.json()).toMatchObject({ totalResults: 0 });
  });
});

describe("scimkit check says in one line what was tried and what to type", () => {
  test("of what cannot be asked, with exit status 2", async () => {
    const page = await serve((_, answer) => answer.setHeader("content-type", "text/html").end("<!doctype html>"));
    const sign = await serve((_, answer) => answer.writeHead(302, { location: "https://login.example/" }).end());
    const moved = await serve((request, answer) =>
      answer.writeHead(301, { location: `https://new.example${request.url}` }).end(),
    );
    const gone = await serve(() => {});
    await gone.close();
    for (const [target, says, env] of [
      [url, /401.*token.*not take these credentials/s, { SCIM_TOKEN: "wrong" }],
      [url, /give a token with --token/, {}],
      [`${origin}/scim`, `Did you mean that?`],
      [origin, `${origin}/scim/v2 is one`],
      [`${url}/Users`, `${url} is one`],
      [url.replace("http:", "https:"), /does not speak TLS/],
      [gone.origin, /connection refused/],
      ["http://nowhere.invalid/scim/v2", /no host nowhere\.invalid/],
      ["localhost:3000", /begins with https/],
      [page.origin, /HTML instead of JSON/],
      [sign.origin, /redirects \(302\) to https:\/\/login\.example/],
      [`${moved.origin}/scim`, /give https:\/\/new\.example\/scim instead/],
    ] as const) {
      const { status, error } = await scimkit(["check", target], env === undefined ? {} : { env });
      expect(error, target).toMatch(says);
      expect(error.trimEnd().split("\n"), target).toHaveLength(1);
      expect(status, target).toBe(2);
    }
    await Promise.all([page, sign, moved].map((server) => server.close()));
  });

  test("of a wrong call, before the server is asked", async () => {
    writeFileSync(file("broken.json"), "{");
    for (const [words, says] of [
      [[], /no server is named/],
      [[url, "https://other.example"], /one word too many/],
      [["--profil", "rfc", url], /Unknown option '--profil'/],
      [[url, "--profile", "okta"], /no profile "okta"/],
      [[url, "--as", "entre"], /no client "entre"\. Did you mean entra\?/],
      [[url, "--fail-on", "may"], /no level "may"/],
      [[url, "--rate", "fast"], /--rate "fast" is no number/],
      [[url, "--only", "nothing/*"], /no check fits/],
      [[url, "--template", file("none.json")], /cannot be read \(ENOENT\)/],
      [[url, "--template", file("broken.json")], /is no JSON/],
      [[url, "--compare", file("broken.json")], /./],
      [[url, "--html", file("no/such/report.html")], /cannot be written/],
      [[url, "--sign", file("key.pem")], /give --json report\.json too/],
      [["--verify", file("broken.json")], /needs --key/],
    ] as const) {
      const { status, error } = await scimkit(["check", ...words], {
        fetch: () => Promise.reject(new Error("the server was asked")),
      });
      expect(error, words.join(" ")).toMatch(says);
      expect(error, words.join(" ")).not.toContain("was asked");
      expect(status, words.join(" ")).toBe(2);
    }
  });

  test("its help names every option that it reads", async () => {
    const { out, status } = await scimkit(["check", "--help"]);
    expect(status).toBe(0);
    const source = readFileSync(new URL("../../src/cli/check/options.ts", import.meta.url), "utf8");
    const options = source.slice(source.indexOf("const OPTIONS"), source.indexOf("export type"));
    const names = [...options.matchAll(/^ {2}"?([a-z-]+)"?:/gm)].map(([, name]) => name);
    expect(names.length).toBeGreaterThan(15);
    for (const name of names) expect(out).toContain(`--${name}`);
  });
});
