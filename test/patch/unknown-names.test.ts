import { describe, expect, test } from "vitest";
import { type ProfileName, profiles } from "../../src/index.ts";
import { patchOf as patchIn, sendBulk, statuses } from "../support/bulk.ts";
import { ENTERPRISE, GROUP, UNRESTRICTED, USER } from "../support/directory.ts";
import { account, patching } from "../support/patching.ts";
import { under } from "../support/quirk.ts";

const work = { value: "w@example.com", type: "work" };

/** What a slip of the pen makes of a request, the name that the answer must show, and what was meant. */
const SLIPS: readonly (readonly [operation: object, name: string, meant: string | undefined])[] = [
  [{ op: "replace", path: "actve", value: false }, "actve", "active"],
  [{ op: "Replace", path: "ACTVIE", value: "False" }, "ACTVIE", "active"],
  [{ op: "remove", path: "titel" }, "titel", "title"],
  [{ op: "add", path: "name.givenNmae", value: "A" }, "name.givenNmae", "name.givenName"],
  [{ op: "replace", path: 'emails[type eq "work"].vlaue', value: "x" }, "emails[…].vlaue", "emails.value"],
  [{ op: "replace", path: "emails.vlaue", value: "x" }, "emails.vlaue", "emails.value"],
  [{ op: "replace", path: `${USER}:actve`, value: false }, `${USER}:actve`, undefined],
  [{ op: "replace", path: "emaels[value pr].value", value: "x" }, "emaels", "emails"],
  [{ op: "replace", path: `${ENTERPRISE}:departmnt`, value: "x" }, "departmnt", `${ENTERPRISE}:department`],
  [{ op: "replace", path: `${ENTERPRISE}.department`, value: "x" }, "department", `${ENTERPRISE}:department`],
  [{ op: "replace", path: "departmnt", value: "x" }, "departmnt", `${ENTERPRISE}:department`],
  [{ op: "replace", path: `${GROUP}:displayName`, value: "x" }, `${GROUP}:displayName`, undefined],
  [{ op: "replace", value: { actve: false } }, "actve", "active"],
  [{ op: "replace", value: { actve: false, id: "x", schemas: [USER], meta: {} } }, "actve", "active"],
  [{ op: "replace", path: USER, value: { actve: false } }, "actve", "active"],
  [{ op: "replace", value: { "name.givenNmae": "A" } }, "name.givenNmae", "name.givenName"],
  [{ op: "replace", value: { [ENTERPRISE]: { departmnt: "x" } } }, "departmnt", `${ENTERPRISE}:department`],
  [{ op: "replace", path: ENTERPRISE, value: { departmnt: "x" } }, "departmnt", `${ENTERPRISE}:department`],
  [{ op: "replace", path: "name", value: { givenNmae: "A" } }, "name.givenNmae", "name.givenName"],
  [{ op: "add", value: { name: { givenNmae: "A" } } }, "name.givenNmae", "name.givenName"],
  [{ op: "replace", path: "emails", value: [{ vlaue: "x" }] }, "vlaue", "emails.value"],
  [{ op: "add", path: "emails", value: [{ vlaue: "x" }, { vlaeu: "y" }] }, "vlaue", "emails.value"],
  [{ op: "replace", path: "xyz", value: 1 }, "xyz", undefined],
];

const make = (profile: ProfileName) =>
  account({ active: true, title: "T", emails: [work], name: { givenName: "G" } }, { profile });

describe.each(UNRESTRICTED)("a PATCH of nothing but misspelt names, under the profile %s", (profile) => {
  test("is 400 invalidPath that names it and what was meant, and nothing is changed [R-37a Q69 T-L5]", async () => {
    const { patch, read, events } = await make(profile);
    const before = await read();
    for (const [operation, name, meant] of SLIPS) {
      const answer = await patch(operation);
      expect.soft(answer, JSON.stringify(operation)).toMatchObject({ status: 400, json: { scimType: "invalidPath" } });
      const { detail } = answer.json;
      expect.soft(detail).toMatch(/^Operations\[0\]: "/);
      expect.soft(detail).toContain(name);
      if (meant !== undefined) expect.soft(detail).toContain(`Did you mean ${meant}?`);
    }
    expect(await read()).toEqual(before);
    expect(events.filter(({ type }) => type === "patched")).toEqual([]);
  });

  test("is refused for members too, which no look at the group is taken for [R-37a]", async () => {
    const service = await under(profiles[profile]);
    const answer = await service.patch(`/Groups/${service.group}`, {
      op: "add",
      path: "memebers",
      value: [{ value: service.ada }],
    });
    expect(answer).toMatchObject({
      status: 400,
      json: { scimType: "invalidPath", detail: expect.stringContaining("Did you mean members?") },
    });
  });
});

describe("a misspelt name beside an operation on what there is", () => {
  test.each(
    SLIPS.map(([operation, name]) => [JSON.stringify(operation), operation, name] as const),
  )("%s is left out and told of, and the other is done, whether it changes something or repeats it [R-37a Q69]", async (_, operation, name) => {
    for (const value of ["New", "T"]) {
      const { patch, read, events } = await make("lenient");
      const before = await read();
      const answer = await patch({ op: "replace", path: "title", value }, operation);
      expect(answer.status).toBe(200);
      expect(await read()).toEqual({ ...before, title: value });
      const notes = events.flatMap((event) =>
        event.type === "quirk" && event.quirk === "unknown-paths" ? event.path : [],
      );
      expect(notes).toEqual([expect.stringContaining(name)]);
    }
  });

  test("is left out of one value with what there is, and of a change of members [R-37a Q77]", async () => {
    const { patch, read } = await make("lenient");
    expect((await patch({ op: "replace", value: { actve: false, displayName: "A" } })).status).toBe(200);
    expect(await read()).toMatchObject({ active: true, displayName: "A" });
    const service = await under(profiles.lenient);
    const { status } = await service.patch(
      `/Groups/${service.group}`,
      { op: "remove", path: "members", value: [{ value: service.ada }] },
      { op: "add", path: "memebers", value: [{ value: service.ada }] },
    );
    expect(status).toBe(204);
    expect(service.notes()).toEqual(["remove-value-list at members", "unknown-paths at memebers"]);
    expect((await service.ask("GET", `/Groups/${service.group}`)).json.members).toHaveLength(1);
  });

  test.each([
    ["an operation that says nothing", { op: "add", path: "name", value: {} }],
    ["an add of null", { op: "add", path: "title", value: null }],
    ["an add of no element", { op: "add", path: "emails", value: [] }],
    ["a remove of no element", { op: "remove", path: "emails", value: [] }],
    ["what the client echoes", { op: "replace", value: { id: "x", schemas: [USER], meta: { version: "1" } } }],
    ["schemas, which follow from the data", { op: "replace", path: "schemas", value: [USER] }],
    ["an attribute of an unknown URN", { op: "add", path: "urn:example:other:attr", value: 1 }],
    ["another misspelt name", { op: "add", path: "titel", value: "x" }],
  ])("is 400 beside %s, which is about nothing either [R-37a]", async (_, other) => {
    for (const operations of [
      [other, { op: "replace", path: "actve", value: false }],
      [{ op: "replace", path: "actve", value: false }, other],
    ]) {
      const { patch, read } = await make("lenient");
      const before = await read();
      expect(await patch(...operations)).toMatchObject({ status: 400, json: { scimType: "invalidPath" } });
      expect(await read()).toEqual(before);
    }
  });
});

describe("an attribute of a schema that nobody registered", () => {
  test.each([
    { op: "add", path: "urn:example:other:2.0:User:colour", value: "blue" },
    { op: "replace", path: "urn:example:other:2.0:User", value: { colour: "blue" } },
    { op: "replace", value: { "urn:example:other:2.0:User": { colour: "blue" } } },
    { op: "replace", value: { "urn:example:other:2.0:User:colour": "blue" } },
    { op: "remove", path: 'urn:example:other:2.0:User:roles[value eq "x"].value' },
  ])("%j is left out, alone as well, and told of [R-37a Q69]", async (operation) => {
    const { patch, read, events } = await make("lenient");
    const before = await read();
    expect((await patch(operation)).status).toBe(200);
    expect(await read()).toEqual(before);
    expect(events).toContainEqual(expect.objectContaining({ type: "quirk", quirk: "unknown-paths" }));
    const strict = await make("strict");
    expect(await strict.patch(operation)).toMatchObject({ status: 400, json: { scimType: "invalidPath" } });
  });
});

test("a filter that names what there is not is 400 invalidFilter, whatever stands beside it [R-37a R-71]", async () => {
  for (const profile of ["lenient", "entra", "strict"] as const) {
    const { patch, read } = await make(profile);
    const before = await read();
    const answer = await patch(
      { op: "replace", path: "title", value: "New" },
      { op: "remove", path: 'emails[tpye eq "work"]' },
    );
    expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidFilter" } });
    expect(answer.json.detail).toContain('"emails.tpye"');
    expect(await read()).toEqual(before);
  }
});

test("within a bulk request each PATCH is judged by itself [R-37a]", async () => {
  const service = await under(profiles.lenient);
  const results = await sendBulk(service, [
    patchIn(`/Users/${service.ada}`, [{ op: "replace", path: "actve", value: false }]),
    patchIn(`/Users/${service.ada}`, [{ op: "replace", path: "title", value: "T" }]),
    patchIn(`/Users/${service.ada}`, [
      { op: "replace", path: "actve", value: false },
      { op: "replace", path: "nickName", value: "N" },
    ]),
  ]);
  expect(statuses(results)).toEqual(["400", "200", "200"]);
  expect(results[0].response).toMatchObject({ scimType: "invalidPath", detail: expect.stringContaining("active?") });
});

test("an element of unknown names alone empties no list, by whatever path it comes [R-37a]", async () => {
  for (const profile of ["lenient", "strict"] as const) {
    const { patch, read } = await patching("/Users", { schemas: [USER], userName: "ada", emails: [work] }, { profile });
    for (const operation of [
      { op: "replace", path: "emails", value: [{ vlaue: "x" }] },
      { op: "replace", path: "emails", value: { vlaue: "x" } },
      { op: "replace", value: { emails: [{ vlaue: "x" }] } },
    ])
      expect((await patch(operation)).status).toBe(400);
    expect((await read()).emails).toEqual([work]);
  }
});
