import fc from "fast-check";
import { expect, test } from "vitest";
import { createExchangeMask } from "../../src/recordings/mask/exchange.ts";
import { readJson, writeJson } from "../../src/recordings/mask/json.ts";
import type { RawExchange } from "../../src/recordings/mask/raw.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

const raw = (more: Partial<RawExchange>): RawExchange => ({
  method: "GET",
  path: "/Users",
  requestHeaders: {},
  requestBody: "",
  status: 200,
  responseHeaders: {},
  responseBody: "",
  ...more,
});

test("the same value is the same pseudonym in path, filter, body, headers and answer, in each letter case", () => {
  const mask = createExchangeMask();
  const { request, response } = mask(
    raw({
      path: "/Users/af12c09d?filter=userName%20eq%20%22ADA.King%40Contoso.com%22&x",
      responseHeaders: { location: "https://scim.contoso.com/scim/v2/Users/af12c09d", etag: 'W/"af12c09d"' },
      responseBody: JSON.stringify({
        id: "af12c09d",
        userName: "ada.king@contoso.com",
        name: { formatted: "Ada King", givenName: "Ada", familyName: "KING" },
        members: [{ value: "af12c09d", type: "User" }],
      }),
    }),
  );
  // biome-ignore lint/suspicious/noExplicitAny: what was masked has the shape of what was sent
  const body = response.body as any;
  const [local = "", domain = ""] = body.userName.split("@");
  const [ada = "", king = ""] = local.split(".");
  expect(local).toMatch(/^[bcdfghj-np-tv-z]{3}\.[bcdfghj-np-tv-z]{4}$/);
  expect(domain).toMatch(/^[a-z]{7}\.[a-z]{3}\.example$/);
  const capital = king.slice(0, 1).toUpperCase() + king.slice(1);
  const [company = "", top = ""] = domain.split(".");
  expect(request.path).toBe(
    `/Users/${body.id}?filter=userName%20eq%20%22${ada.toUpperCase()}.${capital}%40${company.slice(0, 1).toUpperCase()}${company.slice(1)}.${top}.example%22&x`,
  );
  expect(body.name).toEqual({
    formatted: `${ada.slice(0, 1).toUpperCase()}${ada.slice(1)} ${capital}`,
    givenName: `${ada.slice(0, 1).toUpperCase()}${ada.slice(1)}`,
    familyName: king.toUpperCase(),
  });
  expect(body.members).toEqual([{ value: body.id, type: "User" }]);
  expect(response.headers.location).toMatch(
    new RegExp(`^https://[a-z]{4}\\.${company}\\.${top}\\.example/scim/v2/Users/${body.id}$`),
  );
  expect(response.headers.etag).toBe(`W/"${body.id}"`);
});

test("oddities are kept to the letter: nulls, texts for booleans, keys twice, capitals, flags, empty paths", () => {
  const mask = createExchangeMask();
  const text = `{"Schemas":["${PATCH}"],"operations":[{"op":"Add","path":"","value":{"Active":"False","title":null,"nickName":" "}},{"op":"REMOVE","path":"emails[type eq \\"work\\"]","value":""}],"active":true,"active":"True"}`;
  const { request } = mask(
    raw({ method: "PATCH", path: "/Users/?aadOptscim062020&startIndex=1&count=100&", requestBody: text }),
  );
  expect(request.bodyText).toBe(text);
  expect(request.path).toBe("/Users/?aadOptscim062020&startIndex=1&count=100&");
});

test("what is not known to be harmless is masked: types, URLs, phones, dates, numbers, IPs, photos, unknown attributes, JSON in a text", () => {
  const mask = createExchangeMask();
  const sent = {
    externalId: 104729,
    "urn:acme:custom": { badge: "B-4711", floor: 12 },
    emails: [{ value: "Ada <ada@corp.example.org>", type: "work" }, { type: "Acme mail" }],
    photos: [{ value: "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg" }],
    phoneNumbers: [{ value: "+47 555 00 101" }],
    loginIp: "10.20.30.40",
    hiredAt: "2023-05-17",
    profileUrl: "https://intranet.acme.test/people/ada?tab=cv",
    note: '{"familyName":"Lovelace","active":"true"}',
    timezone: "Europe/Oslo",
    locale: "nb-NO",
  };
  const { body } = mask(raw({ method: "POST", requestBody: JSON.stringify(sent) })).request;
  const text = JSON.stringify(body);
  // Each has a vowel: no pseudonym has.
  for (const value of ["Ada", "org", "Acme", "iVBOR", "intranet", "people", "Lovelace", "Oslo"])
    expect(text, value).not.toContain(value);
  const numbers = [104729, "B-4711", 12, "+47 555 00 101", "10.20.30.40"];
  for (const value of numbers) expect(text).not.toContain(`:${JSON.stringify(value)}`);
  expect(body).toMatchObject({
    externalId: expect.any(Number),
    hiredAt: "2001-01-01",
    timezone: "Etc/UTC",
    locale: "nb-NO",
    loginIp: expect.stringMatching(/^192\.0\.2\.\d+$/),
    profileUrl: expect.stringMatching(/^https:\/\/[a-z.]+\.example\/[a-z]+\/[a-z]+\?[a-z]+=[a-z]+$/),
    note: expect.stringMatching(/^\{"familyName":"[A-Z][a-z]{7}","active":"true"\}$/),
  });
});

test("passwords and tokens are replaced by a word, a wrong token is told from a good one, unknown headers are left away", () => {
  const mask = createExchangeMask(new Set(["s3cr3t-of-the-proxy"]));
  const headers = {
    authorization: "Bearer abc.def.ghi",
    cookie: "sid=0123456789abcdef",
    "x-tenant": "acme",
    accept: "*/*",
  };
  const good = mask(raw({ requestHeaders: headers, requestBody: '{"password":"hunter2!"}' }));
  expect(good.request).toMatchObject({
    headers: { accept: "*/*", authorization: "Bearer <token>" },
    body: { password: "<password>" },
  });
  expect(Object.keys(good.request.headers).sort()).toEqual(["accept", "authorization"]);
  expect(mask(raw({ requestHeaders: headers, status: 401 })).request.headers.authorization).toBe("Bearer wrong");
  const patch = { Operations: [{ op: "replace", path: "password", value: "hunter2!" }] };
  expect(mask(raw({ requestBody: JSON.stringify(patch) })).request.body).toEqual({
    Operations: [{ op: "replace", path: "password", value: "<password>" }],
  });
});

test("what would leak is not written: the mask throws, and does not say what it was", () => {
  // A key is kept as it is spelt, so a token that is one would be in the file.
  const leaking = raw({
    requestHeaders: { authorization: "Bearer SecretKeyName" },
    requestBody: '{"SecretKeyName":1}',
  });
  expect(() => createExchangeMask()(leaking)).toThrow(/^a token was not masked$/);
});

test("a discovery document keeps what it says about attributes, and loses what it says about its house", () => {
  const schema = {
    id: "urn:ietf:params:scim:schemas:core:2.0:User",
    description: "People of Acme",
    attributes: [{ name: "badge", type: "string", mutability: "readWrite", canonicalValues: ["gold"] }],
    meta: { location: "https://acme.test/scim/v2/Schemas/urn:ietf:params:scim:schemas:core:2.0:User" },
  };
  const { response } = createExchangeMask()(raw({ path: "/Schemas", responseBody: JSON.stringify(schema) }));
  expect(response.body).toMatchObject({ id: schema.id, attributes: schema.attributes });
  expect(JSON.stringify(response.body).toLowerCase()).not.toContain("acme");
});

test(`no word of a name, an address or an id is left of random resources, and equal stays equal (seed ${seed})`, () => {
  const word = fc.stringMatching(/^[a-z]*[aeiou][a-z]{4,9}$/);
  fc.assert(
    fc.property(word, word, fc.uuid(), (first, second, id) => {
      const mask = createExchangeMask();
      const body = {
        id,
        userName: `${first}.${second}@${second}.com`,
        displayName: `${first} ${second}`,
        nickName: first,
      };
      const exchange = mask(
        raw({
          path: `/Users/${id}?filter=displayName%20eq%20%22${first}%20${second}%22`,
          responseBody: JSON.stringify(body),
        }),
      );
      const text = JSON.stringify(exchange).toLowerCase();
      for (const part of [first, second, id]) if (!KNOWN.includes(part)) expect(text).not.toContain(`"${part}`);
      // biome-ignore lint/suspicious/noExplicitAny: what was masked has the shape of what was sent
      const masked = exchange.response.body as any;
      expect(masked.displayName.split(" ")[0]).toBe(masked.nickName);
      expect(exchange.request.path).toBe(
        `/Users/${masked.id}?filter=displayName%20eq%20%22${masked.displayName.replace(" ", "%20")}%22`,
      );
    }),
    { seed, numRuns: pickSize("resources", { everyday: 100, thorough: 500 }) },
  );
});

/** Names of members that are kept. */
const KNOWN = ["username", "displayname", "nickname", "request", "response", "method", "headers", "status"];

test(`JSON is read and written as it was, for any value (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      expect(writeJson(readJson(text))).toBe(
        JSON.stringify(JSON.parse(text)) === text ? text : writeJson(readJson(text)),
      );
      expect(JSON.parse(writeJson(readJson(text)))).toEqual(JSON.parse(text));
    }),
    { seed, numRuns: pickSize("JSON texts", { everyday: 200, thorough: 1000 }) },
  );
  expect(writeJson(readJson('{ "a" : 1.0, "a": [ 1e3 ,-0 ] }'))).toBe('{"a":1.0,"a":[1e3,-0]}');
  for (const wrong of ["", "{", "[1,]", "{a:1}", '{"a"}', "1 2", "]", `${"[".repeat(100)}${"]".repeat(100)}`])
    expect(() => readJson(wrong), wrong).toThrow(SyntaxError);
});
