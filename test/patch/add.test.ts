import { describe, expect, test } from "vitest";
import { ENTERPRISE } from "../support/directory.ts";
import { account, COST, DEVICE, device } from "../support/patching.ts";

const work = { value: "w@x", type: "work" };
const home = { value: "h@x", type: "home" };

describe("add to what is singular", () => {
  test("an attribute without a value gets one [P-3.5.2.1-04]", async () => {
    const { patch, read } = await account();
    expect((await patch({ op: "add", path: "title", value: "T" })).json.title).toBe("T");
    expect((await read()).title).toBe("T");
  });

  test("a value is replaced [P-3.5.2.1-07]", async () => {
    const { patch, read } = await account({ title: "A" });
    await patch({ op: "add", path: "title", value: "B" });
    expect((await read()).title).toBe("B");
  });

  test("a complex attribute takes a set of sub-attributes and keeps the others [P-3.5.2.1-05]", async () => {
    const { patch, read } = await account({ name: { givenName: "A" } });
    await patch({ op: "add", path: "name", value: { familyName: "B" } });
    expect((await read()).name).toEqual({ givenName: "A", familyName: "B" });
  });

  test("a complex attribute needs an object: a scalar or a list is 400 invalidValue [P-3.5.2.1-05 P-3.5.2-11]", async () => {
    const { patch, read } = await account({ name: { givenName: "A" } });
    for (const value of ["x", 1, true, [{ givenName: "a" }, { givenName: "b" }]])
      expect(await patch({ op: "add", path: "name", value })).toMatchObject({
        status: 400,
        json: { scimType: "invalidValue" },
      });
    expect((await read()).name).toEqual({ givenName: "A" });
  });

  test("an object that says nothing changes nothing, and one of unknown names is refused: neither unassigns [R-37a]", async () => {
    const { patch, read } = await account({
      name: { givenName: "A" },
      [ENTERPRISE]: { manager: { displayName: "read only" } },
    });
    for (const op of ["add", "replace"]) {
      expect((await patch({ op, path: "name", value: {} })).status).toBe(200);
      const answer = await patch({ op, path: "name", value: { nosuch: 1 } });
      expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidPath" } });
    }
    expect((await read()).name).toEqual({ givenName: "A" });
  });

  test("adding null or an empty list adds nothing", async () => {
    const { patch, read } = await account({ title: "T", emails: [work], name: { givenName: "A" } });
    const before = await read();
    for (const [path, value] of [
      ["title", null],
      ["emails", null],
      ["emails", []],
      ["name", null],
      ["name.givenName", null],
    ])
      expect((await patch({ op: "add", path, value })).status).toBe(200);
    expect(await read()).toEqual(before);
  });

  test("add without a value is 400 invalidValue and names the path [P-3.5.2.1-01]", async () => {
    const { patch } = await account();
    for (const path of [
      "nickName",
      "emails",
      "name.givenName",
      'emails[type eq "work"].value',
      ENTERPRISE,
      "password",
    ]) {
      const answer = await patch({ op: "add", path });
      expect(answer, path).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
      expect(answer.json.detail).toContain(path.split("[")[0]);
    }
    expect(await patch({ op: "add" })).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
  });
});

describe("add to what is multi-valued", () => {
  test("elements are appended, a single object as well as a list, and the others stay [P-3.5.2.1-06]", async () => {
    const { patch, read } = await account({ emails: [work] });
    await patch({ op: "add", path: "emails", value: [home] });
    await patch({ op: "add", path: "emails", value: { value: "o@x", type: "other" } });
    expect((await read()).emails).toEqual([work, home, { value: "o@x", type: "other" }]);
  });

  test("a value that is there already changes nothing and succeeds [P-3.5.2.1-08 P-3.5.2-26 R-67]", async () => {
    const { ask, path, patch, events } = await account({ emails: [{ ...work, display: "d" }], title: "T" });
    const before = (await ask("GET", path)).json;
    for (const operation of [
      { op: "add", path: "emails", value: [work] },
      { op: "add", path: "emails", value: { value: "W@X", type: "WORK", display: "d" } },
      { op: "add", path: "title", value: "T" },
      { op: "add", value: { title: "T", emails: [work] } },
    ]) {
      const answer = await patch(operation);
      expect(answer.status).toBe(200);
      expect(answer.json).toEqual(before);
    }
    expect((await ask("GET", path)).json).toEqual(before);
    expect(events).toEqual([]);
  });

  test("of an element that is there, by its value and type, what is new is taken over [R-51 R-53]", async () => {
    const { patch, read } = await account({ emails: [work, { value: "w@x", type: "home" }] });
    await patch({ op: "add", path: "emails", value: { ...work, display: "new" } });
    expect((await read()).emails).toEqual([
      { ...work, display: "new" },
      { value: "w@x", type: "home" },
    ]);
  });

  test("elements without a value are the same when everything is", async () => {
    const address = { type: "work", locality: "Oslo" };
    const { patch, read } = await account({ addresses: [address] });
    await patch({
      op: "add",
      path: "addresses",
      value: [
        { locality: "Oslo", type: "work" },
        { type: "work", locality: "Bergen" },
      ],
    });
    expect((await read()).addresses).toEqual([address, { type: "work", locality: "Bergen" }]);
  });

  test("simple values are added once, whatever their letter case [P-3.5.2.1-06]", async () => {
    const { patch, read } = await device({ tags: ["a"] });
    await patch({ op: "add", path: "tags", value: ["A", "b"] }, { op: "add", path: "tags", value: "c" });
    expect((await read()).tags).toEqual(["a", "b", "c"]);
  });

  test("a multi-valued sub-attribute is added to as well, and replaced by replace", async () => {
    const { patch, read } = await device({ place: { site: "s", notes: ["a"] }, ports: [{ value: "1", notes: ["a"] }] });
    await patch(
      { op: "add", path: "place.notes", value: ["a", "b"] },
      { op: "add", path: "place", value: { notes: ["c"] } },
      { op: "add", path: 'ports[value eq "1"].notes', value: "b" },
    );
    expect(await read()).toMatchObject({ place: { notes: ["a", "b", "c"] }, ports: [{ notes: ["a", "b"] }] });
    await patch(
      { op: "replace", path: "place.notes", value: ["z"] },
      { op: "replace", path: "ports.notes", value: ["y"] },
    );
    expect(await read()).toMatchObject({ place: { notes: ["z"] }, ports: [{ notes: ["y"] }] });
  });

  test("elements of the wrong type are 400 invalidValue [P-3.5.2-11]", async () => {
    const { patch, read } = await account({ emails: [work] }, { profile: "strict" });
    for (const value of ["x", [["x"]], [null], [{ value: 1 }], [{ value: "a", primary: "yes" }], '{"value":"a"}'])
      expect(await patch({ op: "add", path: "emails", value })).toMatchObject({
        status: 400,
        json: { scimType: "invalidValue" },
      });
    expect((await read()).emails).toEqual([work]);
  });

  test("JSON text in a string stays a string, which is no object [R-78]", async () => {
    const { patch } = await account();
    for (const [path, value] of [
      ["name", '{"givenName":"A"}'],
      ["emails", '[{"value":"a@x"}]'],
    ])
      expect(await patch({ op: "replace", path, value })).toMatchObject({
        status: 400,
        json: { scimType: "invalidValue" },
      });
  });
});

describe("add through a value path", () => {
  test("the sub-attribute of the matching element is set, where it had a value too [P-3.5.2.1-09 R-72]", async () => {
    const { patch, read } = await account({ addresses: [{ type: "work", locality: "Oslo" }, { type: "home" }] });
    await patch(
      { op: "add", path: 'addresses[type eq "work"].locality', value: "Bergen" },
      { op: "add", path: 'addresses[type eq "work"].region', value: "West" },
    );
    expect((await read()).addresses).toEqual([{ type: "work", locality: "Bergen", region: "West" }, { type: "home" }]);
  });

  test("several matching elements are all changed [R-72]", async () => {
    const { patch, read } = await account({ emails: [work, { ...work, value: "v@x" }, home] });
    await patch({ op: "add", path: 'emails[type eq "work"].display', value: "d" });
    expect((await read()).emails).toEqual([{ ...work, display: "d" }, { ...work, value: "v@x", display: "d" }, home]);
  });

  test("an object is merged into every matching element [R-9]", async () => {
    const { patch, read } = await account({ emails: [{ ...work, display: "d" }, home] });
    await patch({ op: "add", path: 'emails[type eq "work"]', value: { value: "n@x" } });
    expect((await read()).emails).toEqual([{ ...work, value: "n@x", display: "d" }, home]);
  });

  test("where none matches, the element that eq describes is made by default, and strict says noTarget [P-3.5.2.1-09 R-6]", async () => {
    const operation = { op: "add", path: 'emails[type eq "work" and display eq "d"].value', value: "x" };
    const tolerant = await account({ emails: [home] });
    await tolerant.patch(operation);
    expect((await tolerant.read()).emails).toEqual([home, { type: "work", display: "d", value: "x" }]);
    expect(tolerant.events).toContainEqual(expect.objectContaining({ type: "quirk", quirk: "create-on-no-match" }));
    const strict = await account({ emails: [home] }, { profile: "strict" });
    expect(await strict.patch(operation)).toMatchObject({ status: 400, json: { scimType: "noTarget" } });
    expect((await strict.read()).emails).toEqual([home]);
  });

  test("a filter that describes no element makes none: 400 noTarget [R-6]", async () => {
    const { patch, read } = await account({ emails: [home] });
    for (const filter of [
      'type ne "home"',
      'type eq "a" or type eq "b"',
      'not (type eq "home")',
      'type sw "w"',
      'type eq "a" and type eq "b"',
      "display pr",
    ])
      expect(await patch({ op: "add", path: `emails[${filter}].value`, value: "x" })).toMatchObject({
        status: 400,
        json: { scimType: "noTarget" },
      });
    expect((await read()).emails).toEqual([home]);
  });

  test("an element that is made obeys the schema: what its filter says too", async () => {
    const { patch } = await device({}, { settings: { canonicalValues: "enforce" } });
    const answer = await patch({ op: "add", path: 'ports[type eq "usb"].notes', value: ["n"] });
    expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    expect(answer.json.detail).toContain("ports.value");
    const user = await account({}, { settings: { canonicalValues: "enforce" } });
    expect(await user.patch({ op: "add", path: 'emails[type eq "moon"].value', value: "x" })).toMatchObject({
      status: 400,
    });
  });

  test("a sub-attribute of all elements makes the first one where there is none [P-3.5.2.3-05]", async () => {
    const { patch, read } = await account({}, { profile: "strict" });
    await patch({ op: "add", path: "emails.value", value: "x" });
    expect((await read()).emails).toEqual([{ value: "x" }]);
  });
});

describe("add without a path", () => {
  test("every attribute of the value is added by its own rule [P-3.5.2.1-02]", async () => {
    const { patch, read } = await account({ emails: [work], nickName: "O", name: { givenName: "A" } });
    await patch({ op: "add", value: { emails: [home], nickName: "N", name: { familyName: "B" } } });
    expect(await read()).toMatchObject({
      emails: [work, home],
      nickName: "N",
      name: { givenName: "A", familyName: "B" },
    });
  });

  test("extension containers, dotted names and URNs are read [P-3.5.2.1-03 R-14]", async () => {
    const { patch, read, events } = await account({ emails: [work] });
    const answer = await patch({
      op: "add",
      value: {
        [ENTERPRISE]: { department: "d" },
        [`${ENTERPRISE}:employeeNumber`]: "1",
        "name.givenName": "K",
        'emails[type eq "work"].value': "n@x",
      },
    });
    expect(answer.json.schemas).toContain(ENTERPRISE);
    expect(await read()).toMatchObject({
      [ENTERPRISE]: { department: "d", employeeNumber: "1" },
      name: { givenName: "K" },
      emails: [{ ...work, value: "n@x" }],
    });
    expect(events).toContainEqual(expect.objectContaining({ type: "quirk", quirk: "path-keys" }));
  });

  test("names that are paths are 400 invalidPath by the letter; containers are not [P-3.5.2.1-03 R-14]", async () => {
    const { patch, read } = await account({}, { profile: "strict" });
    for (const key of ["name.givenName", `${ENTERPRISE}:department`, 'emails[type eq "work"].value'])
      expect(await patch({ op: "add", value: { [key]: "x" } })).toMatchObject({
        status: 400,
        json: { scimType: "invalidPath" },
      });
    expect((await patch({ op: "add", value: { [ENTERPRISE]: { department: "d" } } })).status).toBe(200);
    expect((await read())[ENTERPRISE]).toEqual({ department: "d" });
  });

  test("a value that is no object is 400 invalidValue; a name given twice in other letter case 400 invalidSyntax [P-3.5.2-11]", async () => {
    const { patch } = await account();
    for (const value of ["x", 1, null, [{ title: "T" }]])
      expect(await patch({ op: "add", value })).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    expect(await patch({ op: "add", value: { title: "a", TITLE: "b" } })).toMatchObject({
      status: 400,
      json: { scimType: "invalidSyntax" },
    });
  });

  test("a name of many brackets is read in no time", async () => {
    const { patch } = await account({}, { limits: { body: 8_000_000 } });
    const answer = await patch({ op: "add", value: { [`a${"[".repeat(1_000_000)}`]: 1 } });
    expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidPath" } });
  });
});

test("the path of the base schema alone is the resource [R-79]", async () => {
  const { patch, read } = await device();
  await patch({ op: "add", path: DEVICE, value: { tags: ["a"], [COST]: { account: "2" } } });
  expect(await read()).toMatchObject({ tags: ["a"], [COST]: { center: "1", account: "2" } });
});
