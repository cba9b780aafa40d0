import { describe, expect, test } from "vitest";
import { defineResourceType, defineSchema } from "../../src/index.ts";
import { type Answer, directory, ENTERPRISE, GROUP, USER } from "../support/directory.ts";
import { DEVICE, type Patching, patching, patchOf } from "../support/patching.ts";

const ada = {
  schemas: [USER, ENTERPRISE],
  userName: "ada",
  externalId: "e1",
  displayName: "Ada",
  active: true,
  password: "canary",
  name: { givenName: "Ada", familyName: "King" },
  emails: [
    { value: "a@work", type: "work", primary: true },
    { value: "a@home", type: "home" },
  ],
  [ENTERPRISE]: { department: "d", costCenter: "c" },
};
const ADDRESSES = ada.emails;

async function members(count: number): Promise<Patching & { readonly ids: readonly string[] }> {
  const made = await patching("/Groups", { schemas: [GROUP], displayName: "g", externalId: "g1" });
  const ids: string[] = [];
  for (let at = 0; at < count; at++)
    ids.push((await made.ask("POST", "/Users", { schemas: [USER], userName: `u${at}` })).json.id);
  await made.patch({ op: "add", path: "members", value: ids.map((value) => ({ value })) });
  return { ...made, ids };
}
const valuesOf = (resource: Record<string, unknown>): unknown[] =>
  ((resource.members ?? []) as { value: string }[]).map(({ value }) => value).sort();

/** Expects 400, and the resource and its version as they were. */
async function refused(made: Patching, ...operations: readonly object[]): Promise<Answer> {
  const before = (await made.ask("GET", made.path)).body;
  const answer = await made.patch(...operations);
  expect(answer.status, JSON.stringify(operations)).toBe(400);
  expect((await made.ask("GET", made.path)).body).toBe(before);
  return answer;
}

describe("a path", () => {
  const own = () => [Object, Array, Function].map(({ prototype }) => Reflect.ownKeys(prototype));

  test("or a name in a value never leads to a prototype [T-E1]", async () => {
    const made = await patching("/Users", ada, { profile: "strict" });
    const before = own();
    for (const path of [
      "__proto__",
      "__proto__.x",
      "constructor.prototype.x",
      "emails.__proto__",
      "name.__proto__",
      `${USER}:__proto__`,
    ])
      for (const op of ["add", "replace", "remove"]) {
        await refused(made, { op, path, value: 1 });
        await refused(made, { op, value: JSON.parse(`{"${path}":{"x":1}}`) });
      }
    expect(own()).toEqual(before);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  test("that names what every object inherits is unknown, at every depth and behind a filter [T-E2]", async () => {
    const made = await patching("/Users", ada, { profile: "strict" });
    const before = own();
    for (const name of ["toString", "hasOwnProperty", "constructor", "valueOf", "length", "__defineGetter__"])
      for (const path of [
        name,
        `${name}.x`,
        `name.${name}`,
        `emails.${name}`,
        `emails[value eq "a@work"].${name}`,
        `emails[${name} pr]`,
      ])
        for (const op of ["add", "replace", "remove"]) await refused(made, { op, path, value: "x" });
    expect(own()).toEqual(before);
  });

  test("to what is readOnly is refused with mutability, and PUT and POST pass it over [T-E3]", async () => {
    const made = await patching("/Users", ada);
    const { ask, path } = made;
    const original = (await ask("GET", path)).json;
    for (const [target, value] of [
      ["id", "other"],
      ["meta", { version: "x" }],
      ["meta.created", "2000-01-01T00:00:00Z"],
      ["meta.version", 'W/"9"'],
      ["META.VERSION", 'W/"9"'],
      ["meta.location", "https://evil.example"],
      ["groups", [{ value: "admins" }]],
      [`${USER}:groups`, [{ value: "admins" }]],
    ] as const)
      for (const op of ["add", "replace"])
        expect((await refused(made, { op, path: target, value })).json.scimType, `${op} ${target}`).toBe("mutability");
    await made.patch({
      op: "replace",
      value: { id: original.id, meta: { version: "x" }, groups: [{ value: "admins" }] },
    });
    const forged = {
      id: "other",
      meta: { version: "x", created: "2000-01-01T00:00:00Z" },
      groups: [{ value: "admins" }],
    };
    const created = await ask("POST", "/Users", { ...ada, ...forged, userName: "b" });
    expect(created.json.id).not.toBe("other");
    expect(created.json.groups).toBeUndefined();
    expect(Date.parse(created.json.meta.created)).toBeGreaterThan(Date.parse("2026-01-01"));
    expect((await ask("GET", path)).json).toEqual(original);
  });

  test("with a secret in its filter is refused as one with an unknown attribute is [T-E20]", async () => {
    const Safe = defineResourceType({
      name: "Safe",
      schema: defineSchema({
        id: "urn:example:params:scim:schemas:Safe",
        name: "Safe",
        attributes: {
          keys: { type: "complex", multiValued: true, subAttributes: { value: {}, code: { returned: "never" } } },
        },
      }),
    });
    const safe = { schemas: ["urn:example:params:scim:schemas:Safe"], keys: [{ value: "a", code: "canary" }] };
    const made = await patching("/Safes", safe, { resourceTypes: [Safe] });
    for (const secret of ["code", "CODE"])
      for (const op of ["add", "replace", "remove"]) {
        const path = (name: string) => `keys[${name} sw "c"].value`;
        const [hidden, unknown] = [
          await refused(made, { op, path: path(secret), value: "x" }),
          await refused(made, { op, path: path("none"), value: "x" }),
        ];
        const blank = ({ body }: Answer) => body?.replaceAll(/code|none/gi, "?");
        expect(blank(hidden)).toBe(blank(unknown));
      }
  });
});

describe("what is immutable", () => {
  const device = {
    schemas: [DEVICE, "urn:example:params:scim:schemas:extension:Cost"],
    label: "l",
    serial: "1",
    owners: ["o"],
    maker: { brand: "b", country: "c" },
    ports: [{ value: "p", kind: "k" }],
    "urn:example:params:scim:schemas:extension:Cost": { center: "c" },
  };

  test("stays, whatever way it is changed; the same value is taken [T-E4]", async () => {
    const made = await patching("/Devices", device);
    for (const operations of [
      [{ op: "replace", path: "serial", value: "2" }],
      [{ op: "add", path: "serial", value: "2" }],
      [
        { op: "remove", path: "serial" },
        { op: "add", path: "serial", value: "2" },
      ],
      [{ op: "replace", value: { SERIAL: "2" } }],
      [{ op: "replace", path: "maker", value: { brand: "x" } }],
      [{ op: "replace", path: "maker.brand", value: "x" }],
      [{ op: "replace", path: 'ports[value eq "p"].kind', value: "x" }],
    ])
      expect((await refused(made, ...operations)).json.scimType, JSON.stringify(operations)).toBe("mutability");
    const before = (await made.ask("GET", made.path)).body;
    for (const other of [
      { serial: "2" },
      { maker: { brand: "x", country: "c" } },
      { ports: [{ value: "p", kind: "x" }] },
    ])
      expect((await made.ask("PUT", made.path, { ...device, ...other })).json.scimType).toBe("mutability");
    expect((await made.ask("GET", made.path)).body).toBe(before);
    expect((await made.patch({ op: "replace", path: "serial", value: "1" })).status).toBe(200);
    expect((await made.ask("PUT", made.path, device)).status).toBe(200);
  });
});

describe("members", () => {
  test("are never emptied by an operation that names something else, or nothing that is known [T-E6]", async () => {
    const made = await members(3);
    for (const operation of [
      { op: "replace", value: { externalId: "x" } },
      { op: "replace", path: "externalId", value: "y" },
      { op: "replace", value: {} },
      { op: "replace", value: { nosuch: [] } },
      { op: "remove", path: "displayname" },
      { op: "replace", path: "members[value eq ]", value: [] },
      { op: "remove", path: "members[" },
      { op: "remove" },
      { op: "replace", value: null },
      { op: "replace", value: [] },
    ]) {
      await made.patch(operation);
      expect(valuesOf(await made.read()), JSON.stringify(operation)).toEqual([...made.ids].sort());
    }
  });

  test("are removed by a filter exactly: those that match, and nobody else [T-E7]", async () => {
    const made = await members(5);
    const [first, second, ...rest] = made.ids as [string, string, ...string[]];
    await made.patch({ op: "remove", path: `members[value eq "${first}"]` });
    expect(valuesOf(await made.read())).toEqual([second, ...rest].sort());
    await made.patch({ op: "remove", path: `members[value eq "${first}"]` });
    await made.patch({ op: "remove", path: 'members[value eq "nosuch"]' });
    expect(valuesOf(await made.read())).toEqual([second, ...rest].sort());
    await made.patch({ op: "remove", path: "members", value: [{ value: second }] });
    expect(valuesOf(await made.read())).toEqual([...rest].sort());
  });

  test("removed by several filters in one request are those that each names [T-E8]", async () => {
    const made = await members(8);
    const gone = [0, 1, 2, 5, 7].map((at) => made.ids[at] as string);
    await made.patch(...gone.map((id) => ({ op: "remove", path: `members[value eq "${id}"]` })));
    expect(valuesOf(await made.read())).toEqual(made.ids.filter((id) => !gone.includes(id)).sort());
  });

  test("of a group larger than any page are all there after one is added [T-E10]", async () => {
    const { ask } = directory({
      settings: { references: "ignore" },
      limits: { results: 10, defaultResults: 10, collectionElements: 6000 },
    });
    const many = Array.from({ length: 5000 }, (_, at) => ({ value: `m${at}` }));
    const { id } = (await ask("POST", "/Groups", { schemas: [GROUP], displayName: "g", members: many })).json;
    await ask("PATCH", `/Groups/${id}`, patchOf({ op: "add", path: "members", value: [{ value: "one" }] }));
    await ask("PATCH", `/Groups/${id}`, patchOf({ op: "replace", path: "displayName", value: "h" }));
    expect((await ask("GET", `/Groups/${id}`)).json.members).toHaveLength(5001);
  });

  test("follow the order of the operations: out and in is in, in and out is out [T-E12]", async () => {
    const made = await members(3);
    const [one, two, three] = made.ids as [string, string, string];
    const add = { op: "add", path: "members", value: [{ value: one }] };
    const remove = { op: "remove", path: `members[value eq "${one}"]` };
    await made.patch(add, remove);
    expect(valuesOf(await made.read())).toEqual([two, three].sort());
    await made.patch(remove, add);
    expect(valuesOf(await made.read())).toEqual([one, two, three].sort());
    await made.patch(remove, add, remove);
    expect(valuesOf(await made.read())).toEqual([two, three].sort());
  });

  test("removed by another sub-attribute are all that match, and a name that is none is refused [T-E19]", async () => {
    const made = await patching("/Users", { ...ada, emails: [...ADDRESSES, { value: "b@work", type: "work" }] });
    await made.patch({ op: "remove", path: 'emails[type eq "work"]' });
    expect((await made.read()).emails).toEqual([{ value: "a@home", type: "home" }]);
    const group = await members(2);
    await refused(group, { op: "remove", path: 'members[nosuch eq "x"]' });
  });

  test("of a large group are removed by a thousand filters within the bound on comparisons [T-E16]", async () => {
    const { ask } = directory({
      settings: { references: "ignore" },
      limits: { collectionElements: 20_000, comparisons: 100_000 },
    });
    const many = Array.from({ length: 20_000 }, (_, at) => ({ value: `m${at}` }));
    const { id } = (await ask("POST", "/Groups", { schemas: [GROUP], displayName: "g", members: many })).json;
    const removes = Array.from({ length: 999 }, (_, at) => ({ op: "remove", path: `members[value eq "m${at * 3}"]` }));
    // The change of displayName keeps it from being a delta; a scan for each filter would be 20,000,000 comparisons.
    const { status } = await ask(
      "PATCH",
      `/Groups/${id}`,
      patchOf(...removes, { op: "replace", path: "displayName", value: "h" }),
    );
    expect(status).toBe(200);
    expect((await ask("GET", `/Groups/${id}`)).json.members).toHaveLength(19_001);
    const tooMany = patchOf(...Array(1001).fill({ op: "replace", path: "displayName", value: "x" }));
    expect((await ask("PATCH", `/Groups/${id}`, tooMany)).json).toMatchObject({ status: "413" });
  });
});

describe("a request", () => {
  test("whose filter selects nothing is 400 noTarget, and never appends what it cannot have meant [T-E9]", async () => {
    for (const profile of ["lenient", "strict"] as const) {
      const made = await patching("/Users", ada, { profile });
      for (const filter of ['type ne "work" and type ne "home"', 'value sw "zzz"', 'type eq "x" or type eq "y"']) {
        const answer = await refused(made, { op: "replace", path: `emails[${filter}].value`, value: "x@evil" });
        expect(answer.json.scimType).toBe("noTarget");
      }
      if (profile === "strict")
        await refused(made, { op: "replace", path: 'emails[type eq "nosuch"].value', value: "x" });
    }
  });

  test("of which any operation fails is not done in any part, wherever that one stands [T-E11]", async () => {
    const made = await patching("/Users", ada);
    const good = [
      { op: "replace", path: "displayName", value: "new" },
      { op: "add", path: "emails", value: [{ value: "new@x", type: "other" }] },
      { op: "remove", path: "name" },
      { op: "replace", path: `${ENTERPRISE}:department`, value: "new" },
      { op: "replace", path: "active", value: false },
    ];
    for (let at = 0; at <= good.length; at++)
      for (const bad of [
        { op: "replace", path: "active", value: "maybe" },
        { op: "remove", path: "userName" },
        { op: "replace", path: "id", value: "x" },
        { op: "move", path: "title", value: "x" },
      ])
        await refused(made, ...good.slice(0, at), bad, ...good.slice(at));
    expect(made.events.filter(({ type }) => type === "patched" || type === "deactivated")).toEqual([]);
  });

  test("never leaves two primary elements: the later takes the mark, and two at once are refused [T-E13]", async () => {
    const made = await patching("/Users", ada);
    const primaries = async () =>
      ((await made.read()).emails as { primary?: boolean; value: string }[]).filter(({ primary }) => primary);
    for (const operation of [
      { op: "add", path: "emails", value: [{ value: "n1@x", type: "other", primary: true }] },
      { op: "replace", path: 'emails[type eq "home"].primary', value: true },
      { op: "add", path: 'emails[type eq "work"]', value: { primary: true } },
    ]) {
      expect((await made.patch(operation)).status).toBe(200);
      expect(await primaries(), JSON.stringify(operation)).toHaveLength(1);
    }
    expect(await primaries()).toMatchObject([{ value: "a@work" }]);
    const strict = await patching("/Users", ada, { profile: "strict" });
    const two = ["p@x", "q@x"].map((value) => ({ value, primary: true }));
    await refused(strict, { op: "replace", path: "emails", value: two });
    await refused(strict, { op: "add", path: "emails", value: two });
  });

  test("never leaves a required attribute without a value [T-E14]", async () => {
    const made = await patching("/Users", ada);
    for (const operation of [
      { op: "remove", path: "userName" },
      { op: "remove", path: `${USER}:USERNAME` },
      ...[null, "", " ", [], {}].flatMap((value) => [
        { op: "replace", path: "userName", value },
        { op: "replace", value: { userName: value } },
      ]),
    ])
      await refused(made, operation);
    // To add nothing is no change.
    for (const value of [null, []]) await made.patch({ op: "add", path: "userName", value });
    for (const userName of [null, "", [], undefined])
      expect((await made.ask("PUT", made.path, { ...ada, userName })).status).toBe(400);
    expect((await made.read()).userName).toBe("ada");
  });

  test("knows add, replace and remove in any letter case, and nothing else [T-E15]", async () => {
    const made = await patching("/Users", ada);
    for (const op of [
      "move",
      "copy",
      "test",
      "",
      " add",
      "add ",
      ["add"],
      { add: 1 },
      null,
      1,
      true,
      undefined,
      "__proto__",
    ])
      await refused(made, { op, path: "title", value: "x" });
    for (const op of ["ADD", "Replace", "rePLACE"])
      expect((await made.patch({ op, path: "title", value: op })).status).toBe(200);
    expect((await made.patch({ op: "Remove", path: "title" })).status).toBe(200);
  });

  test("that is repeated changes nothing the second time, and its answer is a success [T-E18]", async () => {
    const made = await members(2);
    const { ask, path } = made;
    const { id } = (await ask("POST", "/Users", { schemas: [USER], userName: "new" })).json;
    for (const operation of [
      { op: "add", path: "members", value: [{ value: id }] },
      { op: "remove", path: `members[value eq "${id}"]` },
      { op: "replace", path: "displayName", value: "z" },
      { op: "remove", path: "externalId" },
    ]) {
      expect((await made.patch(operation)).status).toBeLessThan(300);
      const once = await ask("GET", path);
      expect((await made.patch(operation)).status).toBeLessThan(300);
      const twice = await ask("GET", path);
      expect([twice.body, twice.headers.ETag], JSON.stringify(operation)).toEqual([once.body, once.headers.ETag]);
    }
  });
});

test("a PUT clears what it omits by one rule, keeps it where the option says so, and secrets, groups and id survive [T-E17]", async () => {
  for (const putOmitted of ["clear", "keep"] as const) {
    const made = await patching("/Users", ada, { settings: { putOmitted }, profile: "strict" });
    const { ask, path } = made;
    const group = { schemas: [GROUP], displayName: "g", members: [{ value: path.slice("/Users/".length) }] };
    const groupPath = `/Groups/${(await ask("POST", "/Groups", group)).json.id}`;
    const before = (await ask("GET", path)).json;
    const { json } = await ask("PUT", path, { schemas: [USER], userName: "ada" });
    for (const name of ["displayName", "externalId", "name", "emails", ENTERPRISE])
      expect(json[name], `${putOmitted} ${name}`).toEqual(putOmitted === "keep" ? before[name] : undefined);
    expect(json).toMatchObject({ id: before.id, groups: before.groups, meta: { created: before.meta.created } });
    const renamed = await ask("PUT", groupPath, { schemas: [GROUP], displayName: "h" });
    expect(renamed.json.members?.length).toBe(putOmitted === "keep" ? 1 : undefined);
  }
  // An account out of service stays so where a PUT does not say.
  const inactive = await patching("/Users", { ...ada, active: false });
  expect((await inactive.ask("PUT", inactive.path, { schemas: [USER], userName: "ada" })).json.active).toBe(false);
});
