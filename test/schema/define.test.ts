import { describe, expect, test } from "vitest";
import type { AttributeLiteral } from "../../src/schema/attribute.ts";
import { compileResourceType, defineResourceType } from "../../src/schema/resource-type.ts";
import { defineSchema, type SchemaDefinition, SchemaError } from "../../src/schema/schema.ts";
import { schemaFromJson, schemaToJson } from "../../src/schema/schema-json.ts";

const id = "urn:example:params:scim:schemas:Thing";
type Literals = Record<string, AttributeLiteral>;

function define(attributes: Literals): SchemaDefinition {
  return defineSchema({ id, name: "Thing", attributes });
}

/** What JavaScript code without types may hand over. */
function untyped(attribute: Record<string, unknown>): Literals {
  return { x: attribute as AttributeLiteral };
}

function expectRefusal(attributes: Literals, path: string, because: string): void {
  expect(() => define(attributes)).toThrow(SchemaError);
  expect(() => define(attributes)).toThrow(`Attribute "${path}" of ${id} `);
  expect(() => define(attributes)).toThrow(because);
}

describe("defineSchema", () => {
  test("gives back the literal itself", () => {
    const literal = { id, name: "Thing", attributes: { x: {} } } as const;
    expect(defineSchema(literal)).toBe(literal);
  });

  test("marks its error with a code that does not depend on the copy of the package", () => {
    try {
      define({ "1a": {} });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ name: "SchemaError", code: "ERR_SCIM_SCHEMA" });
    }
  });

  describe("names", () => {
    test.for([
      "a",
      "a$b",
      "a-b",
      "a_1",
      "aB9",
      "x--",
      "not",
      "eq",
      "pr",
    ])("%j is a legal attribute name [S-2.1-04]", (name) => {
      expect(() => define({ [name]: {} })).not.toThrow();
    });

    test.for([
      "1a",
      "a b",
      "é",
      "",
      "$ref",
      "_a",
      "-a",
      "a.b",
      "a:b",
      "a[0]",
      "a\n",
      "ａ",
      "a\u0000",
    ])("%j is refused as an attribute name [S-2.1-04]", (name) => {
      expectRefusal({ [name]: {} }, name, "is not a legal name");
    });

    test("$ref is a legal name of a sub-attribute, and only of one [S-2.1-05]", () => {
      const $ref: AttributeLiteral = { type: "reference", referenceTypes: ["User"] };
      expect(() => define({ owner: { type: "complex", subAttributes: { $ref } } })).not.toThrow();
      expectRefusal({ $ref }, "$ref", "is not a legal name");
      expectRefusal({ owner: { type: "complex", subAttributes: { $id: {} } } }, "owner.$id", "is not a legal name");
    });

    test.for([
      "constructor",
      "toString",
      "valueOf",
      "hasOwnProperty",
      "isPrototypeOf",
      "propertyIsEnumerable",
      "toLocaleString",
    ])("%s is refused: JavaScript objects have it already", (name) => {
      expectRefusal({ [name]: {} }, name, "JavaScript object member");
      expectRefusal({ x: { type: "complex", subAttributes: { [name]: {} } } }, `x.${name}`, "JavaScript object member");
    });

    test("__proto__ is refused", () => {
      expectRefusal({ ["__proto__"]: {} }, "__proto__", "is not a legal name");
    });

    test("two names that differ only in letter case are refused [S-2.1-01 S-2.1-06]", () => {
      expectRefusal({ serial: {}, SERIAL: {} }, "SERIAL", "differs from another attribute only in letter case");
      expectRefusal(
        { x: { type: "complex", subAttributes: { value: {}, Value: {} } } },
        "x.Value",
        "only in letter case",
      );
    });
  });

  test("refuses what every resource has anyway, in any letter case, and takes it as a sub-attribute [R-86 S-3.1-01]", () => {
    for (const name of ["id", "ID", "externalId", "externalid", "meta", "Meta", "schemas"]) {
      expectRefusal({ [name]: {} }, name, "every resource has");
      const json = { id: "urn:example:Own", attributes: [{ name, type: "string", multiValued: false }] };
      expect(() => schemaFromJson(json)).toThrow(SchemaError);
      expect(() => define({ x: { type: "complex", subAttributes: { [name]: {} } } })).not.toThrow();
    }
  });

  describe("schema ids", () => {
    test.for([
      "urn:ietf:params:scim:schemas:core:2.0:Thing",
      "urn:ietf:params:scim:api:messages:2.0:Thing",
      "urn:example:x:1.0:Thing",
      "https://example.com/schemas/thing?v=1",
      "tag:example.com,2026:thing",
    ])("%s is accepted [S-10.2-01]", (uri) => {
      expect(() => defineSchema({ id: uri, name: "Thing", attributes: {} })).not.toThrow();
    });

    test.for([
      "",
      "Thing",
      "urn:",
      ":thing",
      "urn:a b",
      'urn:"x"',
      "urn:x\n",
      "1urn:x",
      "urn:<x>",
    ])("%j is refused, it is no URI [S-10.2-01]", (uri) => {
      expect(() => defineSchema({ id: uri, name: "Thing", attributes: {} })).toThrow(
        `The schema id ${JSON.stringify(uri)} is not a URI`,
      );
    });

    test("a schema without name is refused", () => {
      expect(() => defineSchema({ id, name: "", attributes: {} })).toThrow(`The schema ${id} has no name.`);
    });
  });

  describe("types and keywords", () => {
    test.for([
      "string",
      "boolean",
      "decimal",
      "integer",
      "dateTime",
      "binary",
    ])("the type %s is accepted [S-2.3-01]", (type) => {
      expect(() => define(untyped({ type }))).not.toThrow();
    });

    test("references and complex attributes are accepted with what they need [S-2.3-01 S-7-05 S-7-26]", () => {
      expect(() =>
        define({
          x: { type: "reference", referenceTypes: ["external"] },
          y: { type: "complex", subAttributes: { z: {} } },
        }),
      ).not.toThrow();
    });

    test.for(["map", "String", "object", "", null, 1])("the type %j is refused [S-2.3-01]", (type) => {
      expectRefusal(untyped({ type }), "x", `has type ${JSON.stringify(type)}; it must be one of string, boolean,`);
    });

    test.for([
      ["mutability", "readonly"],
      ["mutability", "writeonly"],
      ["returned", "Default"],
      ["returned", "none"],
      ["uniqueness", "SERVER"],
      ["uniqueness", "local"],
    ])("%s %j is refused, keywords are spelled exactly [S-7-06]", ([key, value]) => {
      expectRefusal(untyped({ [key as string]: value }), "x", `has ${key} "${value}"; it must be one of`);
    });

    test.for([
      ["format", "languagetag"],
      ["comparison", "precis"],
      ["integrity", "Optional"],
    ])("scimkit.%s %j is refused, keywords are spelled exactly", ([key, value]) => {
      const literal = untyped({ scimkit: { [key as string]: value } });
      expectRefusal(literal, "x", `has ${key} "${value}"; it must be one of`);
    });

    test.for(["collection", "lifecycle"])("scimkit.%s that is not a boolean is refused", (key) => {
      expectRefusal(untyped({ scimkit: { [key]: "true" } }), "x", `has a ${key} that is not a boolean`);
    });

    test.for(["multiValued", "required", "caseExact"])("%s that is not a boolean is refused", (key) => {
      expectRefusal(untyped({ [key]: "true" }), "x", `has a ${key} that is not a boolean`);
    });

    test.for([
      ["canonicalValues", "work"],
      ["canonicalValues", [1]],
      ["referenceTypes", "User"],
    ] as const)("%s %j is refused, it must be an array of strings", ([key, value]) => {
      expectRefusal(
        untyped({ type: "reference", referenceTypes: ["User"], [key]: value }),
        "x",
        `has ${key} that are not an array of strings`,
      );
    });
  });

  describe("characteristics that contradict each other", () => {
    test("subAttributes of a simple attribute are refused [S-1.2-01]", () => {
      expectRefusal(
        { x: { type: "string", subAttributes: { y: {} } } },
        "x",
        "has subAttributes but is of type string",
      );
      expectRefusal({ x: { subAttributes: { y: {} } } }, "x", "has subAttributes but is of type string");
      expectRefusal(
        { x: { type: "complex", subAttributes: { y: { type: "integer", subAttributes: { z: {} } } } } },
        "x.y",
        "has subAttributes but is of type integer",
      );
    });

    test("a multi-valued simple sub-attribute is accepted [S-1.2-02]", () => {
      expect(() => define({ x: { type: "complex", subAttributes: { tags: { multiValued: true } } } })).not.toThrow();
    });

    test("a complex attribute within a complex one is refused [S-2.3.8-02]", () => {
      const inner: AttributeLiteral = { type: "complex", subAttributes: { z: {} } };
      expectRefusal(
        { x: { type: "complex", subAttributes: { y: inner } } },
        "x.y",
        "is complex within a complex attribute",
      );
    });

    test("a complex attribute without sub-attributes is refused [S-7-05]", () => {
      expectRefusal({ x: { type: "complex" } }, "x", "is complex and has no subAttributes");
      expectRefusal({ x: { type: "complex", subAttributes: {} } }, "x", "is complex and has no subAttributes");
    });

    test("a complex attribute is not unique itself [S-2.3.8-03]", () => {
      expectRefusal(
        { x: { type: "complex", uniqueness: "server", subAttributes: { y: {} } } },
        "x",
        "cannot be unique itself",
      );
      expect(() =>
        define({ x: { type: "complex", uniqueness: "none", subAttributes: { y: { uniqueness: "server" } } } }),
      ).not.toThrow();
    });

    test("a boolean has neither uniqueness nor letter case [S-2.3.2-02]", () => {
      expectRefusal({ x: { type: "boolean", uniqueness: "global" } }, "x", "neither uniqueness nor letter case");
      expectRefusal({ x: { type: "boolean", caseExact: true } }, "x", "neither uniqueness nor letter case");
      expect(() => define({ x: { type: "boolean", uniqueness: "none", caseExact: false } })).not.toThrow();
    });

    test("referenceTypes stand on references, and every reference has them [S-7-26]", () => {
      expectRefusal({ x: { referenceTypes: ["User"] } }, "x", "has referenceTypes but is of type string");
      expectRefusal({ x: { type: "reference" } }, "x", "is a reference without referenceTypes");
      expectRefusal({ x: { type: "reference", referenceTypes: [] } }, "x", "is a reference without referenceTypes");
    });

    test.for([
      "always",
      "default",
      "request",
    ] as const)('writeOnly with returned "%s" is refused [S-7-14]', (returned) => {
      expectRefusal({ x: { mutability: "writeOnly", returned } }, "x", 'must be returned "never"');
    });

    test("a writeOnly sub-attribute of an attribute that is not writeOnly itself is refused, and the sentence says what to do", () => {
      for (const multiValued of [false, true]) {
        const subAttributes = { user: {}, pin: { mutability: "writeOnly" } } as const;
        const sentence = 'has the writeOnly sub-attribute "pin", which would be kept in clear beside the others';
        expectRefusal({ a: { type: "complex", multiValued, subAttributes } }, "a", sentence);
        expectRefusal(
          { a: { type: "complex", multiValued, mutability: "readOnly", subAttributes } },
          "a",
          "make an attribute of its own of it, or make the whole attribute writeOnly",
        );
        expect(() =>
          define({ a: { type: "complex", multiValued, mutability: "writeOnly", subAttributes } }),
        ).not.toThrow();
      }
    });

    test("a writeOnly collection is refused, because its elements are kept as they are", () => {
      expectRefusal(
        {
          x: {
            type: "complex",
            multiValued: true,
            scimkit: { collection: true },
            mutability: "writeOnly",
            subAttributes: { value: {} },
          },
        },
        "x",
        "is a collection and so cannot be writeOnly",
      );
    });

    test.for<[name: string, literal: AttributeLiteral]>([
      ["primary", { type: "string" }],
      ["primary", {}],
      ["type", { type: "integer" }],
      ["display", { type: "boolean" }],
      ["$ref", { type: "string" }],
    ])("%s of a multi-valued attribute keeps its meaning; %j is refused [S-2.4-02]", ([name, literal]) => {
      expectRefusal(
        { x: { type: "complex", multiValued: true, subAttributes: { [name]: literal } } },
        "x",
        `has a sub-attribute "${name}" of type`,
      );
      if (name !== "$ref")
        expect(() => define({ x: { type: "complex", subAttributes: { [name]: literal } } })).not.toThrow();
    });

    test("a collection is multi-valued, complex, and has a value", () => {
      const because = "is a collection and so must be";
      expectRefusal({ x: { scimkit: { collection: true } } }, "x", because);
      expectRefusal({ x: { scimkit: { collection: true }, multiValued: true } }, "x", because);
      expectRefusal(
        { x: { scimkit: { collection: true }, type: "complex", subAttributes: { value: {} } } },
        "x",
        because,
      );
      expectRefusal(
        { x: { scimkit: { collection: true }, type: "complex", multiValued: true, subAttributes: { y: {} } } },
        "x",
        because,
      );
      expect(() =>
        define({
          x: { scimkit: { collection: true }, type: "complex", multiValued: true, subAttributes: { value: {} } },
        }),
      ).not.toThrow();
    });

    test("what is scimkit's own stands under scimkit, by a name that means something there", () => {
      expectRefusal({ x: { collection: true } as never }, "x", "write scimkit: { collection: … }");
      expectRefusal({ x: { scimkit: { colection: true } as never } }, "x", "Did you mean collection?");
      for (const scimkit of [true, null, []] as never[])
        expectRefusal({ x: { scimkit } }, "x", "has a scimkit that is not an object");
    });

    test("of the JSON of a schema, scimkit's own is read under scimkit alone, and never published", () => {
      const attribute = { name: "x", type: "string", multiValued: false };
      const json = { id: "urn:example:Own", attributes: [{ ...attribute, default: "a", scimkit: { default: "b" } }] };
      const schema = schemaFromJson(json);
      expect(schema.attributes.x?.scimkit).toEqual({ default: "b" });
      expect(JSON.stringify(schemaToJson(schema))).not.toMatch(/default":"[ab]|scimkit/);
    });

    test("a computed attribute is readOnly", () => {
      const inverseOf = { resourceType: "Group", attribute: "members" };
      expectRefusal({ x: { scimkit: { inverseOf } } }, "x", "is computed (inverseOf) and so must be readOnly");
      expect(() => define({ x: { scimkit: { inverseOf }, mutability: "readOnly" } })).not.toThrow();
    });
  });
});

describe("a member that means nothing is refused, with the one that is meant:", () => {
  test.each([
    ["mutabilty", { mutabilty: "readOnly" }, "mutability"],
    ["Required", { Required: true }, "required"],
    ["multivalued", { multivalued: true }, "multiValued"],
    ["returns", { returns: "never" }, "returned"],
    ["canonicalValue", { canonicalValue: ["a"] }, "canonicalValues"],
  ])("%s of an attribute", (key, attribute, meant) => {
    const problem = `has the member "${key}", which means nothing. Did you mean ${meant}? Correct or remove it.`;
    expectRefusal(untyped(attribute), "x", problem);
  });

  test("and of a sub-attribute", () => {
    const subAttributes = untyped({ mutabilty: "readOnly" });
    expectRefusal({ owner: { type: "complex", subAttributes } }, "owner.x", "Did you mean mutability?");
  });

  test("without a guess, but with all that there are, where none is near", () => {
    expectRefusal(untyped({ colour: "red" }), "x", '"colour", which means nothing; there are type, description, ');
  });

  test("of a schema", () => {
    const schema = { id, name: "Thing", descripton: "A thing.", attributes: {} };
    expect(() => defineSchema(schema)).toThrow(SchemaError);
    expect(() => defineSchema(schema)).toThrow(
      `The schema ${id} has the member "descripton", which means nothing. Did you mean description?`,
    );
    expect(() => defineSchema({ id, name: "Thing" } as never)).toThrow(`The schema ${id} has no attributes`);
    expect(() => define({ x: "string" as never })).toThrow(`Attribute "x" of ${id} is not described by an object`);
  });

  test("but not of JSON, in which servers publish members of their own", () => {
    const attribute = { name: "x", type: "string", multiValued: false, mutability: "readOnly", vendorHint: 7 };
    const schema = schemaFromJson({ id: "urn:example:Own", attributes: [attribute] });
    expect(schema.attributes.x).toEqual({ type: "string", multiValued: false, mutability: "readOnly" });
  });
});

describe("what a literal leaves out", () => {
  const compiled = compileResourceType(
    defineResourceType({
      name: "Thing",
      schema: define({
        x: {},
        secret: { mutability: "writeOnly" },
        photo: { type: "reference", referenceTypes: ["external"], caseExact: false },
        key: { type: "binary", caseExact: false },
      }),
    }),
  );

  test("type is string [S-2.2-07]", () => expect(compiled.attribute("x")?.type).toBe("string"));
  test("multiValued is false [S-2.2-08]", () => expect(compiled.attribute("x")?.multiValued).toBe(false));
  test("required is false [S-2.2-01]", () => expect(compiled.attribute("x")?.required).toBe(false));
  test("canonicalValues is empty [S-2.2-02]", () => expect(compiled.attribute("x")?.canonicalValues).toEqual([]));
  test("caseExact is false for a string [S-2.2-03]", () => expect(compiled.attribute("x")?.caseExact).toBe(false));
  test("mutability is readWrite [S-2.2-04]", () => expect(compiled.attribute("x")?.mutability).toBe("readWrite"));
  test("returned is default [S-2.2-05]", () => expect(compiled.attribute("x")?.returned).toBe("default"));
  test("returned is never for a writeOnly attribute [S-7-14]", () =>
    expect(compiled.attribute("secret")?.returned).toBe("never"));
  test("uniqueness is none [S-2.2-06]", () => expect(compiled.attribute("x")?.uniqueness).toBe("none"));
  test("scimkit's own keys are off", () => {
    expect(compiled.attribute("x")).toMatchObject({
      collection: false,
      comparison: "plain",
      inverseOf: undefined,
      default: undefined,
    });
  });

  test("references and binaries are case exact whatever the schema says [S-2.3.6-04 S-2.3.7-04]", () => {
    expect(compiled.attribute("photo")?.caseExact).toBe(true);
    expect(compiled.attribute("key")?.caseExact).toBe(true);
  });
});
