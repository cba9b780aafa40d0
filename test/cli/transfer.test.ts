import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fetchHandler } from "../../src/hosts/fetch.ts";
import { bearerToken, createScim, EnterpriseUserSchema, Group, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { ran } from "./terminal.ts";

const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const TOKEN = "a-long-random-secret";

/** Servers by their hosts, without sockets. */
function world(...hosts: readonly string[]): typeof fetch {
  const servers = new Map(
    hosts.map((host) => [
      host,
      fetchHandler(
        createScim({
          resourceTypes: [User.extend(EnterpriseUserSchema), Group],
          storage: memoryStorage(),
          baseUrl: `https://${host}/scim/v2`,
          authenticate: bearerToken(TOKEN),
        }),
      ),
    ]),
  );
  return async (input, init) => {
    const request = new Request(input, init);
    const server = servers.get(new URL(request.url).hostname);
    if (server === undefined)
      throw new TypeError("fetch failed", {
        cause: Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" }),
      });
    return server(request);
  };
}

const user = (id: string, more: object = {}) => ({
  resourceType: "User",
  resource: { schemas: [USER], id, userName: id, ...more },
});
const LINES = [
  user("ada", {
    schemas: [USER, ENTERPRISE],
    [ENTERPRISE]: { department: "R", manager: { value: "bob", displayName: "Bob" } },
  }),
  user("bob", { emails: [{ value: "bob@example.com", type: "work", primary: true }], groups: [{ value: "team" }] }),
  {
    resourceType: "Group",
    resource: {
      schemas: [GROUP],
      id: "team",
      displayName: "Team",
      members: [{ value: "ada", $ref: "https://old/Users/ada" }, { value: "sub" }],
    },
  },
  { resourceType: "Group", resource: { schemas: [GROUP], id: "sub", displayName: "Sub", members: [{ value: "bob" }] } },
];
const text = (lines: readonly unknown[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

/** A directory by names instead of ids, so that two servers can be compared. */
function byName(jsonLines: string): unknown {
  const lines = jsonLines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const names = new Map(lines.map(({ resource }) => [resource.id, resource.userName ?? resource.displayName]));
  return lines
    .map(({ resource: { userName, displayName, members = [], emails, [ENTERPRISE]: enterprise } }) => ({
      name: userName ?? displayName,
      emails,
      department: enterprise?.department,
      manager: names.get(enterprise?.manager?.value),
      members: members.map(({ value }: { value: string }) => names.get(value)).sort(),
    }))
    .sort((left, right) => left.name.localeCompare(right.name));
}

describe("scimkit export and import", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "scimkit-transfer-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const env = { SCIM_TOKEN: TOKEN };

  test("take a directory from one server to another, which gives other ids, with members, nested groups and managers", async () => {
    const fetch = world("one.test", "two.test");
    const given = await ran(["import", "-", "--url", "https://one.test/scim/v2"], { env, fetch, input: text(LINES) });
    expect(given).toEqual({ status: 0, out: "created 4, replaced 0, kept 0, failed 0, linked 4\n", error: "" });
    const first = await ran(["export", "https://one.test/scim/v2"], { env, fetch });
    expect(first).toMatchObject({ status: 0, error: "User: 2\nGroup: 2\n" });
    const file = join(folder, "directory.jsonl");
    writeFileSync(file, first.out);
    expect((await ran(["import", file, "--url", "https://two.test/scim/v2"], { env, fetch })).status).toBe(0);
    const second = await ran(["export", "https://two.test/scim/v2"], { env, fetch });
    expect(byName(second.out)).toEqual(byName(first.out));
    expect(byName(second.out)).toMatchObject([
      { name: "ada", department: "R", manager: "bob" },
      { name: "bob", emails: [{ value: "bob@example.com" }] },
      { name: "Sub", members: ["bob"] },
      { name: "Team", members: ["Sub", "ada"] },
    ]);
    const again = await ran(["import", file, "--url", "https://two.test/scim/v2"], { env, fetch });
    expect(again.out).toBe("created 0, replaced 4, kept 0, failed 0, linked 4\n");
    const third = await ran(["export", "https://two.test/scim/v2"], { env, fetch });
    expect(byName(third.out)).toEqual(byName(first.out));
  });

  test("tell of lines that cannot be taken by their numbers, and take the rest", async () => {
    const fetch = world("one.test");
    const input = `nonsense\n\n${text([{ resourceType: "Device", resource: { id: "1" } }, user("ada", { active: 5 }), user("bob")])}`;
    const { status, out, error } = await ran(["import", "-", "--url", "https://one.test/scim/v2"], {
      env,
      fetch,
      input,
    });
    expect(status).toBe(1);
    expect(out).toBe("created 1, replaced 0, kept 0, failed 3, linked 0\n");
    expect(error.split("\n")).toEqual([
      "line 1: it is no line of an export.",
      "line 3: the server has no Device.",
      expect.stringMatching(/^line 4: POST .* was answered 400 invalidValue: active must be true or false/),
      "",
    ]);
  });

  test("go into a database with the ids of the lines, and out of it again", async () => {
    const database = join(folder, "scim.sqlite");
    const file = join(folder, "lines.jsonl");
    writeFileSync(file, text(LINES));
    const given = await ran(["import", file, "--database", database]);
    expect(given).toEqual({ status: 0, out: "created 4, replaced 0, unchanged 0, failed 0\n", error: "" });
    expect((await ran(["import", file, "--database", database])).out).toBe(
      "created 0, replaced 0, unchanged 4, failed 0\n",
    );
    const { out } = await ran(["export", "--database", database]);
    expect(
      out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).resource.id)
        .sort(),
    ).toEqual(["ada", "bob", "sub", "team"]);
    expect(byName(out)).toEqual(byName(readFileSync(file, "utf8")));
    expect((await ran(["export", "--database", database, "--type", "Group"])).out.trim().split("\n")).toHaveLength(2);
  });

  test.each([
    [["export"], /name one source: npx scimkit export https/],
    [["export", "https://one.test/scim/v2", "--type", "Device"], /the server has no Device; it has User, Group\./],
    [["import", "lines.jsonl"], /say where to: --url .* or --database/],
    [
      ["import", "no-such-file.jsonl", "--url", "https://one.test/scim/v2"],
      /no-such-file\.jsonl cannot be read \(ENOENT\)/,
    ],
    [["export", "--database", "no-such.sqlite"], /there is no file no-such\.sqlite/],
    [["export", "--database", "mysql://root:secret@host/db"], /--database must be .*"mysql:" is none of them/],
    [["export", "https://nowhere.test/scim/v2"], /there is no host nowhere\.test \(DNS\): look at the name/],
    [["export", "https://one.test/scim/v3"], /v3 is no SCIM base URL, and https:\/\/one\.test\/scim\/v2 is one\./],
    [["export", "https://one.test/scim/v2", "--token", "wrong-token-1"], /refused .*\(401.* Look at --token/],
  ])("%j is answered in one line that says what to look at", async (words, message) => {
    const { status, error } = await ran(words, { env, fetch: world("one.test") });
    expect(status).toBe(2);
    expect(error).toMatch(message);
    expect(error.trim()).not.toContain("\n");
    expect(error).not.toContain("secret");
  });

  test("take a file from Windows, with a byte order mark and CRLF", async () => {
    const file = join(folder, "windows.jsonl");
    writeFileSync(file, `\uFEFF${text([user("bom"), user("crlf")]).replaceAll("\n", "\r\n\r\n")}`);
    const { status, error } = await ran(["import", file, "--database", join(folder, "windows.sqlite")]);
    expect({ status, error }).toEqual({ status: 0, error: "" });
  });
});
