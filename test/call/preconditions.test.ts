import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { hasTag, parseTags } from "../../src/call/preconditions.ts";
import { type ProfileName, profiles } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { someEngines } from "../storage/sql/engines.ts";
import { type Answer, type Directory, directory, GROUP, USER } from "../support/directory.ts";

const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const user = (userName: string, more: object = {}) => ({ schemas: [USER], userName, ...more });
const rename = (title: string) => ({
  schemas: [PATCH_OP],
  Operations: [{ op: "replace", path: "title", value: title }],
});

let service: Directory;
let path: string;
let etag: string;

async function made(given: Parameters<typeof directory>[0] = {}): Promise<Answer> {
  service = directory(given);
  const created = await service.ask("POST", "/Users", user("ann"));
  path = `/Users/${created.json.id}`;
  etag = created.headers.ETag as string;
  return created;
}

describe("the tags of a header", () => {
  test.each([
    ['W/"1"', ["1"]],
    ['"1"', ["1"]],
    ['w/"1"', ["1"]],
    ['W/"1", "2" ,W/"3"', ["1", "2", "3"]],
    ['"a,b", W/"c, d"', ["a,b", "c, d"]],
    ['""', [""]],
    ["1", ["1"]],
    ["1 , 2", ["1", "2"]],
    [' , ,"1",, ', ["1"]],
    ["", []],
    [",,,", []],
    ['"unclosed', ["unclosed"]],
    ['W/"1", "unclosed, W/', ["1", "unclosed, W/"]],
    ['"1""2"', ["1", "2"]],
    ["W/", ["W/"]],
    ["*", "*"],
    [" * ", "*"],
    ['"*"', ["*"]],
  ])("of %j are %j [R-39 T-H8]", (header, tags) => {
    expect(parseTags(header)).toEqual(tags);
  });

  test("a star in a list is no wildcard", () => {
    expect(hasTag(parseTags('"1", *'), "2")).toBe(false);
  });

  test("more than 8,192 characters are refused before anything reads them [T-H7]", async () => {
    await made();
    for (const header of [" ".repeat(8193), '"1",'.repeat(4000), `"${"x".repeat(100_000)}`]) {
      for (const [method, name] of [
        ["GET", "If-None-Match"],
        ["PUT", "If-Match"],
      ] as const) {
        const answer = await service.ask(method, path, method === "GET" ? undefined : user("bob"), { [name]: header });
        expect(answer.json).toMatchObject({ status: "400", detail: expect.stringContaining("8192") });
      }
    }
    expect((await service.ask("GET", path)).json.userName).toBe("ann");
  });
});

describe("an entity tag", () => {
  test("is weak, is sent with every resource, and is its meta.version [P-3.14-01 P-3.14-02]", async () => {
    const created = await made();
    expect((await service.ask("GET", "/ServiceProviderConfig")).json.etag).toEqual({ supported: true });
    for (const answer of [
      created,
      await service.ask("GET", path),
      await service.ask("PUT", path, user("ann", { title: "a" })),
      await service.ask("PATCH", path, rename("b")),
    ]) {
      expect(answer.headers.ETag).toMatch(/^W\/"[\x21\x23-\x7e]+"$/);
      expect(answer.json.meta.version).toBe(answer.headers.ETag);
    }
    const listed = (await service.ask("GET", "/Users")).json.Resources[0];
    expect(listed.meta.version).toBe((await service.ask("HEAD", path)).headers.ETag);
  });

  test("changes with every change, and with nothing else [P-3.14-03]", async () => {
    await made();
    const seen = [etag];
    const step = async (method: string, body?: object): Promise<void> => {
      await service.ask(method, path, body);
      seen.push((await service.ask("GET", path)).headers.ETag as string);
    };
    await step("GET");
    await step("PUT", user("ann"));
    expect(new Set(seen).size).toBe(1);
    await step("PATCH", rename("one"));
    await step("PATCH", rename("one"));
    expect(new Set(seen).size).toBe(2);
    await step("PUT", user("ann", { title: "two" }));
    await step("PUT", user("ann", { title: "one" }));
    expect(new Set(seen).size).toBe(4);
    await service.ask("POST", "/Users", user("bob"));
    await step("GET");
    expect(new Set(seen).size).toBe(4);
  });

  test("of a group changes with its members [P-3.14-03]", async () => {
    await made();
    const group = await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "g" });
    const value = path.slice("/Users/".length);
    const add = { schemas: [PATCH_OP], Operations: [{ op: "add", path: "members", value: [{ value }] }] };
    const tags = [group.headers.ETag];
    for (let index = 0; index < 2; index++) {
      await service.ask("PATCH", `/Groups/${group.json.id}`, add);
      tags.push((await service.ask("GET", `/Groups/${group.json.id}`)).headers.ETag);
    }
    expect(tags[1]).not.toBe(tags[0]);
    expect(tags[2]).toBe(tags[1]);
  });
});

describe("a read with If-None-Match", () => {
  beforeEach(() => made());
  const strong = (): string => etag.slice(2);

  test.each([
    ["the current tag", () => etag],
    ["the current tag as a strong one", () => strong()],
    ["a list with the current tag", () => `"x", ${etag}, W/"y"`],
    ["*", () => "*"],
    ["the bare version", () => strong().slice(1, -1)],
  ])("that is %s is 304 without a body [P-3.14-04 R-39 T-H8]", async (_, header) => {
    for (const method of ["GET", "HEAD"]) {
      const answer = await service.ask(method, path, undefined, { "If-None-Match": header() });
      expect(answer).toMatchObject({ status: 304, body: undefined, headers: { ETag: etag } });
      expect(answer.headers).not.toHaveProperty("Content-Type");
    }
  });

  test.each(['W/"stale"', '"x", "y"', "", "garbage", '"*"'])("that is %j is 200 [P-3.14-04]", async (header) => {
    const answer = await service.ask("GET", path, undefined, { "If-None-Match": header });
    expect(answer).toMatchObject({ status: 200, json: { userName: "ann" } });
  });

  test("that was current is 200 after a change [P-3.14-04]", async () => {
    await service.ask("PATCH", path, rename("x"));
    expect((await service.ask("GET", path, undefined, { "If-None-Match": etag })).status).toBe(200);
  });

  test("is 404 where nothing is, whatever it says", async () => {
    for (const header of ["*", etag])
      expect((await service.ask("GET", "/Users/none", undefined, { "If-None-Match": header })).status).toBe(404);
  });
});

/** Every way to write a resource, and what shows that it was not written. */
const WRITES = [
  ["PUT", user("bob")],
  ["PATCH", { schemas: [PATCH_OP], Operations: [{ op: "replace", path: "userName", value: "bob" }] }],
  ["DELETE", undefined],
] as const;

describe.each(WRITES)("%s with If-Match", (method, body) => {
  beforeEach(() => made());

  test.each([
    ["the current tag, weak as it is", () => etag],
    ["the current tag as a strong one", () => etag.slice(2)],
    ["a list with the current tag", () => `"x", ${etag}, W/"y"`],
    ["*", () => "*"],
  ])("that is %s is done [P-3.14-05 P-3.14-06 R-39 T-H8]", async (_, header) => {
    const answer = await service.ask(method, path, body, { "If-Match": header() });
    expect(answer.status).toBe(method === "DELETE" ? 204 : 200);
    const after = await service.ask("GET", path);
    expect(after.status === 404 || after.json.userName === "bob").toBe(true);
  });

  test.each([
    'W/"stale"',
    '"x", "y"',
    "",
    "garbage",
    '"*"',
    '"x", *',
  ])("that is %j is 412 and changes nothing [P-3.14-05 P-3.14-07 R-39 T-H8]", async (header) => {
    const answer = await service.ask(method, path, body, { "If-Match": header });
    expect(answer.json).toMatchObject({ status: "412", detail: expect.stringContaining("If-Match") });
    expect(answer.json).not.toHaveProperty("scimType");
    const after = await service.ask("GET", path);
    expect(after).toMatchObject({ status: 200, headers: { ETag: etag }, json: { userName: "ann" } });
  });

  test("of a resource that is not there is 404, for * and for every tag [P-3.14-07 R-39a T-H8]", async () => {
    for (const header of ["*", etag, `"x", ${etag}`, '"x"', "", "garbage"])
      for (const name of ["If-Match", "If-None-Match"])
        expect
          .soft((await service.ask(method, "/Users/none", body, { [name]: header })).status, `${name}: ${header}`)
          .toBe(404);
  });

  test("of a resource that was deleted is 404, for * and for the tag that it had [R-39a T-H8]", async () => {
    await service.ask("DELETE", path);
    for (const header of ["*", etag])
      expect((await service.ask(method, path, body, { "If-Match": header })).status).toBe(404);
  });

  test("has one winner of two [P-3.14-08 T-I3]", async () => {
    const answers = await Promise.all([1, 2].map(() => service.ask(method, path, body, { "If-Match": etag })));
    const [won, lost] = answers.map(({ status }) => status).sort();
    expect(won).toBe(method === "DELETE" ? 204 : 200);
    expect(lost === 412 || (method === "DELETE" && lost === 404)).toBe(true);
  });

  test("is not passed over where it is If-None-Match that the client sends: nothing is overwritten [R-39]", async () => {
    for (const header of ["*", etag, `"x", ${etag}`]) {
      const answer = await service.ask(method, path, body, { "If-None-Match": header });
      expect(answer.status).toBe(412);
    }
    const both = { "If-Match": etag, "If-None-Match": etag };
    expect((await service.ask(method, path, body, both)).status).toBe(412);
    const stale = { "If-Match": '"x"', "If-None-Match": '"x"' };
    expect((await service.ask(method, path, body, stale)).status).toBe(412);
    expect((await service.ask("GET", path)).headers.ETag).toBe(etag);
    expect((await service.ask(method, "/Users/none", body, { "If-None-Match": "*" })).status).toBe(404);
    const other = await service.ask(method, path, body, { "If-None-Match": '"x"' });
    expect(other.status).toBe(method === "DELETE" ? 204 : 200);
  });
});

describe("If-Match on a change of members, which is not read", () => {
  test.each([
    ["stale", () => '"x"', 412],
    ["a list without the current tag", () => '"x", "y"', 412],
    ["empty", () => "", 412],
    ["current", (tag: string) => tag, 204],
    ["a list with the current tag", (tag: string) => `"x", ${tag}`, 204],
    ["*", () => "*", 204],
  ])("holds where it is %s [P-3.14-05 P-3.14-08]", async (_, header, status) => {
    await made();
    const group = await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "g" });
    const add = {
      schemas: [PATCH_OP],
      Operations: [{ op: "add", path: "members", value: [{ value: path.slice("/Users/".length) }] }],
    };
    const url = `/Groups/${group.json.id}`;
    const answer = await service.ask("PATCH", url, add, { "If-Match": header(group.headers.ETag as string) });
    expect(answer.status).toBe(status);
    expect((await service.ask("GET", url)).json.members?.length ?? 0).toBe(status === 204 ? 1 : 0);
  });
});

describe("a precondition on what is not there", () => {
  const engines = someEngines();
  afterAll(() => Promise.all(engines.map((engine) => engine.close())));
  const storages = [
    ["memory", async () => memoryStorage()],
    ...engines.map((engine) => [engine.name, async () => (await engine.open()).storage] as const),
  ] as const;
  const profileNames = Object.keys(profiles) as ProfileName[];

  test.each(
    storages,
  )("is 404 in %s, by every verb, as a version in bulk, and for a change of members that is not read [R-39a T-H8]", async (_, open) => {
    for (const profile of ["lenient", "strict"] as const) {
      const { ask } = directory({ storage: await open(), profile });
      const member = { value: (await ask("POST", "/Users", user(`ann-${profile}`))).json.id };
      const members = { schemas: [PATCH_OP], Operations: [{ op: "add", path: "members", value: [member] }] };
      const remove = { schemas: [PATCH_OP], Operations: [{ op: "remove", path: 'members[value eq "x"]' }] };
      const requests = [
        ...WRITES.map(([method, body]) => [method, "/Users/none", body] as const),
        ["PATCH", "/Groups/none", members],
        ["PATCH", "/Groups/none", remove],
      ] as const;
      for (const tag of ["*", 'W/"1"', '"1", "2"']) {
        for (const [method, url, body] of requests)
          expect.soft((await ask(method, url, body, { "If-Match": tag })).status, `${method} ${url} ${tag}`).toBe(404);
        const Operations = requests.map(([method, url, data]) => ({ method, path: url, version: tag, data }));
        const schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
        const { json } = await ask("POST", "/Bulk", { schemas, Operations });
        expect(json.Operations.map(({ status }: { status: string }) => status)).toEqual(requests.map(() => "404"));
      }
    }
  });

  test.each(profileNames)("is 404 under the profile %s [R-39a]", async (profile) => {
    const { ask } = directory({ profile, throttle: () => undefined });
    for (const [method, body] of WRITES)
      expect((await ask(method, "/Users/none", body, { "If-Match": "*" })).status).toBe(404);
  });
});

describe("a service without entity tags", () => {
  test("sends no tag and no meta.version, says so, and passes conditions over [P-3.14-09]", async () => {
    const created = await made({ settings: { etags: false } });
    expect((await service.ask("GET", "/ServiceProviderConfig")).json.etag).toEqual({ supported: false });
    const stale = { "If-Match": 'W/"stale"' };
    const answers = [
      created,
      await service.ask("GET", path, undefined, { "If-None-Match": "*" }),
      await service.ask("PUT", path, user("ann", { title: "a" }), stale),
      await service.ask("PATCH", path, rename("b"), stale),
    ];
    for (const answer of answers) {
      expect(answer.status).toBeLessThan(300);
      expect(answer.headers).not.toHaveProperty("ETag");
      expect(answer.json.meta).not.toHaveProperty("version");
    }
    const bulk = await service.ask("POST", "/Bulk", {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
      Operations: [{ method: "PUT", path, version: 'W/"stale"', data: user("ann", { title: "c" }) }],
    });
    expect(bulk.json.Operations[0]).toMatchObject({ status: "200" });
    expect(bulk.json.Operations[0]).not.toHaveProperty("version");
    expect((await service.ask("DELETE", path, undefined, stale)).status).toBe(204);
  });

  test("keeps two writers from losing each other's change all the same", async () => {
    await made({ settings: { etags: false } });
    const emails = (value: string) => ({
      schemas: [PATCH_OP],
      Operations: [{ op: "add", path: "emails", value: [{ value, type: value }] }],
    });
    await Promise.all(["a@example.com", "b@example.com"].map((value) => service.ask("PATCH", path, emails(value))));
    expect((await service.ask("GET", path)).json.emails).toHaveLength(2);
  });
});
