import { beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Directory, directory, LIST, USER } from "../support/directory.ts";

const SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
let ask: Directory["ask"];
let strict: Directory["ask"];

async function filled(given: Parameters<typeof directory>[0] = {}): Promise<Directory> {
  const service = directory(given);
  for (const userName of ["b", "A", "c"])
    await service.ask("POST", "/Users", { schemas: [USER], userName, title: "x" });
  return service;
}

beforeAll(async () => {
  ({ ask } = await filled());
  strict = (await filled({ profile: "strict" })).ask;
});

const search = (members: object, endpoint = "/Users/.search"): Promise<Answer> =>
  ask("POST", endpoint, { schemas: [SEARCH], ...members });
const names = (answer: Answer): string[] => answer.json.Resources.map(({ userName }: { userName: string }) => userName);

describe("POST .search", () => {
  test.each([
    "/Users/.search",
    "/.search",
  ])("at %s queries and creates nothing [P-3.4.3-01 P-3.4.3-04]", async (endpoint) => {
    const answer = await search({ filter: 'userName eq "a"' }, endpoint);
    expect(answer).toMatchObject({
      status: 200,
      json: { schemas: [LIST], totalResults: 1, itemsPerPage: 1, startIndex: 1 },
    });
    expect(answer.headers).not.toHaveProperty("Location");
    expect(names(answer)).toEqual(["A"]);
    expect((await ask("GET", "/Users")).json.totalResults).toBe(3);
    expect((await ask("GET", endpoint)).status).toBe(405);
  });

  test.each([
    [{}, ""],
    [
      { filter: "title pr", sortBy: "userName", sortOrder: "descending" },
      "filter=title%20pr&sortBy=userName&sortOrder=descending",
    ],
    [{ startIndex: 2, count: 1 }, "startIndex=2&count=1"],
    [{ attributes: ["userName", "title"] }, "attributes=userName,title"],
    [{ excludedAttributes: ["title", "meta"] }, "excludedAttributes=title,meta"],
    [{ count: 0 }, "count=0"],
    [{ count: -1, startIndex: -5 }, "count=-1&startIndex=-5"],
  ])("with %j answers as GET with ?%s [P-3.4.3-04 P-3.4.3-05]", async (members, query) => {
    for (const endpoint of ["/Users", ""]) {
      const byGet = await ask("GET", `${endpoint}/?${query}`);
      const byPost = await search(members, `${endpoint}/.search`);
      expect(byPost.status).toBe(200);
      expect(byPost.body).toBe(byGet.body);
    }
  });

  test("refuses with the status of GET what GET refuses [P-3.4.3-04]", async () => {
    for (const [members, query] of [
      [{ filter: "userName" }, "filter=userName"],
      [{ sortBy: "nosuch" }, "sortBy=nosuch"],
    ] as const)
      expect((await search(members)).body).toBe((await ask("GET", `/Users?${query}`)).body);
  });

  test("reads no other message [P-3.4.3-02]", async () => {
    for (const schemas of [[USER], ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], [`${SEARCH}2`]])
      for (const service of [ask, strict])
        for (const endpoint of ["/Users/.search", "/.search"])
          expect((await service("POST", endpoint, { schemas })).json).toMatchObject({
            status: "400",
            scimType: "invalidSyntax",
          });
    for (const body of [{}, { schemas: [] }, { schemas: null, count: 1 }])
      expect((await strict("POST", "/Users/.search", body)).json.scimType).toBe("invalidSyntax");
    expect((await ask("POST", "/Users/.search", { schemas: [SEARCH.toUpperCase()] })).status).toBe(200);
  });

  test.each([
    { attributes: [1] },
    { attributes: 1 },
    { count: "ten" },
    { count: "010" },
    { count: 1.5 },
    { startIndex: " 1" },
    { startIndex: true },
    { filter: 5 },
    { filter: ["title pr"] },
    { sortBy: {} },
    { sortOrder: "sideways" },
  ])("refuses %j, whose member is of another type [P-3.4.3-03]", async (members) => {
    for (const endpoint of ["/Users/.search", "/.search"]) {
      const answer = await search(members, endpoint);
      expect(answer.json).toMatchObject({ status: "400", scimType: "invalidValue" });
      expect(answer.json.detail.toLowerCase()).toContain(Object.keys(members)[0]?.toLowerCase());
    }
  });

  test("reads names in any letter case, takes null for absent and passes unknown ones over [P-3.4.3-06]", async () => {
    const answer = await search({ SORTBY: "userName", sortORDER: "Descending", COUNT: 2, filter: null, x: 1 });
    expect(names(answer)).toEqual(["c", "b"]);
    expect((await search({ count: 1, Count: 2 })).json).toMatchObject({ status: "400", scimType: "invalidSyntax" });
  });
});
