import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { readSettings } from "../../examples/settings.ts";
import { ERROR } from "../support/directory.ts";
import { run } from "./process.ts";

const shell = (line: string, env = {}) =>
  promisify(execFile)("/bin/sh", ["-c", line], { env: { ...process.env, ...env } }).then(({ stdout }) =>
    JSON.parse(stdout),
  );

const baseUrlIn = (text: string): string => /http:\/\/127\.0\.0\.1:\d+\/scim\/v2/.exec(text)?.[0] ?? "";

describe.each(["hono", "express", "metrics"])("the %s example", (name) => {
  const start = `${name}/start.ts`;

  test("is fewer than 60 lines", () => {
    expect(
      readFileSync(new URL(`../../examples/${name}/server.ts`, import.meta.url), "utf8").split("\n").length,
    ).toBeLessThan(60);
  });

  test("prints three lines that work when pasted, and SIGTERM ends it with 0", async () => {
    const example = run(start, { PORT: "0" });
    const lines = (await example.until("/Groups")).split("\n").filter((line) => line.startsWith("curl "));
    expect(lines).toHaveLength(3);
    const [create = "", find = "", groups = ""] = lines;
    expect(await shell(create)).toMatchObject({ userName: "ada@example.com", id: expect.any(String) });
    expect(await shell(find)).toMatchObject({ totalResults: 1, Resources: [{ userName: "ada@example.com" }] });
    expect(await shell(groups)).toMatchObject({ totalResults: 0 });
    example.child.kill("SIGTERM");
    expect(await example.exitCode).toBe(0);
  });

  test("takes token, profile and references from the environment, keeps the token to itself, and Ctrl-C ends it with 0", async () => {
    const SCIM_TOKEN = "my-own-token-0123456789";
    const example = run(start, { PORT: "0", SCIM_TOKEN, SCIM_PROFILE: "strict", SCIM_REFERENCES: "ignore" });
    const text = await example.until("/Groups");
    expect(text).toMatch(/Profile +strict/);
    expect(text).toMatch(/References +ignore/);
    expect(text).not.toContain(SCIM_TOKEN);
    for (const line of text.split("\n").filter((candidate) => candidate.startsWith("curl "))) {
      expect(await shell(line, { SCIM_TOKEN })).not.toHaveProperty("detail");
    }
    const refused = await fetch(`${baseUrlIn(text)}/Users`);
    expect(refused.status).toBe(401);
    expect(refused.headers.get("content-type")).toBe("application/scim+json");
    expect(await refused.json()).toMatchObject({ schemas: [ERROR], status: "401" });
    // Twice, as from a terminal: once to all of its processes, and once more by npm's script.
    example.child.kill("SIGINT");
    example.child.kill("SIGINT");
    expect(await example.exitCode).toBe(0);
  });

  test("a port in use is said in one line, with exit code 1", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const example = run(start, { PORT: String(port) });
    expect(await example.exitCode).toBe(1);
    expect(example.printed()).toMatch(new RegExp(`^Port ${port} is in use\\. .*PORT=${port + 1} npm start\n$`));
    other.close();
  });

  test("a value that is not allowed is said in one line, with exit code 1", async () => {
    const refused = [
      ["PORT", "80a", /0 .* 65535/],
      ["SCIM_PROFILE", "lax", /lenient or strict/],
      ["SCIM_REFERENCES", "yes", /check or ignore/],
      ["SCIM_TOKEN", "short", /16 characters/],
      ["SCIM_DATABASE", "no/such/folder/scim.sqlite", /SCIM_DATABASE cannot be used: .*unable to open/],
      ["SCIM_DATABASE", "postgres://postgres:secret@127.0.0.1:1/x", /SCIM_DATABASE cannot be used: (?!.*secret)/],
    ] as const;
    const started = refused.map(([variable, value]) => run(start, { PORT: "0", [variable]: value }));
    for (const [index, [, , allowed]] of refused.entries()) {
      const example = started[index] ?? expect.fail();
      expect(await example.exitCode).toBe(1);
      expect(example.printed()).toMatch(allowed);
      expect(example.printed().trim().split("\n")).toHaveLength(1);
    }
  });
});

test("settings have defaults, and an empty value is none of them [T-A2]", () => {
  const settings = readSettings({});
  expect(settings).toMatchObject({ port: 3000, profile: "lenient", references: "check", isTokenGenerated: true });
  expect(settings.database).toBe("scim.sqlite");
  expect(settings.token[0].length).toBeGreaterThanOrEqual(32);
  expect(readSettings({}).token).not.toEqual(settings.token);
  for (const name of ["PORT", "SCIM_TOKEN", "SCIM_PROFILE", "SCIM_REFERENCES", "SCIM_DATABASE"]) {
    expect(() => readSettings({ [name]: "" })).toThrow(name);
  }
  for (const port of ["-1", "65536", "3000.5", " 3000", "0x50"])
    expect(() => readSettings({ PORT: port })).toThrow("PORT");
});

test.each([
  "a file",
  "memory",
])("SCIM_DATABASE as %s: what was created is there after a restart in a file alone", async (kind) => {
  const folder = mkdtempSync(join(tmpdir(), "scimkit-"));
  const SCIM_DATABASE = kind === "memory" ? kind : join(folder, "scim.sqlite");
  const totals: number[] = [];
  for (const _ of ["first", "second"]) {
    const example = run("hono/start.ts", { PORT: "0", SCIM_DATABASE });
    const [create = "", find = ""] = (await example.until("/Groups"))
      .split("\n")
      .filter((line) => line.startsWith("curl "));
    totals.push((await shell(find)).totalResults);
    if (totals.length === 1) expect(await shell(create)).toHaveProperty("id");
    example.child.kill("SIGTERM");
    expect(await example.exitCode).toBe(0);
  }
  expect(totals).toEqual([0, kind === "memory" ? 0 : 1]);
  rmSync(folder, { recursive: true });
});
