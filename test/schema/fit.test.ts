import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AttributeLiteral, compileResourceType, defineResourceType, defineSchema } from "../../src/index.ts";
import { clearSecrets, fitAttribute, fitResource, withLeftOver } from "../../src/schema/fit.ts";
import { DEFAULT_VALUE_LIMITS } from "../../src/schema/validate.ts";
import { ValueReader } from "../../src/schema/value-reader.ts";
import { finish } from "../../src/time-slice.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const seed = pickSeed();
const numRuns = pickSize("values for each declaration", { everyday: 60, thorough: 1000 });
const THING = "urn:example:params:scim:schemas:Thing";
const EXTRAS = "urn:example:params:scim:schemas:Extras";

type Literals = Readonly<Record<string, AttributeLiteral>>;

function typeOf(attributes: Literals, extras: Literals = { hint: {} }) {
  const schema = defineSchema({ id: THING, name: "Thing", attributes });
  const extension = defineSchema({ id: EXTRAS, name: "Extras", attributes: extras });
  return compileResourceType(defineResourceType({ name: "Thing", schema }).extend(extension));
}

const SIMPLE: Literals = {
  string: {},
  boolean: { type: "boolean" },
  decimal: { type: "decimal" },
  integer: { type: "integer" },
  dateTime: { type: "dateTime" },
  binary: { type: "binary" },
  link: { type: "reference", referenceTypes: ["external"] },
  uri: { type: "reference", referenceTypes: ["uri"] },
};
const COMPLEX: Literals = {
  valued: { type: "complex", subAttributes: { value: {}, type: {}, primary: { type: "boolean" } } },
  counted: { type: "complex", subAttributes: { value: { type: "integer" }, notes: { multiValued: true } } },
  mixed: { type: "complex", subAttributes: { ...SIMPLE, dateTimes: { type: "dateTime", multiValued: true } } },
};
const DECLARATIONS = Object.entries({ ...SIMPLE, ...COMPLEX }).flatMap(
  ([name, literal]): [string, AttributeLiteral][] => [
    [name, literal],
    [`several ${name}`, { ...literal, multiValued: true }],
  ],
);

/** What any of the declarations might have left in storage, and worse. */
const simple = fc.oneof(
  fc.string(),
  fc.constantFrom("true", "False", "42", "-1.5", "YQ==", "2026-01-31T09:30:00Z", "https://example.com/a", "", " "),
  fc.boolean(),
  fc.integer(),
  fc.double(),
  fc.constant(null),
);
const names = [
  "value",
  "type",
  "primary",
  "notes",
  "string",
  "integer",
  "dateTime",
  "dateTimes",
  "uri",
  "nobody",
  "Value",
];
const flat = fc.oneof(simple, fc.array(simple, { maxLength: 3 }));
const complex = fc.dictionary(fc.constantFrom(...names), fc.oneof(flat, fc.dictionary(fc.constant("value"), simple)), {
  maxKeys: 4,
  noNullPrototype: true,
});
const single = fc.oneof(simple, complex);
const values = fc.oneof(single, fc.array(single, { maxLength: 4 }), fc.jsonValue());

const problemsOf = (attribute: Parameters<ValueReader["read"]>[0], value: unknown): readonly unknown[] => {
  const reader = new ValueReader({
    limits: { ...DEFAULT_VALUE_LIMITS },
    unknownAttributes: "reject",
    canonicalValues: "enforce",
    formats: "ignore",
    tolerances: {
      value: () => undefined,
      attribute: () => undefined,
      primaries: (_attribute, elements) => elements,
      unknown: () => undefined,
      idOf: () => undefined,
      // What names something outside of the server need not be a URI.
      externalText: () => undefined,
    },
  });
  finish(reader.read(attribute, value));
  return reader.problems;
};

describe(`whatever is stored under an attribute (seed ${seed})`, () => {
  test.each(
    DECLARATIONS,
  )("%s: what fits is accepted from a client, fits again as it is, and nothing is lost", (_name, literal) => {
    const type = typeOf({ a: literal }, { b: literal });
    const [a, b] = [type.attribute("a"), type.extension(EXTRAS)?.attribute("b")];
    if (a === undefined || b === undefined) throw new Error("not compiled");
    fc.assert(
      fc.property(values, values, (one, other) => {
        for (const [attribute, value] of [
          [a, one],
          [b, other],
        ] as const) {
          const fits = fitAttribute(attribute, value);
          expect(fitAttribute(attribute, fits)).toBe(fits);
          expect(problemsOf(attribute, fits)).toEqual([]);
        }
        const stored = { id: "1", a: one, gone: [one], [EXTRAS]: { b: other, gone: other }, "urn:gone": { c: one } };
        const { resource } = fitResource(type, stored);
        expect(fitResource(type, resource)).toEqual({ resource, misfits: [] });
        expect(fitResource(type, resource).resource).toBe(resource);
        expect(JSON.parse(JSON.stringify(resource))).not.toHaveProperty("gone");
        expect(resource).not.toHaveProperty(["urn:gone"]);
        // What is read so now may be written so; what has no place there is kept as it was.
        const kept = withLeftOver(type, resource, stored) as typeof stored;
        expect([kept.gone, kept["urn:gone"], kept[EXTRAS].gone]).toEqual([[one], { c: one }, other]);
        for (const [attribute, was, is] of [
          [a, one, kept.a],
          [b, other, kept[EXTRAS].b],
        ] as const)
          expect([was, fitAttribute(attribute, was)]).toContainEqual(is);
        expect(fitResource(type, kept).resource).toEqual(resource);
      }),
      { seed, numRuns },
    );
  });

  test("is given back as it is, not as a copy, where all of it is as declared", () => {
    const type = typeOf({ ...SIMPLE, emails: { ...COMPLEX.valued, multiValued: true } });
    const stored = {
      string: "a",
      boolean: true,
      emails: [{ value: "a" }, { value: "b", primary: true }],
      [EXTRAS]: { hint: "h" },
    };
    expect(fitResource(type, stored).resource).toBe(stored);
  });
});

describe("values that were declared otherwise", () => {
  test.each<[string, AttributeLiteral, unknown, unknown]>([
    ["one value that has become several", { multiValued: true }, "a", ["a"]],
    ["several that have become one", {}, ["a", "b"], undefined],
    ["the only one of several", {}, ["a"], "a"],
    ["a text that is a whole number", { type: "integer" }, "42", 42],
    ["a text that is none", { type: "integer" }, "forty-two", undefined],
    ["a number that has become a text", {}, 42, "42"],
    ["a text that has become complex", COMPLEX.valued as AttributeLiteral, "a", { value: "a" }],
    ["a complex value that says nothing but its value", { type: "integer" }, { value: "7" }, 7],
    ["a complex value that says more", {}, { value: "7", type: "work" }, undefined],
    ["an object in place of a text", {}, { secret: "x" }, undefined],
    ["parts that no schema names", COMPLEX.valued as AttributeLiteral, { value: "a", gone: "x" }, { value: "a" }],
  ])("%s", (_name, literal, stored, expected) => {
    const attribute = typeOf({ a: literal }).attribute("a");
    expect(attribute && fitAttribute(attribute, stored)).toEqual(expected);
  });

  test("are told of where somebody might look for them, and not where there was nothing, or nothing that a schema names", () => {
    const type = typeOf({ count: { type: "integer" }, several: { multiValued: true }, valued: COMPLEX.valued ?? {} });
    const misfits = (stored: object) => fitResource(type, { ...stored }).misfits.map(({ path }) => path);
    expect(misfits({ count: "x", several: [{}, "a"], valued: { primary: "maybe" } })).toEqual(["count", "valued"]);
    expect(misfits({ count: null, several: [], valued: { gone: 1, value: null }, gone: 1 })).toEqual([]);
  });
});

describe("what is left over", () => {
  const type = typeOf({
    count: { type: "integer" },
    name: { type: "complex", subAttributes: { given: {}, age: { type: "integer" } } },
    emails: { type: "complex", multiValued: true, subAttributes: { value: {}, type: {}, at: { type: "dateTime" } } },
  });

  test("survives a write of something else, in the resource, its extensions, complex values and elements", () => {
    const before = {
      gone: 1,
      count: "many",
      name: { given: "Ada", age: "old", gone: 2 },
      emails: [{ value: "b" }, { value: "a", at: "noon", gone: 3 }],
      [EXTRAS]: { hint: "h", gone: 4 },
    };
    const now = {
      name: { given: "Ida" },
      emails: [{ value: "a", type: "work" }, { value: "c" }],
      [EXTRAS]: { hint: "i" },
    };
    expect(withLeftOver(type, now, before)).toEqual({
      gone: 1,
      count: "many",
      name: { given: "Ida", age: "old", gone: 2 },
      emails: [{ value: "a", type: "work", at: "noon", gone: 3 }, { value: "c" }],
      [EXTRAS]: { hint: "i", gone: 4 },
    });
  });

  test("goes where it is written over, and with the element or the attribute that it was a part of", () => {
    const before = { count: "many", name: { given: "Ada", age: "old" }, emails: [{ value: "a", at: "noon" }] };
    const now = { count: 2, name: { given: "Ada", age: 36 }, emails: [{ value: "b" }] };
    expect(withLeftOver(type, now, before)).toEqual(now);
    expect(withLeftOver(type, {}, before)).toEqual({ count: "many" });
  });

  test("keeps an extension that this release does not know anything of, and does not bring back what was cleared of one that it knows", () => {
    const before = { "urn:gone": { a: 1 }, [EXTRAS]: { hint: "h", gone: 1 } };
    expect(withLeftOver(type, {}, before)).toEqual({ "urn:gone": { a: 1 }, [EXTRAS]: { gone: 1 } });
    expect(withLeftOver(type, {}, { [EXTRAS]: { hint: 7 } })).toEqual({});
  });
});

test("what is writeOnly now is nobody's to read, is not left over, and is found to be hashed", () => {
  const type = typeOf({ pin: { mutability: "writeOnly" } }, { key: { type: "integer", mutability: "writeOnly" } });
  const stored = { pin: "1234", [EXTRAS]: { key: "5678" } };
  expect(fitResource(type, stored)).toEqual({ resource: {}, misfits: [] });
  expect(withLeftOver(type, {}, stored)).toEqual({});
  expect(clearSecrets(type, stored)).toEqual({ pin: "1234", [`${EXTRAS}:key`]: 5678 });
});
