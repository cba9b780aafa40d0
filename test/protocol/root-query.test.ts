import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import {
  defineResourceType,
  defineSchema,
  EnterpriseUserSchema,
  errors,
  Group,
  type OperationFacts,
  type ScimOptions,
  User,
} from "../../src/index.ts";

import { queryByScan, type StorageAdapter, type StoredResource } from "../../src/storage/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { ABLE } from "../support/able.ts";
import {
  type Answer,
  BASE_URL,
  type Directory,
  directory,
  ENTERPRISE,
  filtered,
  GROUP,
  USER,
} from "../support/directory.ts";
import { streamingStorage } from "../support/streaming-storage.ts";

const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const DEVICE = "urn:example:params:scim:schemas:Device";
const Device = defineResourceType({
  name: "Device",
  schema: defineSchema({
    id: DEVICE,
    name: "Device",
    attributes: { displayName: {}, size: { type: "integer" }, title: { type: "integer" } },
  }),
});

/** Users, groups and devices, each in a storage of its own. */
function threeStorages(given: Partial<ScimOptions> = {}): Directory {
  const storage = { User: memoryStorage(), Group: memoryStorage(), Device: memoryStorage() };
  return directory({ resourceTypes: [User.extend(EnterpriseUserSchema), Group, Device], storage, ...given });
}

async function fill(service: Directory): Promise<Directory> {
  const users = ["ann", "Bob", "cid"].map((userName) => ({ schemas: [USER], userName, displayName: `${userName} m` }));
  for (const user of users) expect((await service.ask("POST", "/Users", user)).status).toBe(201);
  const nameless = { schemas: [USER], userName: "zoe", title: "boss" };
  expect((await service.ask("POST", "/Users", nameless)).status).toBe(201);
  for (const displayName of ["admins", "bob's", "crew"])
    expect((await service.ask("POST", "/Groups", { schemas: [GROUP], displayName })).status).toBe(201);
  return service;
}

/** What tells a resource to the reader of a test. */
const label = (resource: { userName?: string; displayName?: string; id: string }): string =>
  resource.userName ?? resource.displayName ?? resource.id;
const labels = (answer: Answer): string[] => answer.json.Resources.map(label);

describe("a query on the server root", () => {
  let ask: Directory["ask"];
  beforeAll(async () => {
    ({ ask } = await fill(directory()));
  });

  test("covers the resources of all types, in one order [P-3.4.2.1-01 P-3.4.2.1-02]", async () => {
    const all = ["ann", "Bob", "cid", "zoe", "admins", "bob's", "crew"];
    for (const path of ["", "/", "?startIndex=1", "/?filter=meta.resourceType%20pr"]) {
      const answer = await ask("GET", path);
      expect(answer.status).toBe(200);
      expect(labels(answer)).toEqual(all);
      expect(answer.json).toMatchObject({ totalResults: 7, startIndex: 1, itemsPerPage: 7 });
    }
    const both = await ask("GET", filtered("/", 'meta.resourceType eq "User" or (meta.resourceType eq "Group")'));
    expect(labels(both)).toEqual(all);
    expect(labels(await ask("GET", filtered("/", 'meta.resourceType eq "group"')))).toEqual([]);
    expect(labels(await ask("GET", filtered("/", 'meta.resourceType eq "Group" and displayName sw "c"')))).toEqual([
      "crew",
    ]);
    expect(labels(await ask("GET", filtered("/", 'not (meta.resourceType eq "Group")')))).toHaveLength(4);
  });

  test("shows each resource by its own type: schemas, location, attributes", async () => {
    const answer = await ask("GET", "/?attributes=displayName,members,userName");
    const [user] = answer.json.Resources;
    const group = answer.json.Resources.at(-1);
    expect(user).toEqual({ schemas: [USER], id: user.id, userName: "ann", displayName: "ann m" });
    expect(group).toEqual({ schemas: [GROUP], id: group.id, displayName: "crew" });
    const { json } = await ask("GET", "/");
    expect(json.Resources[0].meta.location).toBe(`${BASE_URL}/Users/${user.id}`);
    expect(json.Resources.at(-1).meta.location).toBe(`${BASE_URL}/Groups/${group.id}`);
    expect(json.Resources[0]).toEqual((await ask("GET", `/Users/${user.id}`)).json);
  });

  test.each([
    ["userName pr", ["ann", "Bob", "cid", "zoe"]],
    ['userName eq "ann"', ["ann"]],
    ['userName eq "ann" or displayName eq "CREW"', ["ann", "crew"]],
    ['displayName co "b"', ["Bob", "bob's"]],
    ['not (userName sw "a")', ["Bob", "cid", "zoe", "admins", "bob's", "crew"]],
    ['userName ne "ann"', ["Bob", "cid", "zoe", "admins", "bob's", "crew"]],
    ["userName eq null", ["admins", "bob's", "crew"]],
    ["userName ne null", ["ann", "Bob", "cid", "zoe"]],
    ["not (userName pr) and displayName pr", ["admins", "bob's", "crew"]],
    ['emails[type eq "work"] or members[value eq "x"]', []],
    ['not (emails[type eq "work"]) and userName gt "b"', ["Bob", "cid", "zoe"]],
    [`${USER}:userName eq "ann" or ${GROUP}:displayName eq "crew"`, ["ann", "crew"]],
    [`not (${ENTERPRISE}:department eq "x") and not (userName pr or displayName eq "crew")`, ["admins", "bob's"]],
  ])("takes an attribute that a type does not have as one without a value: %s [P-3.4.2.1-04 R-35 R-3]", async (filter, found) => {
    const byUrl = await ask("GET", filtered("/", filter));
    expect(labels(byUrl)).toEqual(found);
    expect(byUrl.json.totalResults).toBe(found.length);
    const byBody = await ask("POST", "/.search", { schemas: [SEARCH], filter });
    expect(byBody.body).toBe(byUrl.body);
  });

  test.each([
    "nosuch pr",
    'userName eq "x" or nosuch eq "y"',
    "not (nosuch pr)",
    'emails[nosuch eq "x"]',
    'emails.nosuch eq "x"',
    'password eq "secret"',
    "not (password pr)",
  ])("refuses an attribute that no type has: %s [R-35 R-36 T-F1]", async (filter) => {
    for (const answer of [
      await ask("GET", filtered("/", filter)),
      await ask("POST", "/.search", { schemas: [SEARCH], filter }),
    ])
      expect(answer.json).toMatchObject({ status: "400", scimType: "invalidFilter" });
  });

  test("refuses on the endpoint of one type what that type does not have [P-3.4.2.1-05 R-35]", async () => {
    const strict = await fill(directory({ profile: "strict" }));
    for (const service of [ask, strict.ask]) {
      const answer = await service("GET", filtered("/Users", 'nosuch eq "x"'));
      expect(answer.json).toMatchObject({ status: "400", scimType: "invalidFilter" });
      expect((await service("GET", filtered("/Groups", "userName pr"))).json.scimType).toBe("invalidFilter");
    }
  });

  test("refuses sortBy that no type has, and an operand that does not fit [R-35]", async () => {
    expect((await ask("GET", "/?sortBy=nosuch")).json).toMatchObject({ status: "400", scimType: "invalidValue" });
    expect((await ask("GET", "/?sortBy=password")).json.scimType).toBe("invalidValue");
    expect((await ask("GET", "/?sortBy=name")).json.scimType).toBe("invalidValue");
    expect((await ask("GET", "/?sortBy=id&sortOrder=up")).json.scimType).toBe("invalidValue");
    expect((await ask("GET", filtered("/", "active eq 5"))).json.scimType).toBe("invalidFilter");
  });

  test("sorts over types, those without a value last when ascending and first when descending [R-75 R-23]", async () => {
    expect(labels(await ask("GET", "/?sortBy=displayName"))).toEqual([
      "admins",
      "ann",
      "Bob",
      "bob's",
      "cid",
      "crew",
      "zoe",
    ]);
    const descending = await ask("GET", "/?sortBy=displayName&sortOrder=descending");
    expect(labels(descending)).toEqual(["zoe", "crew", "cid", "bob's", "Bob", "ann", "admins"]);
    const byUserName = await ask("GET", "/?sortBy=userName");
    expect(labels(byUserName).slice(0, 4)).toEqual(["ann", "Bob", "cid", "zoe"]);
    const groups = byUserName.json.Resources.slice(4).map(({ id }: { id: string }) => id);
    expect(groups).toEqual([...groups].sort());
    const groupsFirst = await ask("GET", "/?sortBy=userName&sortOrder=descending");
    expect(labels(groupsFirst).slice(3)).toEqual(["zoe", "cid", "Bob", "ann"]);
  });

  test.each(["PUT", "PATCH", "DELETE", "POST"])("is no target of %s", async (method) => {
    const answer = await ask(method, "/", {});
    expect(answer.status).toBe(405);
    expect(answer.headers.Allow).toBe("GET, HEAD");
    expect((await ask("GET", "/.search")).headers.Allow).toBe("POST");
  });

  test("answers HEAD without a body, and leaves unknown paths unknown", async () => {
    expect(await ask("HEAD", "/")).toMatchObject({ status: 200, body: undefined });
    expect((await ask("GET", "/.search/x")).status).toBe(404);
  });
});

describe("the pages of a root query", () => {
  const sorts = ["", "displayName", "title", "userName", "size", "id", "meta.resourceType"] as const;

  test("by index and by cursor put together are the whole, over three storages and any sort [P-3.4.2.1-02 R-75 C-2-13]", async () => {
    const name = fc.option(fc.constantFrom("a", "B", "b", "c", "ä"), { nil: undefined });
    const items = fc.record({
      users: fc.array(name, { maxLength: 6 }),
      groups: fc.array(fc.constantFrom("a", "B", "b"), { maxLength: 5 }),
      devices: fc.array(fc.record({ displayName: name, size: fc.option(fc.nat(3), { nil: undefined }) }), {
        maxLength: 5,
      }),
      count: fc.integer({ min: 1, max: 8 }),
      sort: fc.constantFrom(...sorts),
      descending: fc.boolean(),
      filter: fc.constantFrom("", "displayName pr", "not (size pr)", 'userName pr or displayName eq "b"'),
    });
    await fc.assert(
      fc.asyncProperty(items, async ({ users, groups, devices, count, sort, descending, filter }) => {
        const { ask } = threeStorages();
        for (const [index, displayName] of users.entries())
          await ask("POST", "/Users", {
            schemas: [USER],
            userName: `u${index % 3}${index}`,
            displayName,
            title: `${index % 2}`,
          });
        for (const displayName of groups) await ask("POST", "/Groups", { schemas: [GROUP], displayName });
        for (const [index, device] of devices.entries())
          await ask("POST", "/Devices", { schemas: [DEVICE], ...device, title: index });
        const query = [
          ...(sort === "" ? [] : [`sortBy=${sort}&sortOrder=${descending ? "descending" : "ascending"}`]),
          ...(filter === "" ? [] : [`filter=${encodeURIComponent(filter)}`]),
        ].join("&");
        const whole = (await ask("GET", `/?${query}&startIndex=1&count=100`)).json;
        const all: string[] = whole.Resources.map(({ id }: { id: string }) => id);
        expect(new Set(all).size).toBe(whole.totalResults);
        const byIndex: string[] = [];
        for (let startIndex = 1; startIndex <= all.length + 1; startIndex += count) {
          const { json } = await ask("GET", `/?${query}&startIndex=${startIndex}&count=${count}`);
          expect(json.totalResults).toBe(all.length);
          byIndex.push(...json.Resources.map(({ id }: { id: string }) => id));
        }
        expect(byIndex).toEqual(all);
        const byCursor: string[] = [];
        for (let cursor: string | undefined = ""; cursor !== undefined; ) {
          const { json } = await ask("GET", `/?${query}&cursor=${cursor}&count=${count}`);
          expect(json.totalResults).toBe(all.length);
          expect(json).not.toHaveProperty("startIndex");
          const page: string[] = json.Resources.map(({ id }: { id: string }) => id);
          expect(page.length).toBe(Math.min(count, all.length - byCursor.length));
          byCursor.push(...page);
          cursor = json.nextCursor;
          expect(cursor === undefined).toBe(byCursor.length === all.length);
        }
        // A filtered walk without a sort is in an order of its own, like that of one type.
        if (sort === "") expect([...byCursor].sort()).toEqual([...all].sort());
        else expect(byCursor).toEqual(all);
      }),
      { numRuns: 60 },
    );
  });

  test("of a walk meet every resource that stays exactly once while others come and go [C-2-13]", async () => {
    for (const sort of ["", "&sortBy=displayName", "&sortBy=displayName&sortOrder=descending"]) {
      const service = directory();
      const kept: string[] = [];
      const doomed: string[] = [];
      const create = async (endpoint: string, name: string): Promise<string> => {
        const schemas = [endpoint === "/Users" ? USER : GROUP];
        return (await service.ask("POST", endpoint, { schemas, userName: name, displayName: name })).json.id;
      };
      for (let index = 0; index < 60; index++) {
        const endpoint = index % 3 === 0 ? "/Groups" : "/Users";
        const id = await create(endpoint, `${(index * 37) % 60}-${index}`);
        if (index % 5 === 2) doomed.push(`${endpoint}/${id}`);
        else kept.push(id);
      }
      const seen: string[] = [];
      let created = 0;
      for (let cursor: string | undefined = ""; cursor !== undefined && created < 200; ) {
        const { json } = await service.ask("GET", `/?count=7${sort}&cursor=${cursor}`);
        seen.push(...json.Resources.map(({ id }: { id: string }) => id));
        cursor = json.nextCursor;
        const gone = doomed.pop();
        if (gone !== undefined) await service.ask("DELETE", gone);
        for (const endpoint of ["/Users", "/Groups"]) await create(endpoint, `${(created * 23) % 60}-new-${created++}`);
      }
      const times = kept.map((id) => seen.filter((other) => other === id).length);
      expect(times).toEqual(kept.map(() => 1));
      expect(new Set(seen).size).toBe(seen.length);
    }
  });

  test("ask for the total alone with count=0, by index and by cursor", async () => {
    const { ask } = await fill(directory());
    for (const query of [
      "count=0",
      "count=0&cursor=",
      "count=0&sortBy=displayName",
      "count=0&cursor=&sortBy=displayName",
    ]) {
      const { json } = await ask("GET", `/?${query}`);
      expect(json).toMatchObject({ totalResults: 7, itemsPerPage: 0, Resources: [] });
      expect(json).not.toHaveProperty("nextCursor");
    }
    expect((await ask("GET", "/?startIndex=100&sortBy=displayName")).json).toMatchObject({
      totalResults: 7,
      startIndex: 100,
      Resources: [],
    });
  });

  test("that are sorted end, by index, at a limit, where by cursor they do not [P-3.4.2.1-03 R-74]", async () => {
    const { ask } = await fill(directory({ limits: { mergedResults: 5 } }));
    expect(labels(await ask("GET", "/?sortBy=displayName&startIndex=4&count=2"))).toEqual(["bob's", "cid"]);
    const refused = await ask("GET", "/?sortBy=displayName&startIndex=5&count=2");
    expect(refused.json).toMatchObject({ status: "400", scimType: "tooMany" });
    expect(refused.json.detail).toContain("cursor");
    expect(labels(await ask("GET", "/?startIndex=5&count=3"))).toEqual(["admins", "bob's", "crew"]);
    expect((await ask("GET", "/?sortBy=displayName&cursor=&count=7")).json.Resources).toHaveLength(7);
    // One type alone is sorted by its storage, however deep.
    const users = `&filter=${encodeURIComponent("userName pr")}`;
    expect((await ask("GET", `/?sortBy=displayName&startIndex=1&count=100${users}`)).status).toBe(200);
  });

  test("are refused where storage says that they would be too many [P-3.4.2.1-03]", async () => {
    const memory = memoryStorage();
    const bounded: StorageAdapter = {
      ...memory,
      async query(request, context) {
        const { resources } = await memory.query(
          { ...request, filter: undefined, sort: undefined, page: { startIndex: 1, count: 1000 } },
          context,
        );
        return queryByScan(resources, request, { maxScanned: 3 });
      },
    };
    const { ask } = await fill(directory({ storage: bounded }));
    for (const path of [filtered("/Users", "title pr"), filtered("/", "title pr")])
      expect((await ask("GET", path)).json).toMatchObject({ status: "400", scimType: "tooMany" });
    expect((await ask("GET", filtered("/", "members pr"))).status).toBe(200);
  });

  test("have cursors that are good for the root alone [C-2-12]", async () => {
    const { ask } = await fill(directory());
    const { nextCursor } = (await ask("GET", "/?cursor=&count=2")).json;
    expect((await ask("GET", `/Users?cursor=${nextCursor}&count=2`)).json.scimType).toBe("invalidCursor");
    const users = (await ask("GET", "/Users?cursor=&count=2")).json.nextCursor;
    expect((await ask("GET", `/?cursor=${users}&count=2`)).json.scimType).toBe("invalidCursor");
  });

  test("go on after a page that a storage gave short, before the next type", async () => {
    const memory = memoryStorage();
    const short: StorageAdapter = {
      ...memory,
      query(request, context) {
        const { page, resourceType } = request;
        const isShort = resourceType.name === "User" && !("startIndex" in page) && page.count > 1;
        return memory.query(isShort ? { ...request, page: { ...page, count: 1 } } : request, context);
      },
    };
    const { ask } = await fill(directory({ storage: short }));
    for (const sort of ["", "&sortBy=displayName"]) {
      const walked: string[] = [];
      for (let cursor: string | undefined = ""; cursor !== undefined; ) {
        const answer = await ask("GET", `/?count=5&cursor=${cursor}${sort}`);
        walked.push(...labels(answer));
        cursor = answer.json.nextCursor;
      }
      expect(walked).toEqual(labels(await ask("GET", `/?startIndex=1${sort}`)));
    }
  });
});

describe("who may query the root", () => {
  test("is decided once, on all types that the answer may hold [T-F19]", async () => {
    const operations: OperationFacts[] = [];
    const { ask } = await fill(
      threeStorages({
        authorize: (operation) => {
          if (operation.type !== "rootQuery") return;
          operations.push(operation);
          if (operation.resourceTypes.includes("Group")) throw errors.forbidden("No groups.");
        },
      }),
    );
    expect((await ask("GET", "/")).status).toBe(403);
    expect((await ask("POST", "/.search", { schemas: [SEARCH], filter: "displayName pr" })).status).toBe(403);
    const users = await ask("GET", filtered("/", 'meta.resourceType eq "User"'));
    expect(users.json.totalResults).toBe(4);
    expect(operations.map(({ access }) => access)).toEqual(["read", "read", "read"]);
    expect(operations.map(({ resourceTypes }) => resourceTypes)).toEqual([
      ["User", "Group", "Device"],
      ["User", "Group", "Device"],
      ["User"],
    ]);
  });

  test("may be nobody: rootQueries: false is 501", async () => {
    const { ask } = directory({ rootQueries: false });
    for (const answer of [await ask("GET", "/?filter=id%20pr"), await ask("POST", "/.search", { schemas: [SEARCH] })]) {
      expect(answer.json).toMatchObject({ status: "501" });
      expect(answer.json).not.toHaveProperty("scimType");
    }
  });

  test("sees of each type what that type lets the caller read [T-F4]", async () => {
    const { ask } = await fill(
      directory({ isReadable: ({ name }, { name: type }) => type !== "User" || name !== "displayName" }),
    );
    const answer = await ask("GET", filtered("/", "displayName pr"));
    expect(labels(answer)).toEqual(["admins", "bob's", "crew"]);
    const sorted = await ask("GET", "/?sortBy=displayName&attributes=displayName,userName");
    expect(labels(sorted).slice(0, 3)).toEqual(["admins", "bob's", "crew"]);
    expect(sorted.body).not.toContain("ann m");
  });

  test("must keep sensitive values out of the URL here as well [R-40]", async () => {
    const { ask } = await fill(directory({ sensitiveAttributes: ["userName"] }));
    expect((await ask("GET", filtered("/", 'userName eq "ann"'))).json).toMatchObject({
      status: "403",
      scimType: "sensitive",
    });
    const found = await ask("POST", "/.search", { schemas: [SEARCH], filter: 'userName eq "ann"' });
    expect(labels(found)).toEqual(["ann"]);
  });
});

describe("storages behind a root query", () => {
  test("are not asked where the filter rules their type out, and read no more than their part of the page", async () => {
    const asked: string[] = [];
    const memory = memoryStorage();
    const watched: StorageAdapter = {
      ...memory,
      query: async (request, context) => {
        const found = await memory.query(request, context);
        asked.push(
          `${request.resourceType.name} ${request.stream === true ? "whole" : "part"} ${found.resources.length}`,
        );
        return found;
      },
    };
    const { ask } = await fill(directory({ storage: watched }));
    asked.length = 0;
    await ask("GET", filtered("/", 'userName eq "ann"'));
    expect(asked).toEqual(["User whole 1"]);
    asked.length = 0;
    await ask("GET", "/?sortBy=displayName&startIndex=3&count=2");
    expect(asked.filter((read) => read.includes("whole")).sort()).toEqual(["Group whole 1", "User whole 1"]);
  });

  test("are freed of the streams of one when another one fails", async () => {
    for (const sort of ["", "?sortBy=displayName"]) {
      const groups = streamingStorage();
      const users = memoryStorage();
      let isBroken = false;
      const breaking: StorageAdapter = {
        ...users,
        query: async (request, context) => {
          if (isBroken && request.stream === true) throw errors.tooMany("Too many users.");
          return users.query(request, context);
        },
      };
      const service = await fill(
        directory({
          resourceTypes: [Group, User],
          storage: { User: breaking, Group: groups },
          settings: { references: "ignore" },
        }),
      );
      isBroken = true;
      const answer = await service.ask("GET", `/${sort}`);
      expect(answer.json).toMatchObject({ status: "400", scimType: "tooMany" });
      expect(groups.probe.freed).toBe(3);
    }
  });

  test("that cannot sort make the whole query unsorted, and that cannot filter refuse the filter [P-3.4.2.2-01]", async () => {
    const unsorted = await fill(
      directory({
        storage: { User: memoryStorage(), Group: { ...memoryStorage(), capabilities: { ...ABLE, sort: false } } },
      }),
    );
    expect(labels(await unsorted.ask("GET", "/?sortBy=displayName"))).toEqual(labels(await unsorted.ask("GET", "/")));
    const unfiltered = await fill(
      directory({
        storage: { User: memoryStorage(), Group: { ...memoryStorage(), capabilities: { ...ABLE, filter: false } } },
      }),
    );
    expect((await unfiltered.ask("GET", filtered("/", "userName pr"))).json.scimType).toBe("invalidFilter");
    expect((await unfiltered.ask("GET", filtered("/Groups", "displayName pr"))).json.scimType).toBe("invalidFilter");
    expect((await unfiltered.ask("GET", filtered("/Users", "userName pr"))).json.totalResults).toBe(4);
  });

  test("may keep keys of different types under one name: the order is total all the same", async () => {
    const { ask } = await fill(threeStorages());
    for (const title of [10, 9]) await ask("POST", "/Devices", { schemas: [DEVICE], displayName: `d${title}`, title });
    const titles = (answer: Answer) => answer.json.Resources.map(({ title }: StoredResource) => title ?? null);
    const ascending = titles(await ask("GET", "/?sortBy=title&filter=title%20pr"));
    expect(ascending).toEqual([9, 10, "boss"]);
    expect(titles(await ask("GET", "/?sortBy=title&sortOrder=descending&filter=title%20pr"))).toEqual(["boss", 10, 9]);
  });
});
