import { describe, expect, test } from "vitest";
import { directory, ENTERPRISE, filtered, GROUP, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";
import { THING, Thing } from "../support/thing.ts";

const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const user = (more: object = {}): object => ({ schemas: [USER], userName: "a", ...more });

/** For each limit: what is just within it, and what is one too many. */
describe("limits", () => {
  test("body: bytes, not characters [P-3.7.4-02 T-J3]", async () => {
    const { ask } = directory({ limits: { body: 200 } });
    const fits = JSON.stringify(user({ displayName: "" })).length;
    expect((await ask("POST", "/Users", user({ displayName: "x".repeat(200 - fits) }))).status).toBe(201);
    for (const displayName of ["x".repeat(201 - fits), "ü".repeat(101 - fits / 2 + 50)])
      expectRefusal(
        await ask("POST", "/Users", user({ userName: "b", displayName })),
        413,
        undefined,
        /200.*limits\.body/,
      );
    expect((await ask("GET", "/Users")).json.totalResults).toBe(1);
  });

  test("depth: of objects and arrays, in whatever is sent [T-D1]", async () => {
    const { ask } = directory({ limits: { depth: 4 } });
    const nested = (levels: number): string =>
      `{"schemas":["${USER}"],"userName":"a","x":${"[".repeat(levels)}${"]".repeat(levels)}}`;
    expect((await ask("POST", "/Users", nested(3))).status).toBe(201);
    expectRefusal(await ask("POST", "/Users", nested(4)), 400, "invalidSyntax", /4 levels deep \(limits\.depth\)/);
    const standard = directory();
    const hostile = await standard.ask("POST", "/Users", `{"x":${'{"x":'.repeat(100_000)}`);
    expectRefusal(hostile, 400, "invalidSyntax", /16 levels deep/);
  });

  test("names: different ones of members, wherever they are; one that comes again does not count [T-D1]", async () => {
    const { ask } = directory({ limits: { names: 5 } });
    const named = (more: string): string => `{"schemas":["${USER}"],"userName":"a","emails":[${more}]}`;
    const fits = named('{"value":"a@example.com"},{"value":"b@example.com"},{"type":"work","value":"c@example.com"}');
    expect((await ask("POST", "/Users", fits)).status).toBe(201);
    const refused = await ask("POST", "/Users", named('{"value":"a@example.com"},{"type":"work","display":"d"}'));
    expectRefusal(refused, 400, "invalidSyntax", /more than 5 different names \(limits\.names\)/);
    const standard = directory();
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, 0]));
    expectRefusal(await standard.ask("POST", "/Users", user(many(10_000))), 400, "invalidSyntax", /10000 different/);
    expect((await standard.ask("GET", "/Users")).json.totalResults).toBe(0);
  });

  test("stringLength and binaryLength: of values", async () => {
    const { ask } = directory({ resourceTypes: [Thing], limits: { stringLength: 10, binaryLength: 8 } });
    const thing = (more: object): object => ({ schemas: [THING], name: "a", ...more });
    expect((await ask("POST", "/Things", thing({ exact: "x".repeat(10), blob: "aGVsbG8=" }))).status).toBe(201);
    expectRefusal(
      await ask("POST", "/Things", thing({ exact: "x".repeat(11) })),
      400,
      "invalidValue",
      /exact must not be longer than 10/,
    );
    expectRefusal(
      await ask("POST", "/Things", thing({ link: `urn:x:${"x".repeat(5)}` })),
      400,
      "invalidValue",
      /link must not be longer than 10/,
    );
    expectRefusal(
      await ask("POST", "/Things", thing({ blob: "aGVsbG9oZWxsbw==" })),
      400,
      "invalidValue",
      /blob must not be longer than 8/,
    );
  });

  test("elements and collectionElements: of multi-valued attributes and of members", async () => {
    const { ask } = directory({ settings: { references: "ignore" }, limits: { elements: 2, collectionElements: 3 } });
    const emails = (count: number) => Array.from({ length: count }, (_, index) => ({ value: `${index}@b.c` }));
    expect((await ask("POST", "/Users", user({ emails: emails(2) }))).status).toBe(201);
    expectRefusal(
      await ask("POST", "/Users", user({ userName: "b", emails: emails(3) })),
      400,
      "invalidValue",
      /emails must not have more than 2 elements/,
    );
    const group = (count: number): object => ({ schemas: [GROUP], displayName: "g", members: emails(count) });
    const { json } = await ask("POST", "/Groups", group(3));
    expectRefusal(await ask("POST", "/Groups", group(4)), 400, "invalidValue", /members must not have more than 3/);
    const add = { schemas: [PATCH], Operations: [{ op: "add", path: "members", value: emails(4) }] };
    expectRefusal(await ask("PATCH", `/Groups/${json.id}`, add), 400, "invalidValue", /3/);
  });

  test("filterLength, filterDepth and filterClauses: in URLs, searches and paths of a PATCH", async () => {
    const { ask } = directory({ limits: { filterLength: 60, filterDepth: 2, filterClauses: 3 } });
    const { json } = await ask("POST", "/Users", user({ emails: [{ value: "a", type: "w" }] }));
    const clauses = (count: number): string => Array.from({ length: count }, () => "id pr").join(" or ");
    for (const [good, bad, detail] of [
      [`id eq "${"x".repeat(52)}"`, `id eq "${"x".repeat(53)}"`, /60/],
      ["((id pr))", "(((id pr)))", /2/],
      [clauses(3), clauses(4), /3/],
    ] as const) {
      expect((await ask("GET", filtered("/Users", good))).status).toBe(200);
      expectRefusal(await ask("GET", filtered("/Users", bad)), 400, "invalidFilter", detail);
      const search = { schemas: ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], filter: bad };
      expectRefusal(await ask("POST", "/Users/.search", search), 400, "invalidFilter", detail);
    }
    const path = `emails[${Array.from({ length: 4 }, () => "type pr").join(" or ")}].value`;
    const patch = { schemas: [PATCH], Operations: [{ op: "replace", path, value: "x" }] };
    expect((await ask("PATCH", `/Users/${json.id}`, patch)).status).toBe(400);
  });

  test("attributes: of names in a selection", async () => {
    const { ask } = directory({ limits: { attributes: 3 } });
    for (const parameter of ["attributes", "excludedAttributes"]) {
      expect((await ask("GET", `/Users?${parameter}=a,b,c`)).status).toBe(200);
      expectRefusal(
        await ask("GET", `/Users?${parameter}=a,b,c,d`),
        400,
        "invalidValue",
        /At most 3 .*limits\.attributes/,
      );
    }
  });

  test("operations: of one PATCH", async () => {
    const { ask } = directory({ limits: { operations: 2 } });
    const { json } = await ask("POST", "/Users", user());
    const patch = (count: number): object => ({
      schemas: [PATCH],
      Operations: Array.from({ length: count }, (_, index) => ({ op: "replace", path: "title", value: `t${index}` })),
    });
    expect((await ask("PATCH", `/Users/${json.id}`, patch(2))).json.title).toBe("t1");
    expectRefusal(
      await ask("PATCH", `/Users/${json.id}`, patch(3)),
      413,
      undefined,
      /exceeds the limits\.operations \(2\)/,
    );
    expect((await ask("GET", `/Users/${json.id}`)).json.title).toBe("t1");
  });

  test("results and defaultResults: of a page", async () => {
    const { ask } = directory({ limits: { results: 2, defaultResults: 1 } });
    for (const userName of ["a", "b", "c"]) await ask("POST", "/Users", user({ userName }));
    expect((await ask("GET", "/Users")).json.itemsPerPage).toBe(1);
    expect((await ask("GET", "/Users?count=3")).json).toMatchObject({ itemsPerPage: 2, totalResults: 3 });
  });

  test("headers of a condition are bounded too", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", user());
    const path = `/Users/${json.id}`;
    const long = `"${"x".repeat(9000)}"`;
    expectRefusal(
      await ask("PUT", path, user({ title: "t" }), { "if-match": long }),
      400,
      undefined,
      /8192 characters/,
    );
    expectRefusal(await ask("GET", path, undefined, { "if-none-match": long }), 400);
  });

  test("hold for the extension and for every verb that has a body", async () => {
    const { ask } = directory({ limits: { stringLength: 10 } });
    const { json } = await ask("POST", "/Users", user());
    const long = { [ENTERPRISE]: { department: "x".repeat(11) } };
    expectRefusal(
      await ask("PUT", `/Users/${json.id}`, user(long)),
      400,
      "invalidValue",
      /department must not be longer/,
    );
    const patch = { schemas: [PATCH], Operations: [{ op: "add", value: long }] };
    expectRefusal(await ask("PATCH", `/Users/${json.id}`, patch), 400, "invalidValue", /department must not be longer/);
    expect((await ask("GET", `/Users/${json.id}`)).json).toEqual(json);
  });
});
