import { describe, expect, test } from "vitest";
import { defineResourceType, defineSchema, type ScimOptions, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { type Directory, directory, filtered, USER } from "../support/directory.ts";

const CASE = "urn:example:params:scim:schemas:Case";
/** A complex attribute with a `value`, and one without. */
const Case = defineResourceType({
  name: "Case",
  schema: defineSchema({
    id: CASE,
    name: "Case",
    attributes: {
      number: { required: true },
      owner: { type: "complex", subAttributes: { value: {}, note: {} } },
      place: { type: "complex", subAttributes: { room: {}, floor: { type: "integer" } } },
    },
  }),
});

async function users(count: number, given: Partial<ScimOptions> = {}): Promise<Directory> {
  const made = directory(given);
  for (let at = 0; at < count; at++)
    await made.ask("POST", "/Users", { schemas: [USER], userName: `u${at}`, title: `t${count - at}` });
  return made;
}

const namesOf = (answer: { json: { Resources?: readonly { userName: string }[] } }) =>
  answer.json.Resources?.map(({ userName }) => userName);

describe("count and startIndex", () => {
  test("are what the server has them be where they say nothing, and are cut to what it allows [P-3.4.2.4-01]", async () => {
    const { ask } = await users(5, { limits: { results: 3, defaultResults: 2 } });
    const page = async (query: string) => {
      const { json } = await ask("GET", `/Users${query}`);
      return [json.startIndex, json.itemsPerPage, json.totalResults];
    };
    expect(await page("")).toEqual([1, 2, 5]);
    expect(await page("?count=1")).toEqual([1, 1, 5]);
    expect(await page("?count=3")).toEqual([1, 3, 5]);
    expect(await page("?count=4")).toEqual([1, 3, 5]);
    expect(await page("?count=0")).toEqual([1, 0, 5]);
    expect(await page("?count=-1")).toEqual([1, 0, 5]);
    expect(await page("?startIndex=0&count=1")).toEqual([1, 1, 5]);
    expect(await page("?startIndex=-9&count=1")).toEqual([1, 1, 5]);
    expect(await page("?startIndex=5&count=3")).toEqual([5, 1, 5]);
    expect(namesOf(await ask("GET", "/Users?startIndex=4&count=1"))).toEqual(["u3"]);
  });

  test("may allow more than a thousand, and every resource of a page that large is there", async () => {
    const { ask } = await users(1001, { limits: { results: 2000 } });
    const page = await ask("GET", "/Users?count=2000");
    expect(namesOf(page)).toEqual(Array.from({ length: 1001 }, (_, at) => `u${at}`));
  });
});

describe("two ways of paging", () => {
  test("exclude each other, and each is refused where it is off [R-63]", async () => {
    const both = await users(3);
    const refused = { status: 400, json: { scimType: "invalidValue" } };
    expect(await both.ask("GET", "/Users?cursor=&startIndex=1")).toMatchObject(refused);
    const byIndex = await users(3, { paging: { cursor: false } });
    expect((await byIndex.ask("GET", "/Users?cursor=")).json).not.toHaveProperty("nextCursor");
    expect(await byIndex.ask("GET", "/Users?cursor=x")).toMatchObject({ json: { scimType: "invalidCursor" } });
    expect((await byIndex.ask("GET", "/Users?cursor=&startIndex=2&count=1")).json).toMatchObject({ startIndex: 2 });
    const byCursor = await users(3, { paging: { index: false } });
    expect(await byCursor.ask("GET", "/Users?startIndex=1")).toMatchObject(refused);
    expect((await byCursor.ask("GET", "/Users?count=2")).json).toHaveProperty("nextCursor");
  });

  test("are by index or by cursor where neither is named, as the server says", async () => {
    const byIndex = await users(3);
    expect((await byIndex.ask("GET", "/Users?count=2")).json).not.toHaveProperty("nextCursor");
    const byCursor = await users(3, { paging: { default: "cursor" } });
    const first = (await byCursor.ask("GET", "/Users?count=2")).json;
    expect(first).toHaveProperty("nextCursor");
    expect(first).not.toHaveProperty("startIndex");
    expect((await byCursor.ask("GET", "/Users?count=2&startIndex=1")).json).not.toHaveProperty("nextCursor");
  });

  test("a cursor is good for the query that it was made for alone: filter, sort, order and selection", async () => {
    const { ask } = await users(4);
    const asked = {
      filter: "userName pr",
      sortBy: "title",
      sortOrder: "descending",
      attributes: "title",
    } as Record<string, string>;
    const query = (parameters: Record<string, string>) =>
      `/Users?${new URLSearchParams({ count: "2", ...parameters })}`;
    const cursor = (await ask("GET", query({ ...asked, cursor: "" }))).json.nextCursor as string;
    expect((await ask("GET", query({ ...asked, cursor }))).status).toBe(200);
    for (const other of [
      { filter: "title pr" },
      { sortBy: "userName" },
      { sortOrder: "ascending" },
      { attributes: "userName" },
    ])
      expect(await ask("GET", query({ ...asked, ...other, cursor })), JSON.stringify(other)).toMatchObject({
        json: { scimType: "invalidCursor" },
      });
    const { attributes: _, ...rest } = asked;
    const excluding = { ...rest, excludedAttributes: "title" };
    const without = (await ask("GET", query({ ...excluding, cursor: "" }))).json.nextCursor as string;
    expect((await ask("GET", query({ ...excluding, cursor: without }))).status).toBe(200);
    expect(await ask("GET", query({ ...rest, cursor: without }))).toMatchObject({
      json: { scimType: "invalidCursor" },
    });
  });
});

describe("sortBy", () => {
  test("of a complex attribute is its value, and without one is refused [R-23]", async () => {
    const { ask } = directory({ resourceTypes: [Case] });
    for (const [number, value] of [
      ["1", "b"],
      ["2", "a"],
    ])
      await ask("POST", "/Cases", {
        schemas: [CASE],
        number,
        owner: { value, note: `n${number}` },
        place: { room: "r" },
      });
    const numbers = async (query: string) =>
      (await ask("GET", `/Cases?${query}`)).json.Resources?.map(({ number }: { number: string }) => number);
    expect(await numbers("sortBy=owner")).toEqual(["2", "1"]);
    expect(await numbers("sortBy=owner.note")).toEqual(["1", "2"]);
    expect(await numbers("sortBy=number&sortOrder=descending")).toEqual(["2", "1"]);
    expect(await numbers("sortBy=number&sortOrder=Ascending")).toEqual(["1", "2"]);
    expect(await numbers("sortBy=number")).toEqual(["1", "2"]);
    for (const sortBy of ["place", "nosuch"])
      expect(await ask("GET", `/Cases?sortBy=${sortBy}`)).toMatchObject({
        status: 400,
        json: { scimType: "invalidValue" },
      });
    expect((await ask("GET", "/Cases?sortBy=place")).json.detail).toContain("complex");
    expect((await ask("GET", "/Cases?sortBy=nosuch")).json.detail).toContain("Case");
  });

  test("and the order are passed over where storage does not sort, a wrong order is refused all the same", async () => {
    const memory = memoryStorage();
    const storage = { ...memory, capabilities: { ...memory.capabilities, sort: false } };
    const { ask } = await users(3, { storage });
    expect(namesOf(await ask("GET", "/Users?sortBy=title"))).toEqual(["u0", "u1", "u2"]);
    expect((await ask("GET", "/Users?sortBy=title&sortOrder=up")).status).toBe(400);
    const sorting = await users(3);
    expect(namesOf(await sorting.ask("GET", "/Users?sortBy=title"))).toEqual(["u2", "u1", "u0"]);
    expect((await sorting.ask("GET", "/Users?sortOrder=up")).status).toBe(400);
  });
});

describe("a filter", () => {
  test("is refused where storage does not filter, and is never passed over [P-3.4.2.2-01]", async () => {
    const memory = memoryStorage();
    const storage = { ...memory, capabilities: { ...memory.capabilities, filter: false } };
    const { ask } = await users(2, { storage });
    expect(await ask("GET", filtered("/Users", 'userName eq "u0"'))).toMatchObject({
      status: 400,
      json: { scimType: "invalidFilter" },
    });
    expect(namesOf(await ask("GET", "/Users"))).toEqual(["u0", "u1"]);
  });

  test("on what is sensitive is 403 in a URL, by whatever name, and read in a body [P-7.5.2-01]", async () => {
    const { ask } = await users(2, { sensitiveAttributes: ["title", "name.familyName", `${USER}:nickName`] });
    const sensitive = { status: 403, json: { scimType: "sensitive" } };
    for (const filter of [
      'title eq "t1"',
      'TITLE eq "t1"',
      `${USER}:title pr`,
      'userName pr and name.FamilyName eq "x"',
    ])
      expect(await ask("GET", filtered("/Users", filter)), filter).toMatchObject(sensitive);
    for (const filter of ["userName pr", 'name.givenName eq "x"'])
      expect((await ask("GET", filtered("/Users", filter))).status, filter).toBe(200);
    const body = {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
      filter: 'title eq "t1"',
    };
    expect(namesOf(await ask("POST", "/Users/.search", body))).toEqual(["u1"]);
  });
});

describe("attributes and excludedAttributes", () => {
  test("exclude each other, and each alone says what is shown [P-3.9-01]", async () => {
    const { ask } = await users(1, { profile: "strict", resourceTypes: [User] });
    const shown = async (query: string) => Object.keys((await ask("GET", `/Users?${query}`)).json.Resources[0]).sort();
    expect(await shown("attributes=title")).toEqual(["id", "schemas", "title"]);
    expect(await shown("excludedAttributes=title,meta,active")).toEqual(["id", "schemas", "userName"]);
    expect(await shown("")).toEqual(["active", "id", "meta", "schemas", "title", "userName"]);
    expect(await ask("GET", "/Users?attributes=title&excludedAttributes=meta")).toMatchObject({
      status: 400,
      json: { scimType: "invalidValue" },
    });
  });
});
