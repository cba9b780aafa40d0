import { describe, expect, test } from "vitest";
import { ENTERPRISE, USER } from "../support/directory.ts";
import { account, COST, DEVICE, device, WARRANTY } from "../support/patching.ts";

const work = { value: "w@x", type: "work", primary: true };
const home = { value: "h@x", type: "home" };

describe("paths", () => {
  test("names are read in any letter case, with or without the URN of their schema [P-3.5.2-13]", async () => {
    const { patch, read } = await account({ name: { givenName: "A" }, emails: [home] });
    await patch(
      { op: "replace", path: `${USER.toUpperCase()}:NAME.GIVENNAME`, value: "B" },
      { op: "add", path: `${USER}:emails[TYPE eq "home"].DISPLAY`, value: "d" },
      { op: "add", path: `${ENTERPRISE.toLowerCase()}:Department`, value: "D" },
    );
    expect(await read()).toEqual({
      userName: "ada",
      name: { givenName: "B" },
      emails: [{ ...home, display: "d" }],
      [ENTERPRISE]: { department: "D" },
    });
  });

  test("an unknown path is 400 invalidPath by the letter, and by default left out with a note, the rest being done [P-3.5.2-12 R-37 R-71]", async () => {
    for (const path of [
      "nosuch",
      "name.nosuch",
      'emails[type eq "home"].nosuch',
      `${ENTERPRISE}:nosuch`,
      "urn:example:nosuch:attr",
      'members[value eq "x"].displayName',
    ]) {
      const strict = await account({ emails: [home] }, { profile: "strict" });
      const answer = await strict.patch(
        { op: "replace", path: "title", value: "T" },
        { op: "replace", path, value: "x" },
      );
      expect.soft(answer, path).toMatchObject({ status: 400, json: { scimType: "invalidPath" } });
      expect.soft(answer.json.detail).toContain("Operations[1]");
      expect((await strict.read()).title).toBeUndefined();
      const tolerant = await account({ emails: [home] });
      expect(
        (await tolerant.patch({ op: "replace", path: "title", value: "T" }, { op: "replace", path, value: "x" }))
          .status,
      ).toBe(200);
      expect(await tolerant.read()).toEqual({ userName: "ada", title: "T", emails: [home] });
      expect(tolerant.events).toContainEqual(expect.objectContaining({ type: "quirk", quirk: "unknown-paths" }));
    }
  });

  test("a value path changes the selected elements alone [P-3.5.2-07]", async () => {
    const { patch, read } = await account({ emails: [work, home, { value: "o@x" }] });
    await patch({ op: "replace", path: 'emails[type eq "work"].value', value: "n@x" });
    expect((await read()).emails).toEqual([{ ...work, value: "n@x" }, home, { value: "o@x" }]);
  });
});

describe("mutability", () => {
  test("a readOnly attribute that is named is 400 mutability, under every profile [P-3.5.2-09 R-16]", async () => {
    for (const profile of ["lenient", "strict"] as const) {
      const { patch, read } = await account({}, { profile });
      const before = await read();
      for (const path of [
        "id",
        "meta",
        "meta.created",
        "groups",
        "groups.value",
        'groups[value eq "x"].display',
        `${ENTERPRISE}:manager.displayName`,
      ])
        for (const op of ["add", "replace"])
          expect
            .soft(await patch({ op, path, value: "x" }), `${op} ${path}`)
            .toMatchObject({ status: 400, json: { scimType: "mutability" } });
      expect(await read()).toEqual(before);
    }
  });

  test("an immutable attribute takes a first value, and the same one again, but no other [P-3.5.2-10]", async () => {
    const { patch, read } = await device();
    for (const op of ["add", "replace"]) expect((await patch({ op, path: "serial", value: "s1" })).status).toBe(200);
    for (const operation of [
      { op: "add", path: "serial", value: "s2" },
      { op: "replace", path: "serial", value: "s2" },
      { op: "replace", path: "serial", value: null },
      { op: "remove", path: "serial" },
      { op: "replace", value: { serial: "s2" } },
    ])
      expect(await patch(operation)).toMatchObject({ status: 400, json: { scimType: "mutability" } });
    expect((await read()).serial).toBe("s1");
  });

  test("nothing below an immutable complex attribute, and no element of an immutable list, changes [P-3.5.2-10]", async () => {
    const { patch, read } = await device({ maker: { brand: "b" }, codes: ["a"] });
    const before = await read();
    for (const operation of [
      { op: "add", path: "maker.country", value: "NO" },
      { op: "add", path: "maker", value: { country: "NO" } },
      { op: "replace", path: "maker", value: { brand: "c" } },
      { op: "remove", path: "maker.brand" },
      { op: "add", path: "codes", value: ["b"] },
      { op: "replace", path: "codes", value: ["b"] },
      { op: "remove", path: 'codes[value eq "a"]' },
      { op: "remove", path: "codes", value: ["a"] },
      { op: "remove", path: "codes" },
    ])
      expect
        .soft(await patch(operation), JSON.stringify(operation))
        .toMatchObject({ status: 400, json: { scimType: "mutability" } });
    for (const operation of [
      { op: "add", path: "maker", value: { brand: "b" } },
      { op: "replace", path: "maker.brand", value: "b" },
      { op: "add", path: "codes", value: "A" },
      { op: "replace", path: "codes", value: ["a"] },
    ])
      expect.soft((await patch(operation)).status, JSON.stringify(operation)).toBe(200);
    expect(await read()).toEqual(before);
  });

  test("an immutable sub-attribute of an element is that of the element, wherever it stands [P-3.5.2-10]", async () => {
    const { patch, read } = await device({ ports: [{ value: "1", kind: "usb" }, { value: "2" }] });
    await patch({ op: "add", path: 'ports[value eq "2"].kind', value: "hdmi" });
    expect(await patch({ op: "replace", path: "ports.kind", value: "usb" })).toMatchObject({
      status: 400,
      json: { scimType: "mutability" },
    });
    await patch({ op: "replace", path: "ports", value: [{ value: "2", kind: "hdmi" }, { value: "1" }] });
    expect((await read()).ports).toEqual([
      { value: "2", kind: "hdmi" },
      { value: "1", kind: "usb" },
    ]);
    expect(await patch({ op: "replace", path: "ports", value: [{ value: "1", kind: "vga" }] })).toMatchObject({
      status: 400,
      json: { scimType: "mutability" },
    });
  });

  test("what is required of a complex value is asked at the end [P-3.5.2-11 P-3.5.2-22 R-13]", async () => {
    const { patch, read } = await device();
    const answer = await patch({ op: "add", path: "place.floor", value: 1 });
    expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    expect(answer.json.detail).toMatch(/Operations\[0\].*place\.site/);
    expect(
      (await patch({ op: "add", path: "place.floor", value: 1 }, { op: "add", path: "place.site", value: "s" })).status,
    ).toBe(200);
    expect((await read()).place).toEqual({ floor: 1, site: "s" });
    expect(await patch({ op: "add", path: "ports", value: [{ type: "x" }] })).toMatchObject({ status: 400 });
  });
});

describe("primary", () => {
  const primaries = (emails: unknown) =>
    (emails as { value: string; primary?: boolean }[]).map(({ value, primary }) => [value, primary]);

  test.each([
    [
      "add of a new element",
      { op: "add", path: "emails", value: [{ value: "n@x", primary: true }] },
      [
        ["w@x", false],
        ["h@x", undefined],
        ["n@x", true],
      ],
    ],
    [
      "add of an element that is there",
      { op: "add", path: "emails", value: [{ ...home, primary: true }] },
      [
        ["w@x", false],
        ["h@x", true],
      ],
    ],
    [
      "add without a path",
      { op: "add", value: { emails: { ...home, primary: true } } },
      [
        ["w@x", false],
        ["h@x", true],
      ],
    ],
    [
      "add through a filter",
      { op: "add", path: 'emails[type eq "home"]', value: { primary: true } },
      [
        ["w@x", false],
        ["h@x", true],
      ],
    ],
    [
      "the sub-attribute by add",
      { op: "add", path: 'emails[type eq "home"].primary', value: true },
      [
        ["w@x", false],
        ["h@x", true],
      ],
    ],
    [
      "the sub-attribute by replace",
      { op: "replace", path: 'emails[type eq "home"].primary', value: true },
      [
        ["w@x", false],
        ["h@x", true],
      ],
    ],
    [
      "replace of a record",
      { op: "replace", path: 'emails[type eq "home"]', value: { ...home, primary: true } },
      [
        ["w@x", false],
        ["h@x", true],
      ],
    ],
    [
      "an element made from a filter",
      { op: "add", path: 'emails[type eq "other"].primary', value: true },
      [
        ["w@x", false],
        ["h@x", undefined],
        [undefined, true],
      ],
    ],
    [
      "an element whose filter says so",
      { op: "add", path: 'emails[primary eq true and type eq "other"].value', value: "o@x" },
      [
        ["w@x", false],
        ["h@x", undefined],
        ["o@x", true],
      ],
    ],
  ])("set by %s is taken from the others, which become false [P-3.5.2-19 R-52]", async (_, operation, expected) => {
    const { patch, read } = await account({ emails: [work, home] });
    expect((await patch(operation)).status).toBe(200);
    expect(primaries((await read()).emails)).toEqual(expected);
  });

  test("twice in one operation is 400 invalidValue [P-3.5.2-20 R-52]", async () => {
    const { patch, read } = await account({ emails: [work, home] });
    for (const operation of [
      {
        op: "add",
        path: "emails",
        value: [
          { value: "a", primary: true },
          { value: "b", primary: true },
        ],
      },
      {
        op: "replace",
        path: "emails",
        value: [
          { value: "a", primary: true },
          { value: "b", primary: true },
        ],
      },
      { op: "replace", path: "emails.primary", value: true },
    ])
      expect(await patch(operation)).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    expect((await read()).emails).toEqual([work, home]);
  });

  test("is judged when all operations are through [P-3.5.2-22 R-13]", async () => {
    const { patch, read } = await account({ emails: [work, home] });
    const answer = await patch(
      { op: "replace", path: "emails.primary", value: true },
      { op: "replace", path: 'emails[type eq "work"].primary', value: false },
    );
    expect(answer.status).toBe(200);
    expect(primaries((await read()).emails)).toEqual([
      ["w@x", false],
      ["h@x", true],
    ]);
  });

  test("is not passed on when the primary element goes, and a whole list says itself who is primary [R-52]", async () => {
    const { patch, read } = await account({ emails: [work, home] });
    await patch({ op: "remove", path: "emails[primary eq true]" });
    expect((await read()).emails).toEqual([home]);
    await patch({ op: "replace", path: "emails", value: [home, { value: "n@x", primary: true }] });
    expect((await read()).emails).toEqual([home, { value: "n@x", primary: true }]);
    await patch({ op: "remove", path: "emails[primary eq false]" });
    expect((await read()).emails).toEqual([{ value: "n@x", primary: true }]);
  });
});

describe("schemas and extensions", () => {
  test("an extension attribute brings the extension's URN, by add and by replace [P-3.5.2-14]", async () => {
    for (const op of ["add", "replace"]) {
      const { ask, path, patch } = await account();
      const answer = await patch({ op, path: `${ENTERPRISE}:employeeNumber`, value: "1" });
      expect(answer.json.schemas).toEqual([USER, ENTERPRISE]);
      expect((await ask("GET", path)).json).toMatchObject({
        schemas: [USER, ENTERPRISE],
        [ENTERPRISE]: { employeeNumber: "1" },
      });
    }
  });

  test("with its last attribute the container and the URN go; a required extension stays and is refused [P-3.5.2-15 R-61]", async () => {
    const { ask, path, patch } = await account({ [ENTERPRISE]: { employeeNumber: "1" } });
    await patch({ op: "remove", path: `${ENTERPRISE}:employeeNumber` });
    const { json } = await ask("GET", path);
    expect(json.schemas).toEqual([USER]);
    expect(json).not.toHaveProperty([ENTERPRISE]);
    const machine = await device();
    for (const [op, scimType] of [
      ["remove", "mutability"],
      ["replace", "invalidValue"],
    ])
      expect(await machine.patch({ op, path: COST, value: null })).toMatchObject({ status: 400, json: { scimType } });
    expect(await machine.patch({ op: "remove", path: `${COST}:center` })).toMatchObject({ status: 400 });
    expect((await machine.ask("GET", machine.path)).json.schemas).toEqual([DEVICE, COST]);
  });

  test("the extension's URN as a path is its container: merged by add and replace, gone by remove and null [P-3.5.2-16 R-7 R-79]", async () => {
    const { ask, path, patch, read } = await account({ [ENTERPRISE]: { department: "a", division: "b" } });
    await patch({ op: "replace", path: ENTERPRISE, value: { department: "c", costCenter: "d" } });
    await patch({ op: "add", path: ENTERPRISE.toUpperCase(), value: { organization: "o", division: null } });
    expect((await read())[ENTERPRISE]).toEqual({ department: "c", division: "b", costCenter: "d", organization: "o" });
    await patch({ op: "remove", path: ENTERPRISE });
    expect((await ask("GET", path)).json.schemas).toEqual([USER]);
    expect(await read()).toEqual({ userName: "ada" });
    await patch({ op: "add", path: ENTERPRISE, value: { department: "x" } });
    await patch({ op: "replace", path: ENTERPRISE, value: null });
    expect(await read()).toEqual({ userName: "ada" });
  });

  test("an optional extension goes as a whole, its required attributes with it; one of those alone does not [P-3.5.2-16 P-3.5.2.2-09]", async () => {
    const { patch, read } = await device({ [WARRANTY]: { until: "2027", level: "gold" } });
    expect(await patch({ op: "remove", path: `${WARRANTY}:until` })).toMatchObject({
      status: 400,
      json: { scimType: "mutability" },
    });
    await patch({ op: "remove", path: WARRANTY });
    expect(await read()).not.toHaveProperty([WARRANTY]);
    const answer = await patch({ op: "add", path: `${WARRANTY}:level`, value: "gold" });
    expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    expect(answer.json.detail).toContain(`Operations[0]: ${WARRANTY}:until`);
    await patch(
      { op: "add", path: `${WARRANTY}:contract`, value: "c" },
      { op: "add", path: `${WARRANTY}:until`, value: "2028" },
    );
    expect(await patch({ op: "remove", path: WARRANTY })).toMatchObject({
      status: 400,
      json: { scimType: "mutability" },
    });
  });

  test("schemas may be told to take an extension, which then shows with its first attribute [P-3.5.2-17 R-61]", async () => {
    const { patch, read } = await account({}, { profile: "strict" });
    const answer = await patch(
      { op: "add", path: "schemas", value: [ENTERPRISE] },
      { op: "add", path: `${ENTERPRISE}:department`, value: "d" },
    );
    expect(answer).toMatchObject({ status: 200, json: { schemas: [USER, ENTERPRISE] } });
    expect((await read())[ENTERPRISE]).toEqual({ department: "d" });
  });

  test("an extension without data leaves schemas as they are, and nothing has changed [P-3.5.2-26 R-61]", async () => {
    const { ask, path, patch } = await account();
    const before = (await ask("GET", path)).json;
    expect((await patch({ op: "add", path: "schemas", value: ENTERPRISE })).json).toEqual(before);
  });

  test.each([
    ["a value", { op: "remove", path: "schemas", value: [ENTERPRISE] }],
    ["a filter", { op: "remove", path: `schemas[value eq "${ENTERPRISE}"]` }],
    ["a list without it", { op: "replace", path: "schemas", value: [USER] }],
  ])("schemas lose an extension by %s, and its data goes [R-61]", async (_, operation) => {
    const { patch, read } = await account({ [ENTERPRISE]: { department: "d" }, title: "T" });
    expect((await patch(operation)).json.schemas).toEqual([USER]);
    expect(await read()).toEqual({ userName: "ada", title: "T" });
  });

  test("the base schema stays, and no schema comes that the type does not have [R-61]", async () => {
    const { patch, read } = await account({ [ENTERPRISE]: { department: "d" } });
    for (const [operation, scimType] of [
      [{ op: "remove", path: "schemas" }, "mutability"],
      [{ op: "remove", path: "schemas", value: USER }, "invalidValue"],
      [{ op: "remove", path: `schemas[value sw "urn:"]` }, "invalidValue"],
      [{ op: "replace", path: "schemas", value: [ENTERPRISE] }, "invalidValue"],
      [{ op: "add", path: "schemas", value: ["urn:example:nosuch"] }, "invalidValue"],
      [{ op: "add", path: "schemas", value: 5 }, "invalidValue"],
      [{ op: "add", path: `schemas[value eq "${ENTERPRISE}"]`, value: ENTERPRISE }, "invalidPath"],
    ] as const)
      expect.soft(await patch(operation), JSON.stringify(operation)).toMatchObject({ status: 400, json: { scimType } });
    expect((await read())[ENTERPRISE]).toEqual({ department: "d" });
  });
});

describe("bounds", () => {
  test("a list does not grow beyond limits.elements, in one request or by many; a longer one may shrink", async () => {
    const { patch, read } = await device(
      { tags: ["a", "b"], place: { site: "s", notes: ["a"] } },
      { limits: { elements: 3 } },
    );
    const answer = await patch({ op: "add", path: "tags", value: "c" }, { op: "add", path: "tags", value: "d" });
    expect(answer).toMatchObject({ status: 400, json: { scimType: "invalidValue" } });
    expect(answer.json.detail).toMatch(/Operations\[1\].*limits\.elements/);
    for (const operation of [
      { op: "add", path: "tags", value: ["c", "d"] },
      { op: "add", path: "place.notes", value: ["b", "c", "d"] },
      { op: "add", path: "tags", value: ["c", "d", "e", "f"] },
    ])
      expect(await patch(operation)).toMatchObject({ status: 400 });
    expect(
      (await patch({ op: "add", path: "tags", value: ["c", "d"] }, { op: "remove", path: 'tags[value eq "a"]' }))
        .status,
    ).toBe(200);
    expect((await read()).tags).toEqual(["b", "c", "d"]);
  });

  test("what many filters compare is bounded by limits.comparisons; what an index finds is not counted", async () => {
    const emails = Array.from({ length: 20 }, (_, index) => ({ value: `${index}@x`, type: "work" }));
    const { patch, read } = await account({ emails }, { limits: { comparisons: 50 } });
    const scan = { op: "remove", path: 'emails[display eq "x" or type eq "y"]' };
    const answer = await patch(scan, scan);
    expect(answer).toMatchObject({ status: 400, json: { scimType: "tooMany" } });
    expect(answer.json.detail).toContain("Operations[1]");
    const byValue = emails.slice(1).map(({ value }) => ({ op: "remove", path: `emails[value eq "${value}"]` }));
    expect((await patch(...byValue)).status).toBe(200);
    expect((await read()).emails).toEqual(emails.slice(0, 1));
  });
});
