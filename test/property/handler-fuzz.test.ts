import fc from "fast-check";
import { expect, test } from "vitest";
import { SCIM_TYPES } from "../../src/error.ts";
import { EnterpriseUserSchema, Group, type ScimEvent, type ScimResponse, User } from "../../src/index.ts";
import { memoryStorage } from "../../src/storage/memory/index.ts";
import { bodyText, type Directory, directory, ENTERPRISE, ERROR, GROUP, USER } from "../support/directory.ts";
import { pickSeed, pickSize } from "../support/size.ts";
import { THING, Thing } from "../support/thing.ts";

const MESSAGE = "urn:ietf:params:scim:api:messages:2.0:";
const REQUESTS = pickSize("requests", { everyday: 5000, thorough: 20_000 });
/** Requests to one service before it begins anew. */
const ROUND = 25;
/** Must not be in any answer or event: a password, its hash, and what a fault of storage says. */
const CANARY = "canary-7f3a";

const seed = pickSeed();

/* Values that a service knows, mixed with values that it does not: most requests get past the first check. */
const hostile = fc.constantFrom<unknown>(
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  9_007_199_254_740_992,
  "",
  " ",
  "\u0000",
  "\ud800",
  "\u202e",
  "True",
  "False",
  "__proto__",
  "constructor",
  "bulkId:1",
  "*",
  "%",
  "' OR 1=1",
  '"',
  "\\",
  "x".repeat(9000),
  [],
  {},
  [[]],
  [{}],
  [null],
  {
    value: null,
  },
  { value: {} },
  { $ref: "http://x" },
  { $ref: "../Users/u0" },
  { value: "u0", primary: true },
);
const scalar = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>("a", "work", "u0", "u1", "g0", "2026-01-31T09:30:00Z", "aGVsbG8=", true, 7),
  },
  { weight: 1, arbitrary: hostile },
  { weight: 1, arbitrary: fc.string({ maxLength: 12, unit: "binary" }) },
);
const NAMES = [
  "userName",
  "USERNAME",
  "name",
  "name.givenName",
  "displayName",
  "nickName",
  "active",
  "emails",
  "emails.value",
  'emails[type eq "work"]',
  'emails[type eq "work"].value',
  "members",
  'members[value eq "u0"]',
  "groups",
  "password",
  "externalId",
  "id",
  "meta",
  "meta.created",
  "schemas",
  "roles",
  "addresses",
  "x509Certificates",
  "title",
  "fixed",
  "secret",
  "serial",
  "tags",
  "box",
  "box.width",
  "parts",
  "parts[primary eq true]",
  "flag",
  "integer",
  "decimal",
  "when",
  "blob",
  "link",
  "asked",
  "never",
  ENTERPRISE,
  `${ENTERPRISE}:manager`,
  `${ENTERPRISE}:manager.value`,
  `${USER}:userName`,
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "nosuch",
  "",
  "a.b.c",
  "emails[",
  "$ref",
] as const;
const name = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom<string>(...NAMES) },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
);
const sub = fc.constantFrom(
  "value",
  "type",
  "primary",
  "display",
  "$ref",
  "givenName",
  "familyName",
  "width",
  "height",
  "seal",
  "batch",
  "VALUE",
  "__proto__",
  "constructor",
  "nosuch",
);
const element = fc.oneof(
  { weight: 3, arbitrary: fc.dictionary(sub, scalar, { maxKeys: 4 }) },
  { weight: 1, arbitrary: scalar },
);
const value = fc.oneof(
  scalar,
  element,
  fc.array(element, { maxLength: 4 }),
  fc.dictionary(name, fc.oneof(scalar, element), { maxKeys: 4 }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Values that fit, so that what is sent is stored more often than not. */
const FITTING: Readonly<Record<string, readonly unknown[]>> = {
  userName: ["ada", "grace", "Ünï", "u0"],
  "name.givenName": ["Ada"],
  name: [{ givenName: "Ada", familyName: "King" }, "thing"],
  displayName: ["d", "g0"],
  nickName: ["n", null],
  active: [true, false, "True"],
  emails: [[{ value: "x@y.z", type: "work" }], [{ value: "a@b.c", primary: true }, { value: "d@e.f" }], []],
  'emails[type eq "work"].value': ["new@y.z"],
  'emails[type eq "work"]': [{ value: "v@y.z" }],
  members: [[{ value: "u0" }], [{ value: "u1", type: "User" }, { value: "g0" }], [], { value: "u1" }],
  password: ["a new one"],
  externalId: ["e1", "e2"],
  roles: [[{ value: "r" }]],
  fixed: ["f", "other"],
  secret: ["s"],
  serial: ["1", "2"],
  tags: [["a", "b"], "c"],
  box: [{ width: 2 }, { width: 3, height: 4, seal: "s" }],
  parts: [[{ value: "a", batch: "1" }, { value: "b" }]],
  flag: [true],
  integer: [5],
  decimal: [1.5],
  when: ["2026-01-31T09:30:00+01:00"],
  asked: ["k"],
  [ENTERPRISE]: [{ department: "d", manager: { value: "u1" } }, null],
  [`${ENTERPRISE}:manager`]: [{ value: "u0" }, "u1", ""],
};
const member = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(...Object.entries(FITTING))
      .chain(([key, fitting]) => fc.constantFrom(...fitting).map((given) => [key, given] as const)),
  },
  { weight: 1, arbitrary: fc.tuple(name, value) },
);
const KINDS = [
  { endpoint: "/Users", urn: USER, id: fc.constantFrom("u0", "u1", "n0", "n1"), base: { userName: "u" } },
  { endpoint: "/Groups", urn: GROUP, id: fc.constantFrom("g0", "n0", "n1"), base: { displayName: "g" } },
  { endpoint: "/Things", urn: THING, id: fc.constantFrom("t0", "n0", "n1"), base: { name: "t" } },
] as const;
const kind = fc.constantFrom(...KINDS);
const resourceOf = ({ urn, base }: (typeof KINDS)[number]): fc.Arbitrary<unknown> =>
  fc
    .record({
      schemas: fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom<unknown>([urn], [urn, ENTERPRISE]) },
        {
          weight: 1,
          arbitrary: fc.constantFrom<unknown>(undefined, [], null, [`${MESSAGE}PatchOp`], "x", [1], [urn, urn]),
        },
      ),
      name: fc.nat({ max: 5 }),
      more: fc.array(member, { maxLength: 4 }),
    })
    .map(({ schemas, name: suffix, more }) => ({
      ...(schemas === undefined ? {} : { schemas }),
      ...Object.fromEntries(Object.entries(base).map(([key, text]) => [key, `${text}${suffix}`])),
      ...Object.fromEntries(more),
    }));
const resource = kind.chain(resourceOf);
const fittingOperation = fc
  .tuple(fc.constantFrom("add", "replace", "remove", "Add"), member, fc.boolean())
  .map(([op, [path, given], hasPath]): unknown =>
    op === "remove" ? { op, path } : hasPath ? { op, path, value: given } : { op, value: { [path]: given } },
  );
const oddOperation = fc.record(
  {
    op: fc.constantFrom<unknown>("add", "replace", "remove", "Add", "REPLACE", "move", 1, null),
    path: fc.oneof(
      { weight: 6, arbitrary: name },
      { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 1, "a".repeat(9000), "a[b eq 1].c.d") },
    ),
    value,
  },
  { requiredKeys: ["op"] },
);
const operation = fc.oneof({ weight: 4, arbitrary: fittingOperation }, { weight: 1, arbitrary: oddOperation });
const patch = fc
  .tuple(
    fc.constantFrom<unknown>([`${MESSAGE}PatchOp`], [`${MESSAGE}PATCHOP`], undefined, [USER]),
    fc.oneof({ weight: 8, arbitrary: fc.array(operation, { maxLength: 4 }) }, { weight: 1, arbitrary: value }),
  )
  .map(([urns, Operations]): unknown => ({ ...(urns === undefined ? {} : { schemas: urns }), Operations }));

const literal = fc.oneof(
  scalar.map((operand) => JSON.stringify(operand) ?? "null"),
  fc.constantFrom("null", "true", "1e400", '"unclosed', "bare"),
);
const comparison = fc
  .tuple(name, fc.constantFrom("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr", "EQ", "zz", ""), literal)
  .map(([path, operator, operand]) => (operator === "pr" ? `${path} pr` : `${path} ${operator} ${operand}`));
const { filter } = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    comparison,
    fc.tuple(tie("filter"), fc.constantFrom("and", "or", "OR", "xor"), tie("filter")).map((parts) => parts.join(" ")),
    tie("filter").map((inner) => `not (${inner})`),
    tie("filter").map((inner) => `(${inner}`),
    fc.tuple(name, tie("filter")).map(([path, inner]) => `${path}[${inner}]`),
    fc.string({ maxLength: 20, unit: "binary" }),
  ),
}));
const search = fc.record(
  {
    schemas: fc.constantFrom<unknown>([`${MESSAGE}SearchRequest`], undefined, []),
    filter: fc.oneof(filter, scalar),
    attributes: fc.oneof(fc.array(name, { maxLength: 3 }), scalar),
    excludedAttributes: fc.array(name, { maxLength: 3 }),
    sortBy: name,
    sortOrder: fc.constantFrom("ascending", "descending", "x"),
    startIndex: scalar,
    count: scalar,
    cursor: scalar,
  },
  { requiredKeys: ["schemas"] },
);
const bulk = fc.record({
  schemas: fc.constantFrom<unknown>([`${MESSAGE}BulkRequest`], undefined),
  failOnErrors: fc.oneof(fc.constantFrom<unknown>(undefined, 1), scalar),
  Operations: fc.array(
    fc.record(
      {
        method: fc.constantFrom<unknown>("POST", "PUT", "PATCH", "DELETE", "GET", 1),
        path: fc.constantFrom<unknown>(
          "/Users",
          "/Groups",
          "/Users/u0",
          "/Groups/bulkId:a",
          "/Things",
          "/Bulk",
          "/",
          7,
        ),
        bulkId: fc.constantFrom<unknown>("a", "b", "a b", 1),
        data: fc.oneof(resource, patch),
      },
      { requiredKeys: ["method"] },
    ),
    { maxLength: 4 },
  ),
});

const id = fc.constantFrom("u0", "u1", "g0", "t0", "nope", "U0", "%00", "%2e%2e", "..", "%ff", "a%2Fb", "");
const path = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      "/Users",
      "/Groups",
      "/Things",
      "/users/",
      "/Users/.search",
      "/.search",
      "/Groups/.search",
      "/Bulk",
      "/Me",
      "/",
    ),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom("/Users/", "/Groups/", "/Things/", "/Schemas/", "/ResourceTypes/"), id)
      .map((parts) => parts.join("")),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "/Schemas",
      "/ResourceTypes",
      "/ServiceProviderConfig",
      `/Schemas/${USER}`,
      "/Nope",
      "//Users",
      "/Users/u0/x",
      "/%zz",
      "/__proto__",
      "/constructor",
    ),
  },
);
const query = fc
  .array(
    fc.oneof(
      filter.map((text) => `filter=${encode(text)}`),
      fc
        .tuple(fc.constantFrom("attributes", "excludedAttributes"), fc.array(name, { maxLength: 3 }))
        .map(([key, list]) => `${key}=${encode(list.join(","))}`),
      fc
        .tuple(fc.constantFrom("sortBy", "sortOrder", "startIndex", "count", "cursor", "foo", "__proto__"), scalar)
        .map(([key, given]) => `${key}=${encode(String(given))}`),
      name.map((by) => `sortBy=${encode(by)}`),
      fc.constantFrom(
        "count=2",
        "startIndex=2",
        "sortOrder=descending",
        "cursor=",
        "=",
        "&",
        "filter",
        "%",
        "filter=%ff",
      ),
    ),
    { maxLength: 3 },
  )
  .map((parts) => (parts.length === 0 ? "" : `?${parts.join("&")}`));

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll("%20", "+");
}

const json = (sent: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => sent.map((given) => JSON.stringify(given));
const oddBody = fc.oneof(
  { weight: 2, arbitrary: json(fc.oneof(resource, patch, search, bulk)) },
  { weight: 2, arbitrary: fc.oneof(resource, patch, value) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      "",
      "{",
      "[]",
      "null",
      `{"a":${"[".repeat(40)}`,
      '{"userName":"a","userName":"b"}',
      new Uint8Array([0xff, 0xfe]),
      undefined,
      `{"__proto__":{"polluted":1},"userName":"p","name":{"__proto__":{"polluted":1}}}`,
    ),
  },
);
const headers = fc.record(
  {
    "content-type": fc.constantFrom("application/scim+json", "application/json", "text/plain", ""),
    accept: fc.constantFrom("*/*", "application/json", "text/html", ";;,,"),
    "if-match": fc.constantFrom("*", 'W/"1"', '"2"', "W/", ",", ""),
    "if-none-match": fc.constantFrom("*", 'W/"1"', "x"),
    authorization: fc.constantFrom("Bearer good", "Bearer bad", ""),
  },
  { requiredKeys: [] },
);
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly body?: unknown;
}
/** What a client means to ask, whatever the details. */
const meant: fc.Arbitrary<Asked> = fc.oneof(
  kind.chain((of) =>
    fc.record({ method: fc.constant("POST"), path: fc.constant(of.endpoint), query, body: json(resourceOf(of)) }),
  ),
  kind.chain((of) =>
    fc.record({
      method: fc.constant("PUT"),
      path: of.id.map((one) => `${of.endpoint}/${one}`),
      query,
      body: json(resourceOf(of)),
    }),
  ),
  kind.chain((of) =>
    fc.record({
      method: fc.constant("PATCH"),
      path: of.id.map((one) => `${of.endpoint}/${one}`),
      query,
      body: json(patch),
    }),
  ),
  kind.chain((of) =>
    fc.record({
      method: fc.constantFrom("GET", "GET", "HEAD", "DELETE"),
      path: of.id.map((one) => `${of.endpoint}/${one}`),
      query,
    }),
  ),
  fc.record({ method: fc.constant("GET"), path: fc.constantFrom("/Users", "/Groups", "/Things", "/"), query }),
  fc.record({
    method: fc.constant("POST"),
    path: fc.constantFrom("/Users/.search", "/Groups/.search", "/.search"),
    body: json(search),
  }),
  fc.record({ method: fc.constant("POST"), path: fc.constant("/Bulk"), body: json(bulk) }),
);
const odd: fc.Arbitrary<Asked> = fc.record({
  method: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "get", "FOO", ""),
  path,
  query,
  body: oddBody,
});
const request = fc.record({
  asked: fc.oneof({ weight: 5, arbitrary: meant }, { weight: 1, arbitrary: odd }),
  headers: fc.oneof({ weight: 9, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: headers }),
});

/** A service with something in it, whose ids are known. */
async function service(): Promise<Directory> {
  const ids = ["u0", "u1", "g0", "t0"];
  let made = 0;
  const started = directory({
    resourceTypes: [User.extend(EnterpriseUserSchema), Group, Thing],
    storage: memoryStorage({ hashSecret: () => `hash-${CANARY}` }),
    newId: () => ids.shift() ?? `n${made++}`,
  });
  for (const [where, content] of [
    [
      "/Users",
      {
        schemas: [USER],
        userName: "u0",
        password: CANARY,
        emails: [{ value: "a@b.c", type: "work", primary: true }],
        nickName: "n",
      },
    ],
    ["/Users", { schemas: [USER], userName: "u1", active: false }],
    ["/Groups", { schemas: [GROUP], displayName: "g0", members: [{ value: "u0" }, { value: "u1" }] }],
    [
      "/Things",
      {
        schemas: [THING],
        name: "t0",
        fixed: "f",
        secret: CANARY,
        never: CANARY,
        box: { width: 1, seal: "s" },
        tags: ["a"],
        parts: [{ value: "a", batch: "1" }],
      },
    ],
  ] as const)
    expect((await started.ask("POST", where, content)).status).toBe(201);
  return started;
}

/** What `Object.prototype` and `Array.prototype` are like before anything is asked. */
const prototypes = (): string =>
  [Object.prototype, Array.prototype, Function.prototype]
    .map((prototype) => Reflect.ownKeys(prototype).map(String).join())
    .join("|");
const UNTOUCHED = prototypes();

/** The laws that every answer keeps, whatever was asked. */
async function check(method: string, response: ScimResponse, events: readonly ScimEvent[]): Promise<string> {
  const text = await bodyText(response);
  const { status } = response;
  expect(events.filter(({ type }) => type === "fault")).toEqual([]);
  expect(status === 501 || status < 500).toBe(true);
  expect(text ?? "").not.toContain(CANARY);
  for (const header of Object.values(response.headers)) {
    expect(header).toMatch(/^[\x20-\x7e]*$/);
    expect(header).not.toContain(CANARY);
  }
  const isHead = method.toUpperCase() === "HEAD";
  if (status === 204 || status === 304 || isHead) expect(text).toBeUndefined();
  else if (status >= 300) {
    const json = JSON.parse(text ?? "");
    expect(json).toEqual({
      schemas: [ERROR],
      status: String(status),
      detail: expect.stringMatching(/\S/),
      ...("scimType" in json ? { scimType: expect.toBeOneOf(Object.keys(SCIM_TYPES)) } : {}),
    });
    expect(text).not.toMatch(/\bat [\w.<>]+ \(|node_modules|\.ts:\d|TypeError|undefined is not/);
  } else {
    const json = JSON.parse(text ?? "");
    expect(json.schemas.length).toBeGreaterThan(0);
    for (const shown of json.Resources ?? [json]) {
      expect(shown.schemas.length).toBeGreaterThan(0);
      if ([USER, GROUP, THING].includes(shown.schemas[0]))
        for (const hidden of ["password", "secret", "never"]) expect(shown).not.toHaveProperty(hidden);
    }
  }
  return String(status);
}

test(`whatever is asked is answered by a success or a SCIM error, never by a 5xx, a leak or a changed prototype [P-3.12-01 P-3.12-02 S-9.2-02 F-2 F-20 T-H11 T-H13]`, async () => {
  const statuses = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: ROUND, maxLength: ROUND }), async (requests) => {
      const { scim, events } = await service();
      for (const { asked, headers: given } of requests) {
        const { method, path: where, query: search = "", body: sent } = asked;
        events.length = 0;
        const response = await scim.handle({
          method,
          url: `/scim/v2${where}${search}`,
          headers: { authorization: "Bearer good", ...given },
          body: sent,
        });
        const status = await check(method, response, events);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        expect(JSON.stringify(events)).not.toContain(`hash-${CANARY}`);
      }
      expect(prototypes()).toBe(UNTOUCHED);
    }),
    { seed, numRuns: Math.ceil(REQUESTS / ROUND) },
  );
  console.log(
    `handler-fuzz: ${[...statuses]
      .sort()
      .map(([status, count]) => `${status} × ${count}`)
      .join(", ")}`,
  );
  // Without them the generator would only knock at the door.
  for (const status of ["200", "201", "204", "400", "401", "404", "405", "409"])
    expect(statuses.get(status) ?? 0).toBeGreaterThan(REQUESTS / 1000);
});
