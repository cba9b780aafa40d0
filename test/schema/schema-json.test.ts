import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Attribute, type AttributeLiteral, MUTABILITIES, UNIQUENESS } from "../../src/schema/attribute.ts";
import { EnterpriseUserSchema } from "../../src/schema/core/enterprise-user.ts";
import { GroupSchema } from "../../src/schema/core/group.ts";
import { UserSchema } from "../../src/schema/core/user.ts";
import { compileResourceType, defineResourceType } from "../../src/schema/resource-type.ts";
import { defineSchema, type SchemaDefinition, SchemaError } from "../../src/schema/schema.ts";
import { type AttributeJson, type SchemaJson, schemaFromJson, schemaToJson } from "../../src/schema/schema-json.ts";

const id = "urn:example:params:scim:schemas:Thing";

function fromAttributes(attributes: readonly unknown[]): SchemaDefinition {
  return schemaFromJson({ id, name: "Thing", attributes: attributes as readonly AttributeJson[] });
}

describe("schemaFromJson", () => {
  test("reads a schema as any server publishes it", () => {
    const schema = fromAttributes([
      { name: "number", type: "string", multiValued: false, required: true },
      {
        name: "colours",
        type: "complex",
        multiValued: true,
        subAttributes: [{ name: "value", type: "string", multiValued: false }],
      },
    ]);
    expect(schema).toEqual({
      id,
      name: "Thing",
      attributes: {
        number: { type: "string", multiValued: false, required: true },
        colours: {
          type: "complex",
          multiValued: true,
          subAttributes: { value: { type: "string", multiValued: false } },
        },
      },
    });
  });

  test("takes the id as name where there is none [S-7-03]", () => {
    expect(schemaFromJson({ id, attributes: [] }).name).toBe(id);
  });

  test("applies the RFC's defaults to what the JSON leaves out [S-2.2-01 S-2.2-03 S-2.2-04 S-2.2-05 S-2.2-06 S-2.2-07 S-2.2-08]", () => {
    expect(schemaToJson(fromAttributes([{ name: "x" }])).attributes).toEqual([
      {
        name: "x",
        type: "string",
        multiValued: false,
        required: false,
        caseExact: false,
        mutability: "readWrite",
        returned: "default",
        uniqueness: "none",
      },
    ]);
  });

  test("takes an empty list of sub-attributes of a simple attribute for none", () => {
    expect(fromAttributes([{ name: "x", type: "string", multiValued: false, subAttributes: [] }]).attributes).toEqual({
      x: { type: "string", multiValued: false },
    });
  });

  test.for<[because: string, path: string, attributes: readonly unknown[]]>([
    ["is not a legal name [S-2.1-04]", "1a", [{ name: "1a" }]],
    ["is not a legal name", "__proto__", JSON.parse('[{"name":"__proto__","type":"string","multiValued":false}]')],
    ["has the name of a JavaScript object member", "constructor", [{ name: "constructor" }]],
    ["has the name of a JavaScript object member", "toString", [{ name: "toString" }]],
    ["is not a legal name", "x.__proto__", [{ name: "x", type: "complex", subAttributes: [{ name: "__proto__" }] }]],
    [
      "has subAttributes but is of type string [S-1.2-01]",
      "x",
      [{ name: "x", type: "string", subAttributes: [{ name: "y" }] }],
    ],
    [
      "is complex within a complex attribute [S-2.3.8-02]",
      "x.y",
      [{ name: "x", type: "complex", subAttributes: [{ name: "y", type: "complex", subAttributes: [{ name: "z" }] }] }],
    ],
    ["is complex and has no subAttributes [S-7-05]", "x", [{ name: "x", type: "complex" }]],
    ['has type "map" [S-2.3-01]', "x", [{ name: "x", type: "map" }]],
    ['has mutability "READONLY" [S-7-06]', "x", [{ name: "x", mutability: "READONLY" }]],
    ["is defined twice", "x", [{ name: "x" }, { name: "x" }]],
    ["differs from another attribute only in letter case [S-2.1-06]", "X", [{ name: "x" }, { name: "X" }]],
  ])("refuses with '%s', naming %s", ([because, path, attributes]) => {
    expect(() => fromAttributes(attributes)).toThrow(SchemaError);
    expect(() => fromAttributes(attributes)).toThrow(`Attribute "${path}" of ${id} ${because.split(" [")[0]}`);
  });

  test("refuses an attribute without name [S-7-04]", () => {
    expect(() => fromAttributes([{ type: "string", multiValued: false }])).toThrow(
      `An attribute of ${id} has no name.`,
    );
    expect(() => fromAttributes([{ name: 1 }])).toThrow(SchemaError);
  });

  test("refuses an id that is no URI [S-10.2-01]", () => {
    expect(() => schemaFromJson({ id: "Thing", attributes: [] })).toThrow('The schema id "Thing" is not a URI');
  });
});

describe("schemaToJson", () => {
  test("states every characteristic that the type has [S-7-04]", () => {
    const schema = defineSchema({
      id,
      name: "Thing",
      attributes: {
        text: { description: "Words", canonicalValues: ["a"] },
        flag: { type: "boolean" },
        link: { type: "reference", referenceTypes: ["uri"] },
        key: { type: "binary" },
        secret: { mutability: "writeOnly" },
        when: { type: "dateTime", multiValued: true },
      },
    });
    const common = { multiValued: false, required: false, mutability: "readWrite", returned: "default" };
    expect(schemaToJson(schema)).toEqual({
      id,
      name: "Thing",
      attributes: [
        {
          name: "text",
          type: "string",
          ...common,
          description: "Words",
          canonicalValues: ["a"],
          caseExact: false,
          uniqueness: "none",
        },
        { name: "flag", type: "boolean", ...common },
        { name: "link", type: "reference", referenceTypes: ["uri"], ...common, caseExact: true, uniqueness: "none" },
        { name: "key", type: "binary", ...common, caseExact: true },
        {
          name: "secret",
          type: "string",
          ...common,
          caseExact: false,
          mutability: "writeOnly",
          returned: "never",
          uniqueness: "none",
        },
        { name: "when", type: "dateTime", ...common, multiValued: true, uniqueness: "none" },
      ],
    });
  });

  test("is undone by schemaFromJson, for the core schemas", () => {
    for (const schema of [UserSchema, GroupSchema, EnterpriseUserSchema]) expectIdentity(schema);
  });

  test("is undone by schemaFromJson, for any schema", () => {
    fc.assert(fc.property(schemas, expectIdentity));
  });
});

function expectIdentity(schema: SchemaDefinition): void {
  defineSchema(schema);
  const json = schemaToJson(schema);
  const sent = JSON.parse(JSON.stringify(json)) as SchemaJson;
  const read = schemaFromJson(sent);
  expect(schemaToJson(read)).toEqual(json);
  expect(compiled(read)).toEqual(compiled(schema));
}

/** All characteristics that travel, by path. */
function compiled(schema: SchemaDefinition): unknown[] {
  const { attributes } = compileResourceType(defineResourceType({ name: "Thing", schema }));
  const plain = ({
    parent,
    subAttributes,
    sub,
    key,
    collection,
    integrity,
    comparison,
    format,
    inverseOf,
    isStored,
    lifecycle,
    default: _,
    ...attribute
  }: Attribute): unknown[] => [
    // That the value of a collection's element is required follows from what does not travel.
    { ...attribute, parent: parent?.path, required: attribute.required && parent?.collection !== true },
    ...subAttributes.flatMap(plain),
  ];
  return attributes.flatMap(plain);
}

const texts = fc.constantFrom("A label.", "", "ß \u{1F98A}", '"quoted"');
const attributeNames = fc.stringMatching(/^[A-Za-z][A-Za-z0-9$_-]{0,8}$/).filter((name) => !(name in Object.prototype));

function optional<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined });
}

/** Leaves out what is undefined, as a person does who writes a schema. */
function stated(
  literal: { readonly [K in keyof AttributeLiteral]: AttributeLiteral[K] | undefined },
): AttributeLiteral {
  return Object.fromEntries(Object.entries(literal).filter(([, value]) => value !== undefined));
}

const visibility = fc
  .record({
    mutability: optional(fc.constantFrom(...MUTABILITIES)),
    returned: optional(fc.constantFrom("always", "default", "request" as const)),
  })
  .map(({ mutability, returned }) => (mutability === "writeOnly" ? { mutability } : { mutability, returned }));

const shared = { description: optional(texts), multiValued: optional(fc.boolean()), required: optional(fc.boolean()) };

const simple: fc.Arbitrary<AttributeLiteral> = fc
  .tuple(
    fc.oneof(
      fc.record({
        type: optional(fc.constant("string" as const)),
        canonicalValues: optional(fc.array(texts, { maxLength: 3 })),
        caseExact: optional(fc.boolean()),
        uniqueness: optional(fc.constantFrom(...UNIQUENESS)),
      }),
      fc.record({
        type: fc.constantFrom("integer", "decimal", "dateTime" as const),
        uniqueness: optional(fc.constantFrom(...UNIQUENESS)),
      }),
      fc.record({ type: fc.constantFrom("boolean", "binary" as const) }),
      fc.record({
        type: fc.constant("reference" as const),
        referenceTypes: fc.array(fc.constantFrom("User", "Group", "external", "uri"), { minLength: 1, maxLength: 3 }),
      }),
    ),
    fc.record(shared),
    visibility,
  )
  .map(([own, common, seen]) => stated({ ...own, ...common, ...seen }));

function dictionary(
  values: fc.Arbitrary<AttributeLiteral>,
  minKeys: number,
): fc.Arbitrary<Record<string, AttributeLiteral>> {
  return fc
    .uniqueArray(fc.tuple(attributeNames, values), {
      minLength: minKeys,
      maxLength: 5,
      selector: ([name]) => name.toLowerCase(),
    })
    .map((entries) => Object.fromEntries(entries));
}

const reserved = new Set(["primary", "type", "display"]);

/** Only an attribute that is writeOnly as a whole has parts that are. */
function withoutSecrets(own: Record<string, AttributeLiteral>): Record<string, AttributeLiteral> {
  return Object.fromEntries(
    Object.entries(own).map(([name, { mutability, ...literal }]) => [
      name,
      mutability === "writeOnly" || mutability === undefined ? literal : { ...literal, mutability },
    ]),
  );
}

const complex: fc.Arbitrary<AttributeLiteral> = fc
  .tuple(dictionary(simple, 1), fc.boolean(), fc.record(shared), visibility)
  .filter(([subAttributes]) => Object.keys(subAttributes).every((name) => !reserved.has(name)))
  .map(([own, withReference, common, seen]) => {
    const $ref: AttributeLiteral = { type: "reference", referenceTypes: ["User"] };
    const parts = seen.mutability === "writeOnly" ? own : withoutSecrets(own);
    return stated({ type: "complex", subAttributes: withReference ? { ...parts, $ref } : parts, ...common, ...seen });
  });

const schemas: fc.Arbitrary<SchemaDefinition> = fc
  .record({ description: optional(texts), attributes: dictionary(fc.oneof(simple, complex), 0) })
  .map(({ description, attributes }) => ({
    id,
    name: "Thing",
    ...(description === undefined ? {} : { description }),
    attributes,
  }));
