import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Group, User } from "../../src/index.ts";
import { type Directory, directory, ENTERPRISE, GROUP, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";
import { THING, Thing } from "../support/thing.ts";

const ada = { schemas: [USER], userName: "ada" };
const things = { resourceTypes: [User, Group, Thing] };

/** The state of all that could be polluted. */
function prototypes(): unknown {
  return [Object, Array, Function, String, Number, Boolean].map(({ prototype }) => Reflect.ownKeys(prototype));
}

/** Sends a body as it is written to every verb that reads a resource, a new name in place of %NAME%; the answers. */
async function sent({ ask }: Directory, text: string) {
  const { id } = (await ask("POST", "/Users", { schemas: [USER], userName: crypto.randomUUID() })).json;
  const body = () => text.replace("%NAME%", crypto.randomUUID());
  return [await ask("POST", "/Users", body()), await ask("PUT", `/Users/${id}`, body())];
}

test("a body nested deeper than 16 levels is 400 before anything walks it, in a resource, a PATCH and an unknown part [T-D1]", async () => {
  const made = directory();
  const { id } = (await made.ask("POST", "/Users", ada)).json;
  for (const levels of [17, 500, 5000, 200_000]) {
    const deep = "[".repeat(levels) + "]".repeat(levels);
    const answers = [
      ...(await sent(made, `{"schemas":["${USER}"],"userName":"x","urn:x:y":${deep}}`)),
      await made.ask("PATCH", `/Users/${id}`, `{"Operations":[{"op":"add","path":"title","value":${deep}}]}`),
    ];
    for (const { json } of answers)
      expect(json, String(levels)).toMatchObject({ status: "400", scimType: "invalidSyntax" });
  }
  const { status } = await made.ask(
    "POST",
    "/Users",
    `{"schemas":["${USER}"],"userName":"x","urn:x:y":${"[".repeat(15)}${"]".repeat(15)}}`,
  );
  expect(status).toBe(201);
});

describe("a name that is given twice", () => {
  test("to the letter, or escaped, is 400 invalidSyntax: no two readers could differ on it [T-D2]", async () => {
    const made = directory();
    for (const text of [
      `{"schemas":["${USER}"],"userName":"x","active":false,"active":true}`,
      `{"schemas":["${USER}"],"userName":"x","active":false,"\\u0061ctive":true}`,
      `{"schemas":["${USER}"],"userName":"x","name":{"givenName":"a","givenName":"b"}}`,
    ])
      for (const { json } of await sent(made, text))
        expect(json).toMatchObject({ status: "400", scimType: "invalidSyntax" });
  });

  test("in other letter case is 400 invalidSyntax, in any order [T-D3]", async () => {
    const made = directory();
    const spellings = ["active", "Active", "ACTIVE"];
    for (const first of spellings)
      for (const second of spellings.filter((name) => name !== first))
        for (const { json } of await sent(
          made,
          JSON.stringify({ ...ada, userName: "x", [first]: false, [second]: true }),
        ))
          expect(json).toMatchObject({ status: "400", scimType: "invalidSyntax" });
    expect((await made.ask("GET", "/Users?filter=active%20eq%20true")).status).toBe(200);
  });

  test("by itself and with its schema's URN is 400 invalidSyntax, and never has the second value [T-D4]", async () => {
    const made = directory();
    for (const name of [`${USER}:userName`, `${USER}:USERNAME`, `${USER.toUpperCase()}:userName`])
      for (const { json } of await sent(made, JSON.stringify({ ...ada, [name]: "y" })))
        expect(json, name).toMatchObject({ status: "400", scimType: "invalidSyntax" });
    // The base schema is no container: what stands in one is left out.
    const { json } = await made.ask("POST", "/Users", { ...ada, [USER]: { userName: "y" } });
    expect(json.userName).toBe("ada");
  });
});

describe("members of a body that every object inherits", () => {
  const HOSTILE = [
    '"__proto__":{"isAdmin":true}',
    '"constructor":{"prototype":{"isAdmin":true}}',
    '"name":{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}',
    '"emails":[{"value":"a@b.c","__proto__":{"isAdmin":true}}]',
    `"${ENTERPRISE}":{"__proto__":{"isAdmin":true},"manager":{"__proto__":{"isAdmin":true}}}`,
    '"toString":"x","hasOwnProperty":true,"valueOf":{"a":1}',
  ];

  test("are no attributes: they change no prototype, are not stored and not returned [T-D5]", async () => {
    const before = prototypes();
    const made = directory();
    for (const hostile of HOSTILE)
      for (const { status, body } of await sent(
        made,
        `{"schemas":["${USER}","${ENTERPRISE}"],"userName":"%NAME%",${hostile}}`,
      )) {
        expect(status, hostile).toBeLessThan(300);
        expect(body).not.toMatch(/isAdmin|__proto__|constructor|hasOwnProperty/);
      }
    expect(prototypes()).toEqual(before);
    expect(JSON.stringify(made.events.map((event) => ("after" in event ? event.after : {})))).not.toContain("isAdmin");
  });

  test("are refused where unknown attributes are, and requests are served all the same when prototypes are frozen [T-D6 R-37a]", async () => {
    const made = directory({ settings: { unknownAttributes: "reject" } });
    for (const hostile of HOSTILE.slice(0, 2))
      for (const { json } of await sent(made, `{"schemas":["${USER}"],"userName":"%NAME%",${hostile}}`))
        expect(json).toMatchObject({ status: "400", scimType: "invalidSyntax" });
    const script = fileURLToPath(new URL("./frozen.mjs", import.meta.url));
    const { stdout, stderr } = spawnSync(process.execPath, ["--disable-proto=throw", script], { encoding: "utf8" });
    expect(JSON.parse(stdout || JSON.stringify(stderr))).toEqual({
      statuses: [201, 200, 400, 400, 400, 400, 400, 200, 400, 200, 200, 204],
      errors: [],
    });
  });
});

describe("values that do not fit", () => {
  test("numbers that JSON cannot carry through are refused, never rounded or made null [T-D7]", async () => {
    const { ask } = directory(things);
    for (const [name, text, status] of [
      ["integer", "9007199254740993", 400],
      ["integer", "-9007199254740993", 400],
      ["integer", "1e400", 400],
      ["decimal", "1e400", 400],
      ["decimal", "-1e999", 400],
      ["integer", "1.5", 400],
      ["integer", "9007199254740991", 201],
      ["integer", "-0", 201],
      ["decimal", "0.1", 201],
    ] as const) {
      const { json, ...answer } = await ask("POST", "/Things", `{"schemas":["${THING}"],"name":"n","${name}":${text}}`);
      expect(answer.status, text).toBe(status);
      if (status === 201) expect((await ask("GET", `/Things/${json.id}`)).json[name] + 0).toBe(Number(text) + 0);
    }
  });

  test("every attribute refuses every other type, and no operator object or array stands for a value [T-D8]", async () => {
    const { ask, events } = directory({ ...things, profile: "strict" });
    const wrong: readonly unknown[] = [
      { $ne: null },
      { length: 1e9 },
      [["a"]],
      [1],
      [true],
      7,
      true,
      "False",
      "x",
      { $gt: "" },
    ];
    const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
      userName: (value) => typeof value === "string",
      active: (value) => typeof value === "boolean",
      name: () => false,
      emails: () => false,
      schemas: () => false,
      externalId: (value) => typeof value === "string",
    };
    for (const [name, isFit] of Object.entries(fits))
      for (const value of wrong.filter((one) => !isFit(one))) {
        // An object whose members are all unknown says nothing: it is as good as absent.
        const { status } = await ask("POST", "/Users", { ...ada, userName: crypto.randomUUID(), [name]: value });
        const saysNothing = name === "name" && typeof value === "object" && !Array.isArray(value);
        expect(status, `${name} = ${JSON.stringify(value)}`).toBe(saysNothing ? 201 : 400);
      }
    const { id } = (await ask("POST", "/Users", ada)).json;
    for (const Operations of [{ length: 1e9 }, "x", 7, [null], [[]], ["x"], { 0: { op: "add" } }])
      expect((await ask("PATCH", `/Users/${id}`, { ...patchOf(), Operations })).status).toBe(400);
    expect(events.filter(({ type }) => type === "fault")).toEqual([]);
  });

  test("data of a schema that the resource type does not have is not stored [T-D10]", async () => {
    const { ask } = directory();
    const junk = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`urn:junk:${at}`, { a: "junk".repeat(20) }]));
    expect((await ask("POST", "/Users", { ...ada, ...junk(2000) })).status).toBe(400);
    const created = await ask("POST", "/Users", { ...ada, ...junk(1000) });
    expect(created.status).toBe(201);
    expect((await ask("GET", `/Users/${created.json.id}`)).body).not.toContain("junk");
    const strict = directory({ profile: "strict", settings: { unknownAttributes: "reject" } });
    expect((await strict.ask("POST", "/Users", { ...ada, "urn:junk:1": { a: 1 } })).status).toBe(400);
  });

  test("a text or list one longer than its limit is refused, one within is taken [T-D11]", async () => {
    const { ask } = directory({ limits: { stringLength: 100, elements: 50 } });
    const emails = (count: number) => Array.from({ length: count }, (_, at) => ({ value: `${at}@x` }));
    for (const [more, status] of [
      [{ displayName: "x".repeat(100) }, 201],
      [{ displayName: "x".repeat(101) }, 400],
      [{ emails: emails(50) }, 201],
      [{ emails: emails(51) }, 400],
      [{ emails: [{ value: "x".repeat(101) }] }, 400],
      [{ emails: emails(20_000) }, 400],
    ] as const)
      expect((await ask("POST", "/Users", { ...ada, userName: crypto.randomUUID(), ...more })).status).toBe(status);
  });

  test("schemas must name the endpoint's own schema; a foreign or unreadable list is refused [T-D12]", async () => {
    const { ask } = directory({ profile: "strict" });
    for (const schemas of [
      undefined,
      null,
      [],
      "x",
      USER,
      [USER, 5],
      [GROUP],
      [USER, GROUP],
      ["urn:x:nosuch"],
      [ENTERPRISE],
    ])
      expect((await ask("POST", "/Users", { ...ada, schemas })).json, JSON.stringify(schemas)).toMatchObject({
        status: "400",
        schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
      });
    expect((await ask("GET", "/Users")).json.totalResults).toBe(0);
    const twice = await ask("POST", "/Users", { ...ada, schemas: [USER, USER.toUpperCase()] });
    expect(twice.json.schemas).toEqual([USER]);
  });
});
