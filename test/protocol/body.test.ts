import { describe, expect, test } from "vitest";
import { directory, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";

const body = (more = ""): string => `{"schemas":["${USER}"],"userName":"ada"${more}}`;

describe("a body", () => {
  test.each([
    "[]",
    '"x"',
    "1",
    "true",
    "null",
    "{",
    '{"userName":',
    "{'userName':1}",
    '{"a":1,}',
    "undefined",
    "{}{}",
    '{"a":"\t"}',
    '{"a":01}',
    "\ufeff{",
    "NaN",
    "<xml/>",
  ])("%s is 400 invalidSyntax, and nothing is stored [P-3.3-11 P-3.12-06]", async (text) => {
    const { ask } = directory();
    expectRefusal(await ask("POST", "/Users", text), 400, "invalidSyntax");
    expect((await ask("GET", "/Users")).json.totalResults).toBe(0);
  });

  test("that is missing or empty is 400 and says so, on every verb that needs one [P-3.3-11]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", body());
    for (const [method, path] of [
      ["POST", "/Users"],
      ["PUT", `/Users/${json.id}`],
      ["PATCH", `/Users/${json.id}`],
      ["POST", "/Users/.search"],
    ] as const)
      for (const empty of [undefined, "", new Uint8Array()])
        expectRefusal(await ask(method, path, empty), 400, "invalidSyntax");
  });

  test("that the host has parsed is taken as it is; what is no object is refused", async () => {
    const { scim } = directory();
    const send = (parsed: unknown) =>
      scim.handle({ method: "POST", url: "/scim/v2/Users", headers: { authorization: "Bearer good" }, body: parsed });
    expect((await send(JSON.parse(body()))).status).toBe(201);
    for (const parsed of [[], 1, true, () => [], () => null]) expect((await send(parsed)).status).toBe(400);
  });

  test("as bytes with a byte order mark is read, and one that is not UTF-8 is refused [P-3.8-01]", async () => {
    const { ask } = directory();
    const bytes = new TextEncoder().encode(`\ufeff${body(',"displayName":"Zoë"')}`);
    expect(await ask("POST", "/Users", bytes)).toMatchObject({ status: 201, json: { displayName: "Zoë" } });
    expectRefusal(
      await ask("POST", "/Users", new Uint8Array([...bytes.slice(0, -1), 0xff, 0x7d])),
      400,
      "invalidSyntax",
      /UTF-8/,
    );
  });

  test("that names one member twice is refused wherever it is, escaped or not, and so never read in two ways", async () => {
    const { ask } = directory();
    for (const text of [
      body(',"userName":"eve"'),
      body(',"user\\u004eame":"eve"'),
      body(',"name":{"givenName":"a","givenName":"b"}'),
      body(',"emails":[{"value":"a","value":"b"}]'),
    ])
      expectRefusal(await ask("POST", "/Users", text), 400, "invalidSyntax", /twice/);
    expect(
      (await ask("POST", "/Users", body(',"emails":[{"value":"a"},{"value":"b"}],"nickName":"{\\"a\\":1,\\"a\\":2}"')))
        .status,
    ).toBe(201);
  });

  test("with what looks like structure in a string is read as a string", async () => {
    const { ask } = directory();
    const displayName = `{"a":[[[[[[[[[[[[[[[[[[[[[[${'\\"'.repeat(3)}]]}}`;
    const { json } = await ask("POST", "/Users", { schemas: [USER], userName: "a", displayName });
    expect(json.displayName).toBe(displayName);
  });
});

describe("media types", () => {
  test.each([
    "application/scim+json",
    "application/json",
    "APPLICATION/SCIM+JSON; charset=utf-8",
    "application/json;charset=UTF-8",
    "text/json",
  ])("a body of type %s is read [P-3.8-02]", async (type) => {
    expect((await directory().ask("POST", "/Users", body(), { "content-type": type })).status).toBe(201);
  });

  test.each([
    "text/plain",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "json",
    "*/*",
  ])("a body of type %s is 415 [P-3.8-06 T-H10]", async (type) => {
    const { ask } = directory();
    expectRefusal(await ask("POST", "/Users", body(), { "content-type": type }), 415);
    expect((await ask("GET", "/Users")).json.totalResults).toBe(0);
  });

  test.each([
    [undefined, "application/scim+json"],
    ["", "application/scim+json"],
    ["*/*", "application/scim+json"],
    ["application/*", "application/scim+json"],
    ["application/json, application/scim+json", "application/scim+json"],
    ["application/scim+json;q=0.1, application/json", "application/scim+json"],
    ["application/json", "application/json"],
    ["APPLICATION/JSON; charset=utf-8", "application/json"],
    ["text/html, application/json;q=0.9", "application/json"],
    ["application/scim+json;q=0, application/json", "application/json"],
  ])("Accept %s is answered with %s, errors too [P-3.8-03 P-3.8-04]", async (accept, type) => {
    const { ask } = directory();
    const headers = accept === undefined ? {} : { accept };
    for (const path of ["/Users", "/Users/none", "/Schemas"])
      expect((await ask("GET", path, undefined, headers)).headers["Content-Type"]).toBe(type);
  });

  test.each([
    "text/html",
    "application/xml, text/*",
    "application/scim+json;q=0",
  ])("Accept %s is 406 [P-3.8-05]", async (accept) => {
    expectRefusal(await directory().ask("GET", "/Users", undefined, { accept }), 406, undefined, /Accept/);
  });
});
