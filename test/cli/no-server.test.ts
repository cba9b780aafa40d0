import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ran } from "./terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "scimkit-"));
afterAll(() => rmSync(folder, { recursive: true }));
const session = join(folder, "session.json");
writeFileSync(
  session,
  JSON.stringify({
    format: "scimkit-session",
    version: 1,
    exchanges: [{ request: { method: "GET", path: "/Users", headers: {} }, response: { status: 200, headers: {} } }],
  }),
);
const lines = join(folder, "lines.jsonl");
writeFileSync(lines, "");

const URL_ = "https://host.test/scim/v2";
const failing = (code: string) => () =>
  Promise.reject(new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) }));
const answering = (text: string, status: number, headers: Record<string, string>) => async () =>
  new Response(text, { status, headers });

const COMMANDS: readonly (readonly string[])[] = [
  ["check", URL_],
  ["export", URL_],
  ["import", lines, "--url", URL_],
  ["replay", session, "--url", URL_],
];

describe.each(COMMANDS)("scimkit %s asks once, and says in one line", (...words) => {
  test.each([
    ["that nothing listens", failing("ECONNREFUSED"), /nothing listens at host\.test/],
    ["that the connection breaks", failing("ECONNRESET"), /host\.test broke the connection off/],
    ["that TLS is not spoken", failing("ERR_SSL_WRONG_VERSION_NUMBER"), /try http:\/\/host\.test\/scim\/v2\.\n/],
    ["that there is HTML", answering("<html></html>", 200, { "content-type": "text/html" }), /HTML instead of JSON/],
    ["where it is led to", answering("", 302, { location: "https://login.test/" }), /redirects \(302\)/],
    ["that a token is missing", answering("", 401, {}), /give a token with --token/],
  ])("%s", async (_what, fetch, message) => {
    const { status, error } = await ran(words, { fetch });
    expect({ status, lines: error.trim().split("\n").length }).toEqual({ status: 2, lines: 1 });
    expect(error).toMatch(message);
  });

  test("that it was stopped, with the exit status of Ctrl-C", async () => {
    const { status, error } = await ran(words, { signal: AbortSignal.abort(), fetch: failing("ABORT_ERR") });
    expect({ status, error }).toEqual({ status: 130, error: expect.stringMatching(/: stopped.*\n$/) });
  });
});

test("scimkit replay names what it leaves behind where the server goes away half-way", async () => {
  let asked = 0;
  const config = () => Response.json({ schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"] });
  const created = () => Response.json({ id: "left" }, { status: 201 });
  const fetch = async (_url: unknown, { method = "GET" }: RequestInit = {}) => {
    asked++;
    if (asked <= 2) return config();
    if (method === "POST") return created();
    throw new TypeError("terminated");
  };
  const made = join(folder, "made.json");
  const request = { method: "POST", path: "/Users", headers: {}, body: { userName: "ada" } };
  const response = { status: 201, headers: {}, body: { id: "1", userName: "ada" } };
  writeFileSync(made, JSON.stringify({ format: "scimkit-session", version: 1, exchanges: [{ request, response }] }));
  const { status, error } = await ran(["replay", made, "--url", URL_], { fetch: fetch as typeof globalThis.fetch });
  expect(status).toBe(2);
  expect(error).toMatch(/^scimkit replay: .*Left behind: \/Users\/left\.\n$/);
});
