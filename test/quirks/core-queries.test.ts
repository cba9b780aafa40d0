import { describe, expect, test, vi } from "vitest";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { ENTERPRISE, filtered, GROUP, LIST, USER } from "../support/directory.ts";
import { under } from "../support/quirk.ts";

const strict = () => under([]);
const users = async (service: Awaited<ReturnType<typeof under>>, count: number): Promise<void> => {
  for (let index = 0; index < count; index++)
    await service.ask("POST", "/Users", { schemas: [USER], userName: `u${index}` });
};

describe("filters", () => {
  test("no match is 200 with an empty list, also for what could be no user name [Q15 Q25]", async () => {
    const service = await strict();
    for (const name of ["6d1f7d9b-9a0a-4f0c-8fd4-5a1a6a3b7c11", "", " ", "no such\\tname", "a".repeat(300)]) {
      const { status, json } = await service.ask("GET", filtered("/Users", `userName eq "${name}"`));
      expect(status).toBe(200);
      expect(json).toEqual({ schemas: [LIST], totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] });
    }
  });

  test("operators and attribute names have no letter case [Q18 Q20]", async () => {
    const service = await strict();
    for (const filter of [
      'userName Eq "ada"',
      'USERNAME EQ "ada"',
      'username Sw "ad" AND Active eq true',
      'emails.Value Co "ada@WORK"',
      `${ENTERPRISE.toUpperCase()}:Department pr OR userName eq "ada"`,
    ])
      expect(await service.find(filtered("/Users", filter))).toContain("ada");
  });

  test("a name outside of the schema is an error that names it [Q19]", async () => {
    const service = await strict();
    expect(await service.ask("GET", filtered("/Users", 'email eq "x"'))).toMatchObject({
      status: 400,
      json: { scimType: "invalidFilter", detail: expect.stringContaining('"email"') },
    });
  });

  test("userName and e-mail are found in any letter case, and come back as they were stored [Q21]", async () => {
    const service = await strict();
    await service.ask("POST", "/Users", {
      schemas: [USER],
      userName: "Zoë.Q@Example.com",
      emails: [{ value: "Zoë@Example.com" }],
    });
    for (const filter of ['userName eq "ZOË.q@example.COM"', 'emails.value eq "zoë@example.com"'])
      expect(await service.find(filtered("/Users", filter))).toEqual(["Zoë.Q@Example.com"]);
  });

  test("whether somebody is a member of a group is a filter [Q23]", async () => {
    const service = await strict();
    const ask = (id: string) =>
      service.find(filtered("/Groups", `id eq "${service.group}" and members eq "${id}"`, "&attributes=displayName"));
    expect(await ask(service.ada)).toEqual(["Both"]);
    expect(await ask("nobody")).toEqual([]);
  });

  test("a disabled user is found, listed and read [Q31]", async () => {
    const service = await strict();
    expect(await service.find(filtered("/Users", 'userName eq "bob"'))).toEqual(["bob"]);
    expect(await service.find("/Users")).toEqual(["ada", "bob"]);
    expect((await service.ask("GET", `/Users/${service.bob}`)).json.active).toBe(false);
  });
});

describe("pages", () => {
  test("are pages of what the filter finds, and totalResults counts that [Q24]", async () => {
    const service = await strict();
    await users(service, 5);
    const filter = 'userName sw "u"';
    const { json } = await service.ask("GET", filtered("/Users", filter, "&startIndex=2&count=2"));
    expect(json).toMatchObject({ totalResults: 5, startIndex: 2, itemsPerPage: 2 });
    expect((await service.ask("GET", filtered("/Users", filter, "&startIndex=1"))).json.Resources).toHaveLength(5);
  });

  test("have five members of the right types, empty or not, past the end or with bounds below them [Q26 Q33]", async () => {
    const service = await strict();
    for (const [query, startIndex, itemsPerPage] of [
      ["", 1, 2],
      ["?startIndex=2&count=1", 2, 1],
      ["?startIndex=0&count=10", 1, 2],
      ["?startIndex=-5", 1, 2],
      ["?count=0", 1, 0],
      ["?count=-1", 1, 0],
      ["?startIndex=3&count=2", 3, 0],
      ["?startIndex=1000", 1000, 0],
    ] as const) {
      const { json } = await service.ask("GET", `/Users${query}`);
      expect(json).toEqual({
        schemas: [LIST],
        totalResults: 2,
        startIndex,
        itemsPerPage,
        Resources: expect.any(Array),
      });
      expect(json.Resources).toHaveLength(itemsPerPage);
    }
  });

  test("have the server's size where the client gives none, the same for each, whichever parameter is there [Q30 Q34 Q35]", async () => {
    const service = await under([], { limits: { defaultResults: 3 } });
    await users(service, 5);
    const page = async (query: string) => (await service.ask("GET", `/Users${query}`)).json.itemsPerPage;
    expect(await Promise.all(["", "?startIndex=1", "?startIndex=4", "?startIndex=7"].map(page))).toEqual([3, 3, 3, 1]);
    expect(await page("?count=7")).toBe(7);
    const generous = await under([], { limits: { defaultResults: 1000 } });
    await users(generous, 120);
    expect((await generous.ask("GET", "/Users")).json.Resources).toHaveLength(122);
  });

  test("keep their order while resources change, and together are all there is [Q32 Q103]", async () => {
    const service = await strict();
    await users(service, 7);
    const seen: string[] = [];
    for (let startIndex = 1; startIndex <= 9; startIndex += 2) {
      seen.push(...(await service.find(`/Users?startIndex=${startIndex}&count=2`)));
      await service.patch(`/Users/${service.ada}`, { op: "replace", path: "title", value: `v${startIndex}` });
    }
    expect(seen).toEqual(["ada", "bob", ...Array.from({ length: 7 }, (_, index) => `u${index}`)]);
    const groups = await service.ask("POST", "/Groups", { schemas: [GROUP], displayName: "Second" });
    expect(groups.status).toBe(201);
    expect(await service.find("/Groups?startIndex=1&count=1")).toEqual(["Both"]);
    expect(await service.find("/Groups?startIndex=2&count=1")).toEqual(["Second"]);
  });
});

describe("selections", () => {
  test("without members, a list and a read show none and ask storage for none [Q27]", async () => {
    const storage = memoryStorage();
    const [query, get] = [vi.spyOn(storage, "query"), vi.spyOn(storage, "get")];
    const service = await under([], { storage });
    const list = await service.ask("GET", filtered("/Groups", 'displayName eq "Both"', "&excludedAttributes=members"));
    const read = await service.ask("GET", `/Groups/${service.group}?excludedAttributes=members`);
    for (const group of [list.json.Resources[0], read.json]) expect(group).not.toHaveProperty("members");
    for (const [request] of [...query.mock.calls, ...get.mock.calls.slice(-1)]) {
      const members = request.resourceType.attribute("members");
      expect(members !== undefined && request.select.includes(members)).toBe(false);
    }
  });

  test("a value path in attributes selects the attribute [Q29]", async () => {
    const service = await strict();
    const { status, json } = await service.ask(
      "GET",
      `/Users/${service.ada}?attributes=${encodeURIComponent('emails[type eq "work"]')}`,
    );
    expect(status).toBe(200);
    expect(json.emails).toHaveLength(2);
    expect(json).not.toHaveProperty("userName");
  });

  test("a manager is read back as an object in its extension, in lists too [Q61]", async () => {
    const service = await strict();
    const { json } = await service.ask("GET", filtered("/Users", 'userName eq "bob"'));
    expect(json.Resources[0][ENTERPRISE].manager).toMatchObject({ value: service.ada });
  });
});
