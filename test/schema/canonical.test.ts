import { describe, expect, test } from "vitest";
import { type Directory, directory, ENTERPRISE, USER } from "../support/directory.ts";
import { expectRefusal } from "../support/refusal.ts";
import { THING, Thing } from "../support/thing.ts";

const things = (given: Parameters<typeof directory>[0] = {}): Directory =>
  directory({ resourceTypes: [Thing], ...given });
const thing = (more: object): object => ({ schemas: [THING], name: "a", ...more });

describe("data types", () => {
  const GOOD: Readonly<Record<string, readonly unknown[]>> = {
    name: ["a", "Zoë 🦊", "日本語", " leading and trailing ", 'with "quotes" and \\ and \n'],
    flag: [true, false],
    decimal: [1.5, 10, -0.25, 1e21],
    integer: [5, -3, 0, Number.MAX_SAFE_INTEGER],
    when: ["2008-01-23T04:56:22Z"],
    blob: ["aGVsbG8=", "aGVsbG8"],
    link: ["https://example.com/a?b#c", "urn:isbn:1"],
    tags: [["a", "b"]],
    box: [{ width: 1 }],
    parts: [[{ value: "a" }, { value: "b", type: "x" }]],
  };
  test.each(
    Object.entries(GOOD).flatMap(([name, values]) => values.map((value) => [name, value] as const)),
  )("%s %j comes back as it was sent [S-2.3-02 S-2.3.1-01 S-2.3.2-01 S-2.3.3-01 S-2.3.4-01 S-2.3.6-01 P-3.8-08]", async (name, value) => {
    const { ask } = things({ profile: "strict" });
    const created = await ask("POST", "/Things", thing({ [name]: value }));
    expect(created).toMatchObject({ status: 201, json: { [name]: value } });
    expect((await ask("GET", `/Things/${created.json.id}`)).json[name]).toEqual(value);
  });

  const STRING = [123, true, {}, ["a"]];
  const WRONG: Readonly<Record<string, readonly [expected: string, values: readonly unknown[]]>> = {
    name: ["a string", STRING],
    flag: ["true or false", ["true", "True", 1, 0, "", {}, []]],
    decimal: ["a number", ["1.5", true, {}, []]],
    integer: ["a whole number", ["5", true, {}, []]],
    when: ["a date and time", [1_200_000_000, true, {}]],
    blob: ["a base64 string", [1, true, {}]],
    link: ["a URI", [1, true, {}]],
    tags: ["an array", ["a", 1, {}]],
    box: ["an object", ["a", 1, true, [1]]],
    parts: ["an array", [{ value: "a" }, "a", 1]],
    "parts[0]": ["an object", [["a"], [1], [["a"]]]],
    "tags[0]": ["a string", [[1], [{}], [["a"]]]],
  };
  test.each(
    Object.entries(WRONG).flatMap(([path, [expected, values]]) =>
      values.map((value) => [path, value, expected] as const),
    ),
  )("%s %j is refused with path and expected type, and nothing is stored [S-2.3-02 S-2.3.1-02 S-2.3.2-01 S-2.3.3-01 S-2.4-01]", async (path, value, expected) => {
    const { ask } = things({ profile: "strict" });
    const name = path.replace("[0]", "");
    const answer = await ask("POST", "/Things", thing({ [name]: value }));
    expectRefusal(answer, 400, "invalidValue");
    expect(answer.json.detail).toContain(`${path} must be ${expected}`);
    expect((await ask("GET", "/Things")).json.totalResults).toBe(0);
  });

  test.each([
    ["integer", 5.5, /integer must be a whole number/],
    ["integer", 2 ** 53, /integer must be between/],
    ["blob", "not base64!", /blob must be base64/],
    ["blob", "aGVsbG8==", /blob must be base64/],
    ["blob", "-_-_", /blob must be base64/],
    ["link", "not a url with spaces", /link must be a URI/],
    ["when", "23.1.2008", /when must be a date and time/],
    ["name", "a\u0000b", /name must not contain the character NUL/],
    ["name", "  ", /name must not be empty/],
  ])("%s %j has the right JSON type and is refused for what it says [S-2.3.4-01 S-2.3.6-01 S-2.3.6-02 P-5-03]", async (name, value, detail) => {
    // Of what an external reference says, strict alone thinks so much.
    const { ask } = things(name === "link" ? { profile: "strict" } : {});
    expectRefusal(await ask("POST", "/Things", thing({ [name]: value })), 400, "invalidValue", detail);
  });

  test("half of a surrogate pair is refused before it can reach storage", async () => {
    const body = `{"schemas":["${THING}"],"name":"a\\ud800b"}`;
    expectRefusal(await things().ask("POST", "/Things", body), 400, "invalidValue", /half of a surrogate pair/);
  });

  test("a number too large for a double is refused, not stored as null", async () => {
    const body = `{"schemas":["${THING}"],"name":"a","decimal":1e999}`;
    expectRefusal(await things().ask("POST", "/Things", body), 400, "invalidValue", /decimal must be a number/);
  });

  test("strings for booleans are read by the lenient profile and come back as booleans [S-2.3.2-01 R-54]", async () => {
    const { ask } = things();
    for (const [sent, read] of [
      ["True", true],
      ["False", false],
      ["true", true],
    ] as const) {
      expect((await ask("POST", "/Things", thing({ flag: sent }))).json.flag).toBe(read);
    }
    expectRefusal(await ask("POST", "/Things", thing({ flag: "yes" })), 400, "invalidValue");
  });
});

describe("all problems of a body", () => {
  test("are told at once, each with its path and what was expected", async () => {
    const answer = await directory().ask("POST", "/Users", {
      schemas: [USER],
      active: 1,
      emails: [{ value: "a@example.com" }, { value: 7.5, primary: "maybe" }],
      name: "Ada",
      [ENTERPRISE]: { employeeNumber: {}, manager: { value: [] } },
    });
    expectRefusal(answer, 400, "invalidValue");
    expect(answer.json.detail.split("; ")).toEqual([
      "active must be true or false, not a number",
      "emails[1].value must be a string, not a number",
      "emails[1].primary must be true or false, not a string",
      "name must be an object, not a string",
      `${ENTERPRISE}:employeeNumber must be a string, not an object`,
      `${ENTERPRISE}:manager.value must be a string, not an array.`,
    ]);
  });

  test("are cut where there are too many to help, and the rest is counted", async () => {
    const emails = Array.from({ length: 30 }, () => ({ value: 1.5 }));
    const { json } = await directory().ask("POST", "/Users", { schemas: [USER], userName: "a", emails });
    expect(json.detail.split("; ").length).toBe(10);
    expect(json.detail).toContain("(and 20 more problems)");
  });

  test("include every required attribute that is missing [P-3.12-07]", async () => {
    expectRefusal(
      await directory().ask("POST", "/Users", { schemas: [USER] }),
      400,
      "invalidValue",
      /^userName is required\.$/,
    );
    expectRefusal(
      await things().ask("POST", "/Things", { schemas: [THING], box: { height: 2 } }),
      400,
      "invalidValue",
      /box\.width is required/,
    );
  });

  test("never show a value of the client's, only its type [P-3.12-11]", async () => {
    const { body } = await directory().ask("POST", "/Users", {
      schemas: [USER],
      userName: { secret: "hunter2-canary" },
      password: ["hunter2-canary"],
      active: "hunter2-canary",
    });
    expect(body).not.toContain("canary");
  });
});

describe("attribute names", () => {
  test("are read in any letter case and answered as the schema spells them [S-2.1-06 S-2.1-07 P-3.10-01]", async () => {
    const { ask } = directory();
    const { status, json } = await ask("POST", "/Users", {
      SCHEMAS: [USER.toUpperCase()],
      USERNAME: "ada",
      Name: { GIVENname: "Ada" },
      EMAILS: [{ VALUE: "ada@example.com", Type: "work" }],
      [ENTERPRISE.toUpperCase()]: { DEPARTMENT: "Engines" },
    });
    expect(status).toBe(201);
    expect(json).toMatchObject({
      schemas: [USER, ENTERPRISE],
      userName: "ada",
      name: { givenName: "Ada" },
      emails: [{ value: "ada@example.com", type: "work" }],
      [ENTERPRISE]: { department: "Engines" },
    });
    expect(Object.keys(json)).not.toContain("USERNAME");
  });

  test("that differ in nothing but letter case are refused, since one of the two would win", async () => {
    const { ask } = directory();
    for (const more of [{ USERNAME: "b" }, { [`${USER}:userName`]: "b" }, { nickName: "x", NickName: "x" }])
      expectRefusal(
        await ask("POST", "/Users", { schemas: [USER], userName: "a", ...more }),
        400,
        "invalidSyntax",
        /second time/,
      );
    expectRefusal(
      await ask("POST", "/Users", { schemas: [USER], userName: "a", name: { givenName: "a", GivenName: "b" } }),
      400,
      "invalidSyntax",
      /name\.givenName is named a second time/,
    );
    expectRefusal(
      await ask("POST", "/Users", { schemas: [USER], userName: "a", [ENTERPRISE]: { division: "a", DIVISION: "b" } }),
      400,
      "invalidSyntax",
      /division/,
    );
  });

  test("that no schema has are left out and told by an event, or refused where the option says so [P-3.1-05 R-37]", async () => {
    const body = {
      schemas: [USER],
      userName: "a",
      shoeSize: 43,
      name: { givenName: "A", petName: "B" },
      [ENTERPRISE]: { desk: 7, division: "x" },
      "urn:example:unknown": { a: 1 },
    };
    const lenient = directory();
    const created = await lenient.ask("POST", "/Users", body);
    expect(created.status).toBe(201);
    expect(created.body).not.toMatch(/shoeSize|petName|desk|urn:example/);
    const read = await lenient.ask("GET", `/Users/${created.json.id}`);
    expect(read.json).toEqual(created.json);
    expect(lenient.events.filter(({ type }) => type === "unknownAttribute")).toMatchObject([
      { path: "shoeSize", resourceType: "User" },
      { path: "name.petName" },
      { path: `${ENTERPRISE}:desk` },
      { path: "urn:example:unknown" },
    ]);

    const strict = directory({ settings: { unknownAttributes: "reject" } });
    const refused = await strict.ask("POST", "/Users", body);
    expectRefusal(refused, 400, "invalidSyntax");
    for (const path of ["shoeSize", "name.petName", `${ENTERPRISE}:desk`, "urn:example:unknown"])
      expect(refused.json.detail).toContain(`${path} is not an attribute of this resource type`);
    expect((await strict.ask("GET", "/Users")).json.totalResults).toBe(0);
  });

  test.each([
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
  ])("like %s are unknown attributes wherever they stand, and reach no object [S-9.2-02]", async (name) => {
    const service = directory();
    const evil = `{"polluted":true,"isAdmin":true}`;
    const created = await service.ask(
      "POST",
      "/Users",
      `{"schemas":["${USER}"],"userName":"a","${name}":${evil},"name":{"${name}":${evil},"givenName":"A"},"emails":[{"value":"a@b.c","${name}":${evil}}],"${ENTERPRISE}":{"${name}":${evil},"division":"d"}}`,
    );
    expect(created.status).toBe(201);
    expect(created.body).not.toContain("polluted");
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(created.json)).toBe(Object.prototype);
    expect(service.events.filter(({ type }) => type === "unknownAttribute").length).toBe(4);
    const rejected = directory({ settings: { unknownAttributes: "reject" } });
    expectRefusal(
      await rejected.ask("POST", "/Users", `{"schemas":["${USER}"],"userName":"a","${name}":1}`),
      400,
      "invalidSyntax",
    );
  });
});

describe("unassigned", () => {
  const FORMS: readonly object[] = [
    {},
    { nickName: null, emails: [], name: null, [ENTERPRISE]: null },
    { emails: null, name: {}, [ENTERPRISE]: {} },
    { name: { givenName: null }, emails: [{}], [ENTERPRISE]: { division: null } },
  ];
  test("absent, null, [] and an object without values are one state [S-2.5-01 S-2.5-04]", async () => {
    const bodies = [];
    const matches = [];
    for (const form of FORMS) {
      let next = 0;
      const { ask } = directory({ newId: () => `id-${next++}`, clock: { now: () => new Date(0) } });
      const created = await ask("POST", "/Users", { schemas: [USER], userName: "a", ...form });
      expect(created.status).toBe(201);
      bodies.push((await ask("GET", "/Users/id-0")).body);
      const found = [];
      for (const filter of ["nickName pr", "emails pr", "nickName eq null", "name.givenName pr"])
        found.push((await ask("GET", `/Users?filter=${encodeURIComponent(filter)}`)).json.totalResults);
      matches.push(found);
    }
    expect(new Set(bodies).size).toBe(1);
    expect(bodies[0]).not.toContain("null");
    expect(matches).toEqual(FORMS.map(() => [0, 0, 1, 0]));
  });

  test("null and [] unassign in PUT and PATCH [S-2.5-02 P-3.5.1-04]", async () => {
    const { ask } = directory();
    const full = {
      schemas: [USER],
      userName: "a",
      nickName: "n",
      emails: [{ value: "a@b.c" }],
      roles: [{ value: "r" }],
    };
    const { json } = await ask("POST", "/Users", full);
    const patched = await ask("PATCH", `/Users/${json.id}?attributes=nickName,emails,roles`, {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [
        { op: "replace", path: "nickName", value: null },
        { op: "replace", path: "emails", value: [] },
      ],
    });
    expect(patched.json).not.toHaveProperty("nickName");
    expect(patched.json).not.toHaveProperty("emails");
    expect(patched.json).toHaveProperty("roles");
    const put = await ask("PUT", `/Users/${json.id}`, { schemas: [USER], userName: "a", roles: [], nickName: null });
    expect(put.json).not.toHaveProperty("roles");
    expect((await ask("GET", "/Users?filter=nickName%20pr")).json.totalResults).toBe(0);
  });

  test("null and [] for what is required is refused and changes nothing [S-2.5-03 P-3.5.1-08]", async () => {
    const { ask } = directory();
    const { json } = await ask("POST", "/Users", { schemas: [USER], userName: "a" });
    for (const body of [{ userName: null }, { userName: "" }, {}])
      expectRefusal(
        await ask("PUT", `/Users/${json.id}`, { schemas: [USER], ...body }),
        400,
        "invalidValue",
        /userName/,
      );
    expect((await ask("GET", `/Users/${json.id}`)).json).toEqual(json);
  });

  test("null as an element of an array is a problem, not a gap", async () => {
    expectRefusal(
      await things().ask("POST", "/Things", thing({ tags: ["a", null] })),
      400,
      "invalidValue",
      /tags\[1\]/,
    );
  });
});

describe("elements", () => {
  test("two primary elements are refused; one keeps the mark [S-2.4-03 R-52]", async () => {
    const { ask } = directory();
    const emails = [
      { value: "a@b.c", primary: true },
      { value: "d@e.f", primary: true },
    ];
    expectRefusal(
      await ask("POST", "/Users", { schemas: [USER], userName: "a", emails }),
      400,
      "invalidValue",
      /emails has 2 elements with primary true/,
    );
    const { json } = await ask("POST", "/Users", {
      schemas: [USER],
      userName: "a",
      emails: [emails[0], { value: "d@e.f", primary: false }],
    });
    await ask("PATCH", `/Users/${json.id}`, {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
      Operations: [
        { op: "add", path: "emails", value: [{ value: "g@h.i", primary: true }] },
        { op: "replace", path: 'emails[value eq "d@e.f"].primary', value: true },
      ],
    });
    const read = await ask("GET", `/Users/${json.id}`);
    expect(read.json.emails.filter((email: { primary?: boolean }) => email.primary === true)).toEqual([
      { value: "d@e.f", primary: true },
    ]);
  });

  test("an element without primary counts as not primary in a filter [S-2.4-04 R-52]", async () => {
    const { ask } = directory();
    await ask("POST", "/Users", { schemas: [USER], userName: "a", emails: [{ value: "a@b.c" }] });
    const found = await ask("GET", `/Users?filter=${encodeURIComponent("emails[primary eq false]")}`);
    expect(found.json.totalResults).toBe(1);
  });

  test("the same element twice is the element once; with another type it is another one [S-2.4-09 S-2.4-10]", async () => {
    const { json } = await things().ask(
      "POST",
      "/Things",
      thing({ tags: ["a", "A", "a"], parts: [{ value: "x" }, { value: "x" }] }),
    );
    expect(json.tags).toEqual(["a", "A"]);
    expect(json.parts).toEqual([{ value: "x" }]);
    const parts = [
      { value: "x", type: "a" },
      { value: "x", type: "b" },
    ];
    expect((await things().ask("POST", "/Things", thing({ parts }))).json.parts).toEqual(parts);
  });

  test("types outside the canonical ones are kept as sent, and refused where the option enforces them [S-2.3.1-03 S-2.4-08 S-4.1.2-05 S-4.1.2-14 S-7-07]", async () => {
    const body = {
      schemas: [USER],
      userName: "a",
      emails: [{ value: "a@b.c", type: "WORK" }],
      ims: [{ value: "a", type: "matrix" }],
      roles: [{ value: "Student", type: "anything" }],
    };
    expect((await directory().ask("POST", "/Users", body)).json).toMatchObject(body);
    const strict = directory({ settings: { canonicalValues: "enforce" } });
    const refused = await strict.ask("POST", "/Users", body);
    expectRefusal(refused, 400, "invalidValue", /ims\[0\]\.type must be one of aim, gtalk/);
    expect(refused.json.detail).not.toMatch(/emails|roles/);
  });
});

test("the order of keys in objects and of values in schemas changes nothing [S-2.3.8-01 S-3-04]", async () => {
  const { ask } = directory();
  const { json } = await ask("POST", "/Users", {
    schemas: [ENTERPRISE, USER],
    userName: "a",
    name: { givenName: "A", familyName: "B" },
    emails: [{ value: "a@b.c", type: "work" }],
    [ENTERPRISE]: { division: "d" },
  });
  expect(json.schemas).toEqual([USER, ENTERPRISE]);
  const shuffled = await ask("PUT", `/Users/${json.id}`, {
    [ENTERPRISE]: { division: "d" },
    emails: [{ type: "work", value: "a@b.c" }],
    name: { familyName: "B", givenName: "A" },
    active: true,
    userName: "a",
    schemas: [USER, ENTERPRISE],
  });
  expect(shuffled.json).toEqual(json);
});
