import { describe, expect, test } from "vitest";
import { directory, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";

const user = (more: string): string => `{"schemas":["${USER}"],"userName":"ada"${more}}`;

describe("an object of a body that names a member twice", () => {
  test.each([
    ["title", '"title"', '"title"'],
    ["title", '"title"', '"\\u0074itle"'],
    ["urn:x:1.$a-b_c", '"urn:x:1.$a-b_c"', '"urn:x:1.$a-b_c"'],
    ["x".repeat(64), `"${"x".repeat(64)}"`, `"${"x".repeat(64)}"`],
  ])("is refused, and %s is named", async (name, first, second) => {
    const { ask } = directory();
    const refused = await ask("POST", "/Users", user(`,${first}:1,${second}:2`));
    expectRefusal(refused, 400, "invalidSyntax");
    expect(refused.json.detail).toBe(`The request body names a member twice in one object: "${name}".`);
  });

  test.each(["a b", "<b>", "x".repeat(65), "é", ""])("is refused without a word of %j", async (name) => {
    const { ask } = directory();
    const refused = await ask("POST", "/Users", user(`,${JSON.stringify(name)}:1,${JSON.stringify(name)}:2`));
    expectRefusal(refused, 400, "invalidSyntax");
    expect(refused.json.detail).toBe("The request body names a member twice in one object.");
  });

  test("is seen behind strings with quotes and backslashes in them", async () => {
    const { ask } = directory();
    for (const text of ['"\\""', '"\\\\"', '"\\\\\\""', '"a\\"b"', '"\\u0022"'])
      expectRefusal(await ask("POST", "/Users", user(`,"title":${text},"title":1`)), 400, "invalidSyntax", /"title"/);
  });

  test("is none where the name stands in two objects, or the text in a list or as a value", async () => {
    const { ask } = directory();
    const more =
      ',"emails":[{"value":"a@x.io","type":"work"},{"value":"b@x.io","type":"work"}],"x":["y","y","title"],"title":"title"';
    expect(await ask("POST", "/Users", user(more))).toMatchObject({ status: 201, json: { title: "title" } });
  });

  test("is no matter where the text is no JSON, or ends in the middle of a string", async () => {
    const { ask } = directory();
    for (const text of ['{"a', '{"a\\', '{"a":"', '{"a\\u12":1,"a\\u12":1}', '{"a":1,"b"'])
      expect((await ask("POST", "/Users", text)).json).toMatchObject({
        status: "400",
        detail: "The request body is not valid JSON.",
      });
  });
});

describe("a parameter of a URL", () => {
  test("that comes twice is refused, and the detail names it [P-3.4.2-01]", async () => {
    const { ask } = directory();
    for (const query of ["count=1&count=1", "count=&count=2", "count=1&startIndex=1&count=3"])
      expectRefusal(await ask("GET", `/Users?${query}`), 400, "invalidValue", /parameter count is given twice/);
  });

  test("in other letter case is the same one, but under the strict profile, where it is unknown [R-84]", async () => {
    for (const [profile, found] of [
      ["lenient", 0],
      ["strict", 1],
    ] as const) {
      const { ask } = directory({ profile });
      await ask("POST", "/Users", user(""));
      const { json } = await ask("GET", "/Users?COUNT=0");
      expect(json.Resources ?? []).toHaveLength(found);
    }
  });
});

describe("a path", () => {
  test.each([
    "/Users/..",
    "/Users/.",
    "/Users/../Groups",
    "/Users/%2E%2e/Groups",
    "/Users/.%2e",
    "/./Users",
    "/../v2/Users",
  ])("%s leads nowhere: a URL parser would make another one of it [T-H3]", async (path) => {
    const { ask } = directory();
    expectRefusal(await ask("GET", path), 404);
  });

  test.each([
    "/Users/...",
    "/Users/.a",
    "/Users/a..",
    "/Users/..a",
    "/Users/%2e%2ea",
  ])("%s is the id of a resource like any other [T-H3]", async (path) => {
    const { ask } = directory();
    expectRefusal(await ask("GET", path), 404, undefined, /No User has this id/);
  });

  test("is what follows the host of an absolute URL, whatever its scheme", async () => {
    const { scim } = directory();
    for (const start of ["https://example.com", "HTTP://example.com:8080", "a+b-c.1://host", ""]) {
      const headers = { authorization: "Bearer good" };
      const { status } = await scim.handle({ method: "GET", url: `${start}/scim/v2/Users?x=http://h/y`, headers });
      expect(status).toBe(200);
    }
  });
});
