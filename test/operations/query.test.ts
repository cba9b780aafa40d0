import { beforeAll, describe, expect, test } from "vitest";
import { comparisonKey } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { ABLE } from "../support/able.ts";
import { type Directory, directory, ENTERPRISE, filtered, GROUP, LIST, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";

const user = (more: object): object => ({ schemas: [USER], ...more });
const names = (json: { Resources: { userName: string }[] }): string[] => json.Resources.map(({ userName }) => userName);

describe("a list", () => {
  let service: Directory;
  let ask: Directory["ask"];
  beforeAll(async () => {
    service = directory({ limits: { results: 20, defaultResults: 12 } });
    ask = service.ask;
    for (let index = 1; index <= 25; index++) {
      const more = {
        name: { familyName: `F${String(99 - index)}`, givenName: index % 2 ? "odd" : "even" },
        ...(index % 5 === 0 ? {} : { nickName: `n${String.fromCharCode(96 + index)}` }),
        emails: [{ value: `u${String(50 - index)}@example.com` }],
        [ENTERPRISE]: { employeeNumber: String(100 + index) },
      };
      await ask("POST", "/Users", user({ userName: `u${String(index).padStart(2, "0")}`, ...more }));
    }
  });

  test("is a ListResponse with all its numbers, as numbers [P-3.4.2-02 P-3.4.2-05 S-2.3.4-02 P-3.1-02 P-8.2-01]", async () => {
    const { status, json } = await ask("GET", "/Users?count=1");
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual(["schemas", "totalResults", "startIndex", "itemsPerPage", "Resources"]);
    expect(json).toMatchObject({ schemas: [LIST], totalResults: 25, startIndex: 1, itemsPerPage: 1 });
    expect(json.Resources.length).toBe(1);
  });

  test("of no match is a success with an empty array [P-3.4.2-04 P-3.4.2-06]", async () => {
    expect(await ask("GET", filtered("/Users", 'userName eq "nobody"'))).toMatchObject({
      status: 200,
      json: { schemas: [LIST], totalResults: 0, startIndex: 1, itemsPerPage: 0, Resources: [] },
    });
    expect((await ask("GET", filtered("/Users", 'userName eq "u01"'))).json.Resources).toMatchObject([
      { userName: "u01" },
    ]);
  });

  test("begins at startIndex, which counts from 1; less counts as 1 [P-3.4.2.4-01]", async () => {
    const first = await ask("GET", "/Users?count=3");
    for (const startIndex of ["1", "0", "-5", "-99999999999999999999"])
      expect((await ask("GET", `/Users?count=3&startIndex=${startIndex}`)).json).toEqual(first.json);
    const second = (await ask("GET", "/Users?count=3&startIndex=4")).json;
    expect(second.startIndex).toBe(4);
    expect(names(first.json).concat(names(second))).toEqual(["u01", "u02", "u03", "u04", "u05", "u06"]);
  });

  test("holds count resources at most; 0 and less ask for the total alone [P-3.4.2.4-02 P-3.4.2.4-03]", async () => {
    expect((await ask("GET", "/Users?count=3")).json.Resources.length).toBe(3);
    for (const count of [0, -1, -1000])
      for (const more of ["", "&sortBy=userName", `&filter=${encodeURIComponent("userName pr")}`])
        expect((await ask("GET", `/Users?count=${count}${more}`)).json).toMatchObject({
          totalResults: 25,
          itemsPerPage: 0,
          Resources: [],
        });
  });

  test("without count has the server's default, and never more than the published maximum [P-3.4.2.4-04 S-5-06]", async () => {
    expect((await ask("GET", "/Users")).json).toMatchObject({ totalResults: 25, itemsPerPage: 12 });
    const { maxResults } = (await ask("GET", "/ServiceProviderConfig")).json.filter;
    expect(maxResults).toBe(20);
    for (const count of ["1000", "99999999999999999999999"])
      expect((await ask("GET", `/Users?count=${count}`)).json).toMatchObject({ totalResults: 25, itemsPerPage: 20 });
  });

  test("says how many are in this page, and beyond the end is empty and no error [P-3.4.2.4-05 P-3.4.2.4-06]", async () => {
    expect((await ask("GET", "/Users?count=10&startIndex=21")).json).toMatchObject({
      itemsPerPage: 5,
      startIndex: 21,
      totalResults: 25,
    });
    expect(await ask("GET", "/Users?startIndex=1000")).toMatchObject({
      status: 200,
      json: { totalResults: 25, itemsPerPage: 0, startIndex: 1000, Resources: [] },
    });
  });

  test("with startIndex or count that is no whole number, or one parameter twice, is refused [P-3.4.2.4-07 P-3.4.2-07]", async () => {
    for (const query of [
      "count=abc",
      "count=1.5",
      "count=",
      "startIndex=x",
      "startIndex=1e3",
      "count=0x10",
      "count=%201",
      "startIndex=--1",
    ])
      expectRefusal(await ask("GET", `/Users?${query}`), 400, "invalidValue", /whole number/);
    for (const query of ["count=1&count=2", "filter=userName%20pr&filter=id%20pr"])
      expectRefusal(await ask("GET", `/Users?${query}`), 400, "invalidValue", /given twice/);
  });

  test("ignores parameters that nobody knows [P-3.4.2-01 P-3.4.2-07]", async () => {
    const plain = (await ask("GET", "/Users")).json;
    expect((await ask("GET", "/Users?foo=bar&x.y=1&counts=1&$filter=1&__proto__=1&constructor=2")).json).toEqual(plain);
  });

  test("is sorted by any path, in any letter case, ascending unless told otherwise [P-3.4.2.3-06 P-3.10-01]", async () => {
    const sorted = async (query: string): Promise<string[]> =>
      names((await ask("GET", `/Users?count=3&${query}`)).json);
    expect(await sorted("sortBy=name.familyName")).toEqual(["u25", "u24", "u23"]);
    expect(await sorted("sortBy=NAME.FAMILYNAME&sortOrder=ascending")).toEqual(["u25", "u24", "u23"]);
    expect(await sorted("sortBy=name.familyName&sortOrder=Descending")).toEqual(["u01", "u02", "u03"]);
    expect(await sorted(`sortBy=${USER}:userName&sortOrder=descending`)).toEqual(["u25", "u24", "u23"]);
    expect(await sorted(`sortBy=${ENTERPRISE}:employeeNumber&sortOrder=descending`)).toEqual(["u25", "u24", "u23"]);
    expect(await sorted("sortBy=&sortOrder=descending")).toEqual(["u01", "u02", "u03"]);
    expectRefusal(await ask("GET", "/Users?sortBy=userName&sortOrder=sideways"), 400, "invalidValue", /sortOrder/);
    expectRefusal(await ask("GET", "/Users?sortOrder=up"), 400, "invalidValue", /sortOrder/);
  });

  test("sorted by a complex attribute means its value; where it has none, a sub-attribute is asked for [P-3.4.2.3-04]", async () => {
    expect(names((await ask("GET", "/Users?sortBy=emails&count=2")).json)).toEqual(["u25", "u24"]);
    expectRefusal(
      await ask("GET", "/Users?sortBy=name"),
      400,
      "invalidValue",
      /complex; name one of its sub-attributes/,
    );
    expectRefusal(await ask("GET", "/Users?sortBy=nosuch"), 400, "invalidValue", /sortBy names no attribute/);
    expectRefusal(await ask("GET", "/Users?sortBy=emails[type eq 1]"), 400, "invalidValue");
  });

  test("sorted and paged, every resource is met once [P-3.4.2.3-06]", async () => {
    for (const sortBy of ["nickName", "name.givenName"]) {
      const met: string[] = [];
      for (let startIndex = 1; startIndex <= 25; startIndex += 7)
        met.push(...names((await ask("GET", `/Users?sortBy=${sortBy}&count=7&startIndex=${startIndex}`)).json));
      expect(new Set(met).size).toBe(25);
      expect(met.length).toBe(25);
    }
  });

  test("selects for each resource as GET of one does [P-3.4.2.5-01 P-3.9-05]", async () => {
    const { Resources } = (await ask("GET", "/Users?count=1&attributes=userName")).json;
    expect(Resources).toEqual([{ schemas: [USER], id: expect.any(String), userName: "u01" }]);
    const [without] = (await ask("GET", "/Users?count=1&excludedAttributes=emails,name.familyName")).json.Resources;
    expect(without).not.toHaveProperty("emails");
    expect(without.name).toEqual({ givenName: "odd" });
  });
});

describe("storage that cannot do all", () => {
  const limited = (capabilities: { readonly filter?: false; readonly sort?: false }): Directory =>
    directory({ storage: { ...memoryStorage(), capabilities: { ...ABLE, ...capabilities } } });

  test("does not sort: sortBy is ignored and announced so [P-3.4.2.3-01 S-5-10]", async () => {
    const { ask } = limited({ sort: false });
    for (const userName of ["b", "a"]) await ask("POST", "/Users", user({ userName }));
    expect(names((await ask("GET", "/Users?sortBy=userName")).json)).toEqual(["b", "a"]);
    expect((await ask("GET", "/ServiceProviderConfig")).json.sort).toEqual({ supported: false });
  });

  test("does not filter: a filter is refused, never ignored, and announced so [S-5-10]", async () => {
    const { ask } = limited({ filter: false });
    expectRefusal(
      await ask("GET", filtered("/Users", "userName pr")),
      400,
      "invalidFilter",
      /does not support filters/,
    );
    expect((await ask("GET", "/ServiceProviderConfig")).json.filter.supported).toBe(false);
  });
});

test("sensitive attributes do not belong into a URL: 403 sensitive, while a search serves them [P-3.12-08]", async () => {
  const { ask } = directory({ sensitiveAttributes: ["emails.value", "nickName"] });
  await ask("POST", "/Users", user({ userName: "a", emails: [{ value: "a@b.c" }] }));
  for (const filter of ['emails.value eq "a@b.c"', 'emails[value eq "a@b.c"]', 'not (userName pr and NICKNAME eq "x")'])
    expectRefusal(await ask("GET", filtered("/Users", filter)), 403, "sensitive", /\.search/);
  const search = {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
    filter: 'emails.value eq "a@b.c"',
  };
  expect((await ask("POST", "/Users/.search", search)).json.totalResults).toBe(1);
  expect((await ask("GET", filtered("/Users", "userName pr"))).json.totalResults).toBe(1);
});

describe("what a query may cost", () => {
  const clauses = (count: number) => Array.from({ length: count }, (_, at) => `displayName ew "x${at}"`).join(" or ");

  test("is limits.comparisons: more is refused before any resource is looked at, with what to do", async () => {
    let compared = 0;
    const { ask } = directory({
      limits: { comparisons: 30 },
      comparisonKey: (attribute, value) => {
        if (attribute.name === "displayName" && String(value).startsWith("Grace")) compared++;
        return comparisonKey(attribute, value);
      },
    });
    for (let index = 0; index < 10; index++)
      await ask("POST", "/Users", user({ userName: `u${index}`, displayName: `Grace ${index}` }));
    expect((await ask("GET", filtered("/Users", clauses(3)))).json.totalResults).toBe(0);
    expect(compared).toBe(10);
    const refused = await ask("GET", filtered("/Users", clauses(4)));
    expectRefusal(refused, 400, "tooMany");
    expect(refused.json.detail).toMatch(/4 comparisons .* 30 .*limits\.comparisons.* looked up/);
    expect(compared).toBe(10);
    expect((await ask("GET", filtered("/", clauses(4)))).json.scimType).toBe("tooMany");
    const narrowed = await ask("GET", filtered("/Users", `userName eq "u1" and (${clauses(20)})`));
    expect(narrowed.json.totalResults).toBe(0);
  });

  test("counts the elements of a collection", async () => {
    const { ask } = directory({ limits: { comparisons: 30 } });
    const members: { value: string }[] = [];
    for (let index = 0; index < 20; index++)
      members.push({ value: (await ask("POST", "/Users", user({ userName: `u${index}` }))).json.id });
    await ask("POST", "/Groups", { schemas: [GROUP], displayName: "Staff", members });
    expect((await ask("GET", filtered("/Groups", 'members.display co "x"'))).json.totalResults).toBe(0);
    const twice = filtered("/Groups", 'members.display co "x" or members.display co "y"');
    expect((await ask("GET", twice)).json.scimType).toBe("tooMany");
  });
});
