import {
  type CompiledResourceType,
  compileResourceType,
  defineResourceType,
  defineSchema,
  EnterpriseUserSchema,
  User,
} from "scimkit";
import { applyPatch, type ParsedOperation, prepare } from "scimkit/patch";
import { describe, expect, test } from "vitest";
import { COST, Device, WARRANTY } from "../support/patching.ts";

const device = compileResourceType(Device);
const user = compileResourceType(User.extend(EnterpriseUserSchema));
const whole = { label: "l", owners: ["it"], [COST]: { center: "1" } };
const LIMITS = { stringLength: 100, binaryLength: 100, elements: 3, collectionElements: 100 };

function patched(type: CompiledResourceType, resource: object, operations: readonly ParsedOperation[]) {
  return applyPatch(type, { id: "1", ...resource }, prepare(type, operations), { limits: LIMITS }).resource;
}

describe("what is wrong with the outcome is said of the last operation that names it", () => {
  const title = { op: "replace", path: "label", value: "m" } as const;
  const tag = (value: string) => ({ op: "add", path: "tags", value }) as const;

  test.each([
    ["behind which others come", { ...whole, tags: ["a", "b"] }, [tag("c"), tag("d"), title, title], 1, "tags"],
    ["before which others come", { ...whole, tags: ["a", "b"] }, [title, tag("c"), tag("d")], 2, "tags"],
    [
      "by a value path",
      { ...whole, ports: [{ value: "1", notes: ["a", "b", "c"] }] },
      [{ op: "add", path: 'ports[value eq "1"].notes', value: "d" }, title],
      0,
      "ports.notes",
    ],
    [
      "by a sub-attribute",
      { ...whole, place: { site: "s", notes: ["a", "b", "c"] } },
      [{ op: "add", path: "place.notes", value: "d" }, title],
      0,
      "place.notes",
    ],
    [
      "by another attribute of its extension",
      whole,
      [
        { op: "add", path: `${WARRANTY}:level`, value: "gold" },
        { op: "replace", path: `${COST}:center`, value: "2" },
        title,
      ],
      0,
      `${WARRANTY}:until`,
    ],
    ["of an extension that is lacking then", whole, [title, { op: "remove", path: `${COST}:center` }, title], 1, COST],
  ] as const)("%s", (_, resource, operations, index, path) => {
    expect(() => patched(device, resource, operations)).toThrow(
      expect.objectContaining({
        status: 400,
        scimType: "invalidValue",
        detail: expect.stringMatching(new RegExp(`^Operations\\[${index}\\]: .*${path}`)),
      }),
    );
  });
});

describe("a resource that lacked something before", () => {
  test("is patched all the same, where the PATCH is not about that, and may be put right", () => {
    const lacking = { label: "l", [COST]: { center: "1" }, [WARRANTY]: { level: "gold" }, place: { floor: 1 } };
    expect(patched(device, lacking, [{ op: "add", path: "tags", value: "a" }])).toMatchObject({ tags: ["a"] });
    expect(patched(device, lacking, [{ op: "add", path: `${WARRANTY}:until`, value: "2030" }])).toMatchObject({
      [WARRANTY]: { level: "gold", until: "2030" },
    });
    expect(() => patched(device, lacking, [{ op: "replace", path: "place.floor", value: 2 }])).toThrow(
      expect.objectContaining({ scimType: "invalidValue", detail: expect.stringContaining("place.site is required") }),
    );
  });

  test("may have had two primary elements, and must choose when they are changed", () => {
    const emails = [
      { value: "a@x", primary: true },
      { value: "b@x", primary: true },
    ];
    const before = { userName: "ada", active: true, emails };
    expect(patched(user, before, [{ op: "replace", path: "title", value: "T" }]).emails).toEqual(emails);
    expect(() =>
      patched(user, before, [{ op: "replace", path: 'emails[value eq "a@x"].display', value: "A" }]),
    ).toThrow(expect.objectContaining({ detail: expect.stringContaining("2 elements with primary true") }));
    expect(
      patched(user, before, [{ op: "replace", path: 'emails[value eq "b@x"].primary', value: false }]).emails,
    ).toEqual([emails[0], { value: "b@x", primary: false }]);
  });
});

describe("an element that lacked something before", () => {
  test("is not held against a PATCH of another one", () => {
    const ports = [{ type: "a" }, { value: "1" }];
    const operation = { op: "replace", path: 'ports[value eq "1"].type', value: "b" } as const;
    expect(patched(device, { ...whole, ports }, [operation]).ports).toEqual([{ type: "a" }, { value: "1", type: "b" }]);
  });
});

describe("an element", () => {
  test("must have what its schema requires, whether it is new or changed [S-7-27]", () => {
    const before = { ...whole, ports: [{ value: "1", type: "a" }] };
    for (const operation of [
      { op: "add", path: "ports", value: [{ type: "b" }] },
      { op: "replace", path: "ports", value: [{ type: "b" }] },
      { op: "replace", path: 'ports[type eq "a"]', value: { type: "b" } },
    ] as const)
      expect(() => patched(device, before, [operation])).toThrow(
        expect.objectContaining({
          scimType: "invalidValue",
          detail: expect.stringMatching(/ports(?:\[0\])?\.value is required/),
        }),
      );
  });

  test("keeps what is not the client's to change where it is replaced [R-8]", () => {
    const ports = [{ value: "1", type: "a", kind: "k", state: "up" }];
    for (const operation of [
      { op: "replace", path: 'ports[value eq "1"]', value: { value: "1", type: "a", notes: ["n"] } },
      { op: "replace", path: "ports", value: [{ value: "1", type: "a", notes: ["n"] }] },
    ] as const)
      expect(patched(device, { ...whole, ports }, [operation]).ports).toEqual([
        { value: "1", type: "a", notes: ["n"], kind: "k", state: "up" },
      ]);
    for (const operation of [
      { op: "replace", path: 'ports[value eq "1"]', value: { value: "1", kind: "other" } },
      { op: "replace", path: 'ports[value eq "1"].kind', value: "other" },
      { op: "remove", path: 'ports[value eq "1"].kind' },
    ] as const)
      expect(() => patched(device, { ...whole, ports }, [operation])).toThrow(
        expect.objectContaining({ scimType: "mutability", detail: expect.stringContaining("ports.kind is immutable") }),
      );
    expect(
      patched(device, { ...whole, ports: [{ value: "1" }] }, [
        { op: "replace", path: 'ports[value eq "1"]', value: { value: "1", kind: "first" } },
      ]).ports,
    ).toEqual([{ value: "1", kind: "first" }]);
  });
});

describe("a part of a complex value", () => {
  const place = { site: "s", notes: ["a", "b"] };

  test("goes with the last of its values, and where it is not there nothing is lacking", () => {
    const remove = (path: string, value?: readonly string[]) =>
      applyPatch(
        device,
        { id: "1", ...whole, place },
        prepare(device, [{ op: "remove", path, value }], { removeValue: () => undefined }),
      );
    expect(remove("place.notes", ["a", "B"]).resource.place).toStrictEqual({ site: "s" });
    expect(remove("place.notes", ["a"]).resource.place).toStrictEqual({ site: "s", notes: ["b"] });
    expect(remove("place.notes", ["c"]).changes).toEqual([]);
    const lacking = { id: "1", ...whole, place: { floor: 1 } };
    const operations = prepare(device, [{ op: "remove", path: "place.site" }]);
    expect(applyPatch(device, lacking, operations).changes).toEqual([]);
  });

  test("that is immutable may be said again, and an element that is replaced by itself does not change", () => {
    const ports = [{ value: "1", kind: "k" }, { value: "2" }];
    for (const operation of [
      { op: "replace", path: 'ports[value eq "1"].kind', value: "k" },
      { op: "add", path: 'ports[value eq "1"].kind', value: "k" },
      { op: "replace", path: 'ports[value eq "2"]', value: { value: "2" } },
      { op: "replace", path: 'ports[value eq "1"]', value: { value: "1", kind: "k" } },
    ] as const)
      expect(applyPatch(device, { id: "1", ...whole, ports }, prepare(device, [operation])).changes).toEqual([]);
  });
});

describe("operations on extensions and schemas", () => {
  const LOCK = "urn:example:params:scim:schemas:extension:Lock";
  const locked = compileResourceType(
    Device.extend(
      defineSchema({
        id: LOCK,
        name: "Lock",
        attributes: { isOpen: { type: "boolean", scimkit: { default: false } } },
      }),
    ),
  );

  test("are blamed for what they cause, and for nothing else", () => {
    const before = { ...whole, [LOCK]: { isOpen: true }, tags: ["a", "b"] };
    const title = { op: "replace", path: "label", value: "m" } as const;
    expect(() => patched(locked, before, [title, { op: "remove", path: LOCK }, title])).toThrow(
      expect.objectContaining({ detail: expect.stringMatching(/^Operations\[1\]: .*isOpen must have a value/) }),
    );
    const grown = { op: "add", path: "tags", value: ["c", "d"] } as const;
    for (const other of [
      { op: "add", path: "schemas", value: [LOCK] },
      { op: "remove", path: WARRANTY },
    ] as const)
      expect(() => patched(locked, before, [grown, other])).toThrow(
        expect.objectContaining({ detail: expect.stringMatching(/^Operations\[0\]: tags would have 4/) }),
      );
  });
});

describe("an attribute with a default", () => {
  const Lamp = compileResourceType(
    defineResourceType({
      name: "Lamp",
      schema: defineSchema({
        id: "urn:example:params:scim:schemas:Lamp",
        name: "Lamp",
        attributes: {
          on: { type: "boolean", scimkit: { default: true } },
          color: { scimkit: { default: "white" } },
          name: {},
        },
      }),
    }),
  );

  test("is not unassigned, and what had none before need not get one [R-19a]", () => {
    expect(() => patched(Lamp, { on: true, color: "red" }, [{ op: "remove", path: "on" }])).toThrow(
      expect.objectContaining({
        scimType: "invalidValue",
        detail: "Operations[0]: on must have a value, true or false; it cannot be unassigned.",
      }),
    );
    expect(() => patched(Lamp, { on: true, color: "red" }, [{ op: "remove", path: "color" }])).toThrow(
      expect.objectContaining({ detail: "Operations[0]: color must have a value; it cannot be unassigned." }),
    );
    expect(patched(Lamp, {}, [{ op: "add", path: "name", value: "n" }])).toEqual({ id: "1", name: "n" });
    expect(patched(Lamp, { on: true }, [{ op: "replace", path: "on", value: false }])).toEqual({ id: "1", on: false });
  });
});
