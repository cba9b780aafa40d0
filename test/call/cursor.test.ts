import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errors, type ScimOptions, type StorageAdapter } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { ABLE } from "../support/able.ts";
import { type Answer, BASE_URL, type Directory, directory, ENTERPRISE, USER } from "../support/directory.ts";

const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const SECRET = "a secret for the tests, thirty-two characters at least";

/** A service with users whose names are `names`, in this order. */
async function withUsers(names: readonly string[], given: Partial<ScimOptions> = {}): Promise<Directory> {
  const service = directory(given);
  for (const userName of names) {
    const title = userName.length % 2 === 0 ? "even" : undefined;
    const created = await service.ask("POST", "/Users", { schemas: [USER], userName, title });
    expect(created.status).toBe(201);
  }
  return service;
}

/** By how much the clocks of two servers may differ. */
const CLOCK_DIFFERENCE = 300_000;
const FIVE = ["eve", "Adam", "cain", "abel", "seth"];
const names = (answer: Answer): string[] => answer.json.Resources.map(({ userName }: { userName: string }) => userName);
const next = (answer: Answer): string => answer.json.nextCursor;

/** Follows nextCursor from the first page to the last. */
async function walk(ask: Directory["ask"], query: string): Promise<Answer[]> {
  const pages: Answer[] = [];
  for (let cursor: string | undefined = ""; cursor !== undefined; cursor = pages.at(-1)?.json.nextCursor) {
    const page = await ask("GET", `/Users?${query}&cursor=${cursor}`);
    expect(page.status).toBe(200);
    pages.push(page);
    expect(pages.length).toBeLessThan(100);
  }
  return pages;
}

/** Storage that cannot page by cursor. */
function withoutCursors(): StorageAdapter {
  return { ...memoryStorage(), capabilities: ABLE };
}

describe("a page by cursor", () => {
  test.each(["cursor", "cursor="])("is asked for with ?%s and begins a walk [C-2-01 C-2-02]", async (parameter) => {
    const { ask } = await withUsers(FIVE);
    const page = await ask("GET", `/Users?${parameter}&count=2`);
    expect(page.status).toBe(200);
    expect(names(page)).toEqual(["eve", "Adam"]);
    expect(page.json).toMatchObject({ totalResults: 5, itemsPerPage: 2, nextCursor: expect.any(String) });
  });

  test("has no startIndex, and null or empty cursors never [C-2-08 C-2-15]", async () => {
    const { ask } = await withUsers(FIVE);
    for (const page of await walk(ask, "count=2")) {
      expect(page.json).not.toHaveProperty("startIndex");
      for (const name of ["nextCursor", "previousCursor"])
        if (name in page.json) expect(page.json[name]).toMatch(/^[^ ]+$/);
    }
  });

  test("has a cursor of unreserved characters, whatever stands in the sort key [C-2-03]", async () => {
    const { ask } = await withUsers(["ä+/=?&#", "€\u{1f600}", 'quote"back\\slash', "x.y.z"]);
    for (const sortBy of ["userName", "id", ""])
      for (const page of await walk(ask, `count=1&sortBy=${sortBy}`))
        if (page.json.nextCursor !== undefined) expect(next(page)).toMatch(/^[A-Za-z0-9\-._~]+$/);
  });

  test.each(["0", "-3", "-0"])("with count=%s has no resources, and the total [C-2-04 R-21]", async (count) => {
    const { ask } = await withUsers(FIVE);
    const page = await ask("GET", `/Users?cursor=&count=${count}`);
    expect(page.json).toMatchObject({ totalResults: 5, itemsPerPage: 0, Resources: [] });
    expect(page.json).not.toHaveProperty("nextCursor");
  });

  test("has count resources at most, the server's number without count, and never more than the limit [C-2-05 C-2-06 C-4-04]", async () => {
    const { ask } = await withUsers(FIVE, { limits: { defaultResults: 3, results: 4 } });
    expect((await ask("GET", "/Users?cursor=&count=2")).json.Resources).toHaveLength(2);
    expect((await ask("GET", "/Users?cursor=")).json.Resources).toHaveLength(3);
    const clamped = await ask("GET", "/Users?cursor=&count=1000");
    expect(clamped.json.Resources).toHaveLength(4);
    expect(names(await ask("GET", `/Users?cursor=${next(clamped)}&count=1000`))).toEqual(["seth"]);
  });

  test("has nextCursor, but for the last one [C-2-07 C-2-08]", async () => {
    const { ask } = await withUsers(FIVE);
    const pages = await walk(ask, "count=2");
    expect(pages.map(names)).toEqual([["eve", "Adam"], ["cain", "abel"], ["seth"]]);
    expect(pages.map(({ json }) => "nextCursor" in json)).toEqual([true, true, false]);
    expect(await walk(ask, "count=5")).toHaveLength(1);
  });

  test("leads back by previousCursor, which the first page does not have [C-2-09 C-2-10]", async () => {
    const { ask } = await withUsers(FIVE);
    for (const query of ["count=2", "count=2&sortBy=userName&sortOrder=descending"]) {
      const pages = await walk(ask, query);
      expect(pages.map(({ json }) => "previousCursor" in json)).toEqual([false, true, true]);
      const [first, second, third] = pages as [Answer, Answer, Answer];
      const back = await ask("GET", `/Users?${query}&cursor=${third.json.previousCursor}`);
      expect(names(back)).toEqual(names(second));
      const start = await ask("GET", `/Users?${query}&cursor=${back.json.previousCursor}`);
      expect(names(start)).toEqual(names(first));
      expect(start.json).not.toHaveProperty("previousCursor");
    }
  });

  test("gives the first page no previousCursor even where storage does [C-2-10]", async () => {
    const memory = memoryStorage();
    const eager: StorageAdapter = {
      ...memory,
      query: async (request, context) => ({ previousCursor: "before", ...(await memory.query(request, context)) }),
    };
    const { ask } = await withUsers(FIVE, { storage: eager });
    expect((await ask("GET", "/Users?cursor=&count=2")).json).not.toHaveProperty("previousCursor");
  });

  test("leaves totalResults out where storage does not know it [C-2-14]", async () => {
    const memory = memoryStorage();
    const uncounted: StorageAdapter = {
      ...memory,
      async query(request, context) {
        const { totalResults: _, ...found } = await memory.query(request, context);
        return found;
      },
    };
    const { ask } = await withUsers(FIVE, { storage: uncounted });
    expect((await ask("GET", "/Users?cursor=&count=2")).json).not.toHaveProperty("totalResults");
  });

  test("of any walk, filtered and sorted or not, meets what the whole list has, in its order [C-2-13 C-2-14 C-2.2-01 T-F6]", async () => {
    const words = ["b", "A", "ab", "aB2", "c", "", "Z", "ä", "a-b"].map((word, index) => `${word}${index % 4}${word}`);
    const { ask } = await withUsers(words);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom("", "userName", "title", "id", "meta.created"),
        fc.constantFrom("ascending", "descending"),
        fc.constantFrom("", "title pr", 'userName co "a"', "not (title pr)"),
        async (count, sortBy, sortOrder, filter) => {
          const query = [
            ...(sortBy === "" ? [] : [`sortBy=${sortBy}&sortOrder=${sortOrder}`]),
            ...(filter === "" ? [] : [`filter=${encodeURIComponent(filter)}`]),
          ].join("&");
          const whole = await ask("GET", `/Users?${query}&startIndex=1`);
          const pages = await walk(ask, `${query}&count=${count}`);
          const walked = pages.flatMap(names);
          expect(new Set(walked).size).toBe(walked.length);
          if (sortBy === "") expect([...walked].sort()).toEqual(names(whole).sort());
          else expect(walked).toEqual(names(whole));
          for (const { json } of pages) expect(json.totalResults).toBe(whole.json.totalResults);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("is asked for in the body of POST /.search as well [C-3-01]", async () => {
    const { ask } = await withUsers(FIVE);
    const search = { schemas: [SEARCH], count: 2, sortBy: "userName", attributes: ["userName"] };
    const first = await ask("POST", "/Users/.search", { ...search, cursor: "" });
    expect(first.status).toBe(200);
    expect(names(first)).toEqual(["abel", "Adam"]);
    const second = await ask("POST", "/Users/.search", { ...search, cursor: next(first) });
    expect(names(second)).toEqual(["cain", "eve"]);
    const changed = await ask("POST", "/Users/.search", { ...search, count: 3, cursor: next(first) });
    expect(changed.json).toMatchObject({ status: "400", scimType: "invalidCount" });
    const forged = await ask("POST", "/Users/.search", { ...search, cursor: "forged" });
    expect(forged.json).toMatchObject({ status: "400", scimType: "invalidCursor" });
    const wrong = await ask("POST", "/Users/.search", { ...search, count: "two", cursor: "" });
    expect(wrong.json).toMatchObject({ status: "400", scimType: "invalidCount" });
    expect((await ask("POST", "/Users/.search", { ...search, cursor: 7 })).status).toBe(400);
  });
});

describe("a cursor", () => {
  test("is good for the very same query alone [C-2-11 T-F11]", async () => {
    const { ask } = await withUsers(FIVE);
    const filter = encodeURIComponent("userName pr");
    const query = `count=2&sortBy=userName&attributes=userName&filter=${filter}`;
    const cursor = next(await ask("GET", `/Users?cursor=&${query}`));
    expect(names(await ask("GET", `/Users?${query}&cursor=${cursor}`))).toEqual(["cain", "eve"]);
    for (const other of [
      query.replace(filter, encodeURIComponent("title pr")),
      query.replace(`&filter=${filter}`, ""),
      query.replace("sortBy=userName", "sortBy=id"),
      query.replace("&sortBy=userName", ""),
      `${query}&sortOrder=descending`,
      query.replace("attributes=userName", "attributes=userName,title"),
      query.replace("attributes=userName", "excludedAttributes=title"),
    ]) {
      const answer = await ask("GET", `/Users?${other}&cursor=${cursor}`);
      expect(answer.json).toMatchObject({ status: "400", scimType: "invalidCursor" });
    }
  });

  test("is good at the endpoint alone that gave it [C-2-12]", async () => {
    const { ask } = await withUsers(FIVE);
    const cursor = next(await ask("GET", "/Users?cursor=&count=2"));
    expect((await ask("GET", `/Groups?cursor=${cursor}&count=2`)).json).toMatchObject({
      status: "400",
      scimType: "invalidCursor",
    });
  });

  test("does not go together with startIndex [C-2-16 R-63 T-F18]", async () => {
    const { ask } = await withUsers(FIVE);
    for (const profile of ["lenient", "strict"] as const) {
      const service = profile === "strict" ? directory({ profile }) : { ask };
      const answer = await service.ask("GET", "/Users?cursor=&startIndex=1");
      expect(answer.json).toMatchObject({ status: "400", scimType: "invalidValue" });
      expect(answer.json.detail).toContain("startIndex and cursor");
    }
  });

  test("that is forged, cut, lengthened, or spelled otherwise is refused to the letter alike [C-2.1-01 C-2.1-02 C-5.2-04 C-5.2-05 T-F11]", async () => {
    const { ask } = await withUsers(FIVE);
    const cursor = next(await ask("GET", "/Users?cursor=&count=2"));
    const other = next(await ask("GET", "/Users?cursor=&count=2&sortBy=id"));
    const flipped = [...cursor].map(
      (character, index) => `${cursor.slice(0, index)}${character === "A" ? "B" : "A"}${cursor.slice(index + 1)}`,
    );
    const tails = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"].map(
      (last) => cursor.slice(0, -1) + last,
    );
    const bodies = new Set<string | undefined>();
    for (const forged of [
      "garbage",
      "%20",
      "%00",
      "=",
      "....",
      "null",
      `${cursor}=`,
      `${cursor}A`,
      ` ${cursor}`,
      cursor.slice(1),
      cursor.slice(0, 20),
      cursor.slice(0, 16) + other.slice(16),
      other,
      cursor.replace(/^/, "%0A"),
      "A".repeat(1000),
      "A".repeat(100_000),
      ...flipped,
      ...tails.filter((text) => text !== cursor),
    ]) {
      const answer = await ask("GET", `/Users?cursor=${forged}&count=2`);
      expect(answer.status).toBe(400);
      bodies.add(answer.body);
    }
    expect(bodies.size).toBe(1);
    expect(JSON.parse([...bodies][0] as string)).toMatchObject({
      scimType: "invalidCursor",
      detail: expect.stringContaining("empty cursor"),
    });
  });

  test("shows nothing of ids, sort keys and filters [C-5.2-04]", async () => {
    const { ask } = await withUsers(FIVE);
    const page = await ask("GET", "/Users?cursor=&count=2&sortBy=userName");
    const shown = Buffer.from(next(page), "base64url").toString("latin1");
    for (const { id, userName } of page.json.Resources) {
      expect(shown).not.toContain(id.slice(0, 4));
      expect(shown.toLowerCase()).not.toContain(userName.toLowerCase());
    }
    expect(shown).not.toMatch(/userName|adam/i);
  });

  test("holds a sort key of any length that may be stored, whatever its characters [C-2-13]", async () => {
    const { ask } = directory();
    const titles = ["\u0001", "\u{1f600}", "\u20ac", '"'].map((character) => character.repeat(8192 / character.length));
    for (const [index, title] of titles.entries())
      expect((await ask("POST", "/Users", { schemas: [USER], userName: `u${index}`, title })).status).toBe(201);
    const search = { schemas: [SEARCH], sortBy: "title", attributes: ["userName"], count: 1 };
    const walked: string[] = [];
    for (let cursor: string | undefined = ""; cursor !== undefined; ) {
      const page = await ask("POST", "/Users/.search", { ...search, cursor });
      expect(page.status).toBe(200);
      walked.push(...names(page));
      cursor = page.json.nextCursor;
    }
    expect(walked).toEqual(["u0", "u3", "u2", "u1"]);
  });

  test("lives at least as long as announced, and then says that it has expired [C-2.1-03 C-4-05]", async () => {
    let now = Date.parse("2026-01-01T00:00:00.999Z");
    const { ask } = await withUsers(FIVE, {
      clock: { now: () => new Date(now) },
      paging: { cursorSecret: SECRET, cursorTimeout: 60 },
    });
    expect((await ask("GET", "/ServiceProviderConfig")).json.pagination.cursorTimeout).toBe(60);
    const cursor = next(await ask("GET", "/Users?cursor=&count=2"));
    now += 60_000;
    expect((await ask("GET", `/Users?cursor=${cursor}&count=2`)).status).toBe(200);
    now += CLOCK_DIFFERENCE + 1_001;
    const late = await ask("GET", `/Users?cursor=${cursor}&count=2`);
    expect(late.json).toMatchObject({ status: "400", scimType: "expiredCursor" });
    expect(late.json.detail).toContain("60 s");
    const foreign = await ask("GET", `/Users?cursor=${cursor}&count=2&sortBy=id`);
    expect(foreign.json.scimType).toBe("invalidCursor");
  });

  test("expires when its time is over and clocks cannot be the reason, not one moment later [C-2.1-03]", async () => {
    let now = Date.parse("2026-01-01T00:00:00.000Z");
    const { ask } = await withUsers(FIVE, {
      clock: { now: () => new Date(now) },
      paging: { cursorSecret: SECRET, cursorTimeout: 60 },
    });
    const cursor = next(await ask("GET", "/Users?cursor=&count=2"));
    now += CLOCK_DIFFERENCE + 59_999;
    expect((await ask("GET", `/Users?cursor=${cursor}&count=2`)).status).toBe(200);
    now += 1;
    expect((await ask("GET", `/Users?cursor=${cursor}&count=2`)).json.scimType).toBe("expiredCursor");
  });

  test("is good on each of two servers whose clocks are five minutes apart, page by page in turns, for as long as announced", async () => {
    const storage = memoryStorage();
    const names: string[] = [];
    let elapsed = 0;
    const server = (ahead: number) => {
      const now = () => new Date(Date.parse("2026-01-01T00:00:00.000Z") + ahead + elapsed);
      return directory({ storage, clock: { now }, paging: { cursorSecret: SECRET, cursorTimeout: 60 } });
    };
    for (const servers of [
      [server(0), server(CLOCK_DIFFERENCE)],
      [server(CLOCK_DIFFERENCE), server(0)],
    ]) {
      for (const userName of FIVE) await servers[0]?.ask("POST", "/Users", { schemas: [USER], userName });
      let cursor: string | undefined = "";
      for (let turn = 0; cursor !== undefined; turn++) {
        const page: Answer | undefined = await servers[turn % 2]?.ask("GET", `/Users?cursor=${cursor}&count=1`);
        expect(page?.status).toBe(200);
        names.push(page?.json.Resources[0].userName);
        cursor = page?.json.nextCursor;
        elapsed += 59_999;
      }
    }
    expect(names).toEqual([...FIVE, ...FIVE]);
  });

  test("binds the count of the first page [C-2.1-04 R-63]", async () => {
    const { ask } = await withUsers(FIVE);
    const cursor = next(await ask("GET", "/Users?cursor=&count=2"));
    for (const count of ["&count=5", "&count=0", ""])
      expect((await ask("GET", `/Users?cursor=${cursor}${count}`)).json).toMatchObject({
        status: "400",
        scimType: "invalidCount",
      });
    for (const count of ["abc", "1.5", ""]) {
      expect((await ask("GET", `/Users?cursor=&count=${count}`)).json.scimType).toBe("invalidCount");
      expect((await ask("GET", `/Users?startIndex=1&count=${count}`)).json.scimType).toBe("invalidValue");
    }
  });

  test("opens in another process that has the secret, and after a change of secrets while the old one is kept [C-5.3-01 T-F12]", async () => {
    const storage = memoryStorage();
    const given = (secret: string | readonly string[]) => ({ storage, paging: { cursorSecret: secret } });
    const newer = "another secret, which comes after the first one";
    const { ask, events } = await withUsers(FIVE, given(SECRET));
    const cursor = next(await ask("GET", "/Users?cursor=&count=2"));
    const page = (service: Directory, text: string) => service.ask("GET", `/Users?cursor=${text}&count=2`);
    const second = await page(directory(given(SECRET)), cursor);
    expect(names(second)).toEqual(["cain", "abel"]);
    const changed = await page(directory(given([newer, SECRET])), cursor);
    expect(names(changed)).toEqual(["cain", "abel"]);
    expect(names(await page(directory(given(newer)), next(changed)))).toEqual(["seth"]);
    expect((await page(directory(given(newer)), cursor)).json.scimType).toBe("invalidCursor");
    expect(events.filter(({ type }) => type === "warning")).toEqual([]);
  });

  test("is sealed under a secret of the process where none is given, and one event says so", async () => {
    const { ask, events } = await withUsers(FIVE);
    const warnings = () => events.filter(({ type }) => type === "warning");
    expect(warnings()).toEqual([]);
    expect(names((await walk(ask, "count=2"))[1] as Answer)).toEqual(["cain", "abel"]);
    expect(warnings()).toEqual([
      { type: "warning", code: "cursorSecretGenerated", message: expect.stringContaining("paging.cursorSecret") },
    ]);
    const other = await withUsers(FIVE);
    const cursor = next(await ask("GET", "/Users?cursor=&count=2"));
    expect((await other.ask("GET", `/Users?cursor=${cursor}&count=2`)).json.scimType).toBe("invalidCursor");
  });

  test("grants another tenant or caller nothing, and foreign and forged ones are told apart by nobody [C-5.2-01 C-5.2-05 F-19]", async () => {
    const service = directory({
      authenticate: ({ headers }) => {
        const [tenant, user] = String(headers.authorization).split(" ");
        if (tenant === undefined || user === undefined) throw errors.unauthorized();
        return { tenant, user };
      },
      paging: { cursorSecret: SECRET, cursorIdentity: (context) => String((context as { user?: string }).user) },
    });
    const as = (authorization: string) => (path: string) => service.ask("GET", path, undefined, { authorization });
    for (const authorization of ["acme ann", "globex ann"])
      for (const userName of FIVE)
        await service.ask(
          "POST",
          "/Users",
          { schemas: [USER], userName: `${userName}@${authorization.slice(0, 4)}` },
          {
            authorization,
          },
        );
    const cursor = next(await as("acme ann")("/Users?cursor=&count=2"));
    expect(names(await as("acme ann")(`/Users?cursor=${cursor}&count=2`))).toEqual(["cain@acme", "abel@acme"]);
    const refusals = [
      await as("globex ann")(`/Users?cursor=${cursor}&count=2`),
      await as("acme bob")(`/Users?cursor=${cursor}&count=2`),
      await as("acme ann")("/Users?cursor=garbage&count=2"),
    ];
    expect(new Set(refusals.map(({ body }) => body)).size).toBe(1);
    expect(refusals[0]?.json.scimType).toBe("invalidCursor");
  });

  test("passes no authorisation by: every page is decided on, and a new state of permissions ends the walk [C-5.2-02 C-5.2-03]", async () => {
    let isAllowed = true;
    let permissions = "1";
    const { ask } = await withUsers(FIVE, {
      authorize: (operation) => {
        if (operation.type === "query" && !isAllowed) throw errors.forbidden();
      },
      paging: { cursorSecret: SECRET, cursorIdentity: () => permissions },
    });
    const cursor = next(await ask("GET", "/Users?cursor=&count=2"));
    isAllowed = false;
    expect((await ask("GET", `/Users?cursor=${cursor}&count=2`)).status).toBe(403);
    isAllowed = true;
    permissions = "2";
    expect((await ask("GET", `/Users?cursor=${cursor}&count=2`)).json.scimType).toBe("invalidCursor");
    permissions = "1";
    expect((await ask("GET", `/Users?cursor=${cursor}&count=2`)).status).toBe(200);
  });

  test("does not lead on by an attribute that the caller may no longer read [C-5.2-02 T-F4]", async () => {
    let isReadable = true;
    const { ask } = await withUsers(FIVE, { isReadable: ({ name }) => name !== "userName" || isReadable });
    const query = "count=2&sortBy=userName";
    const cursor = next(await ask("GET", `/Users?${query}&cursor=`));
    isReadable = false;
    expect((await ask("GET", `/Users?${query}&cursor=${cursor}`)).json).toMatchObject({
      status: "400",
      scimType: "invalidValue",
    });
  });
});

describe("the way of paging", () => {
  test("is by index where the client names none, and both are announced [C-2.4-01 C-2.4-02 C-4-01 C-4-02 C-4-03]", async () => {
    const { ask } = await withUsers(FIVE, { limits: { defaultResults: 2, results: 4 } });
    expect((await ask("GET", "/ServiceProviderConfig")).json.pagination).toEqual({
      cursor: true,
      index: true,
      defaultPaginationMethod: "index",
      defaultPageSize: 2,
      maxPageSize: 4,
      cursorTimeout: 3600,
    });
    const page = await ask("GET", "/Users");
    expect(page.json).toMatchObject({ startIndex: 1, itemsPerPage: 2, totalResults: 5 });
    expect(page.json).not.toHaveProperty("nextCursor");
  });

  test("can be by cursor where the client names none, and still by index where it asks for that [C-2.4-01 C-4-03]", async () => {
    const { ask } = await withUsers(FIVE, { paging: { default: "cursor" } });
    expect((await ask("GET", "/ServiceProviderConfig")).json.pagination.defaultPaginationMethod).toBe("cursor");
    const page = await ask("GET", "/Users?count=2");
    expect(page.json).toMatchObject({ totalResults: 5, nextCursor: expect.any(String) });
    expect(page.json).not.toHaveProperty("startIndex");
    expect(names(await ask("GET", `/Users?count=2&cursor=${next(page)}`))).toEqual(["cain", "abel"]);
    expect((await ask("GET", "/Users?count=2&startIndex=5")).json).toMatchObject({ startIndex: 5, itemsPerPage: 1 });
  });

  test("can be by cursor alone: then startIndex is refused, and a query without parameters begins a walk [C-2.3-01]", async () => {
    const { ask } = await withUsers(FIVE, { paging: { index: false }, limits: { defaultResults: 2 } });
    expect((await ask("GET", "/ServiceProviderConfig")).json.pagination).toMatchObject({
      cursor: true,
      index: false,
      defaultPaginationMethod: "cursor",
    });
    const page = await ask("GET", "/Users");
    expect(names(page)).toEqual(["eve", "Adam"]);
    expect(names(await ask("GET", `/Users?cursor=${next(page)}`))).toEqual(["cain", "abel"]);
    expect((await ask("GET", "/Users?startIndex=1")).json).toMatchObject({
      status: "400",
      scimType: "invalidValue",
      detail: expect.stringContaining("nextCursor"),
    });
  });

  test.each([
    ["switched off", { paging: { cursor: false } }],
    ["not known to storage", { storage: withoutCursors() }],
  ])("by cursor, where it is %s, is not announced and ignored [C-4-06 R-86]", async (_, given) => {
    const { ask } = await withUsers(FIVE, given);
    const { pagination } = (await ask("GET", "/ServiceProviderConfig")).json;
    expect(pagination).toBeUndefined();
    const page = await ask("GET", "/Users?cursor=&count=2");
    expect(page.json).toMatchObject({ startIndex: 1, itemsPerPage: 2 });
    expect(page.json).not.toHaveProperty("nextCursor");
    // Another page than the first cannot be meant, and must not be mistaken for it.
    expect((await ask("GET", "/Users?cursor=x&count=2")).json.scimType).toBe("invalidCursor");
  });

  test.each([
    [{ paging: { index: false, cursor: false } }, "must leave one"],
    [{ paging: { default: "cursor", cursor: false } }, "switched off"],
    [{ paging: { default: "index", index: false } }, "switched off"],
    [{ paging: { cursor: true }, storage: withoutCursors() }, "one cannot"],
    [{ paging: { index: false }, storage: withoutCursors() }, "index must stay on"],
    [{ paging: { cursorSecret: "short" } }, "paging.cursorSecret"],
    [{ paging: { cursorTimeout: 0 } }, "paging.cursorTimeout"],
  ] as const)("%j is refused when the service is made", (given, problem) => {
    expect(() => directory(given as Partial<ScimOptions>)).toThrow(problem);
  });
});

test("the schemas and URLs of a cursor page are those of an index page [C-2-13]", async () => {
  const { ask } = await withUsers(["one"]);
  await ask("POST", "/Users", { schemas: [USER, ENTERPRISE], userName: "two", [ENTERPRISE]: { department: "x" } });
  const [byIndex, byCursor] = [await ask("GET", "/Users?startIndex=1"), await ask("GET", "/Users?cursor=")];
  expect(byCursor.json.Resources).toEqual(byIndex.json.Resources);
  expect(byCursor.json.Resources[0].meta.location).toMatch(`${BASE_URL}/Users/`);
});
