import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EnterpriseUserSchema } from "../../src/schema/core/enterprise-user.ts";
import { Group } from "../../src/schema/core/group.ts";
import { User } from "../../src/schema/core/user.ts";
import { compileResourceType, defineResourceType } from "../../src/schema/resource-type.ts";
import { defineSchema, type SchemaDefinition, SchemaError } from "../../src/schema/schema.ts";

const Thing = defineSchema({ id: "urn:example:Thing", name: "Thing", attributes: { x: {} } });

describe("defineResourceType", () => {
  test.for([
    ["Device", undefined, "/Devices"],
    ["Device", "/Gadgets", "/Gadgets"],
    ["Device", "Gadgets", "/Gadgets"],
    ["Device", "/v1.devices~x", "/v1.devices~x"],
  ] as const)("%s with endpoint %j is served at %s [S-6-03]", ([name, endpoint, expected]) => {
    expect(defineResourceType({ name, ...(endpoint === undefined ? {} : { endpoint }), schema: Thing }).endpoint).toBe(
      expected,
    );
  });

  test.for([
    "/a/b",
    "//a",
    "/a b",
    "/a?b",
    "",
    "/",
    "/..",
    "/.",
    "/.search",
    "/é",
  ])("the endpoint %j is refused [S-6-03]", (endpoint) => {
    expect(() => defineResourceType({ name: "Device", endpoint, schema: Thing })).toThrow(SchemaError);
    expect(() => defineResourceType({ name: "Device", endpoint, schema: Thing })).toThrow(
      "of resource type Device must be one path segment",
    );
  });

  test.for([
    "/Me",
    "/Bulk",
    "/Schemas",
    "/resourceTypes",
    "/ServiceProviderConfig",
  ])("the endpoint %s is the protocol's and refused", (endpoint) => {
    expect(() => defineResourceType({ name: "Device", endpoint, schema: Thing })).toThrow("belongs to the protocol");
  });

  test.for(["", "a b", "1a", "é", "User/1"])("the name %j is refused [S-6-02]", (name) => {
    expect(() => defineResourceType({ name, schema: Thing })).toThrow(
      `The resource type name ${JSON.stringify(name)} is not a name.`,
    );
  });

  test("extend gives a new resource type and leaves the old one alone [S-6-05 S-6-08]", () => {
    const extended = User.extend(EnterpriseUserSchema);
    expect(extended.extensions).toEqual([{ schema: EnterpriseUserSchema, required: false }]);
    expect(User.extensions).toEqual([]);
    expect(extended).toMatchObject({ name: "User", endpoint: "/Users", description: "User Account" });
    expect(extended.extend(Thing, { required: true }).extensions).toEqual([
      { schema: EnterpriseUserSchema, required: false },
      { schema: Thing, required: true },
    ]);
  });

  test("an extension that is there already, in whatever letter case, is refused [S-6-05]", () => {
    const shouted = defineSchema({ ...EnterpriseUserSchema, id: EnterpriseUserSchema.id.toUpperCase() });
    expect(() => User.extend(EnterpriseUserSchema).extend(EnterpriseUserSchema)).toThrow(SchemaError);
    expect(() => User.extend(EnterpriseUserSchema).extend(shouted)).toThrow(
      "Resource type User has the schema urn:ietf",
    );
    expect(() => User.extend(User.schema)).toThrow("twice");
  });
});

describe("compileResourceType", () => {
  test("has the common attributes on every resource type [S-3.1-01 S-3.1-09]", () => {
    const thing = compileResourceType(defineResourceType({ name: "Thing", schema: Thing }));
    expect(thing.common.map((attribute) => attribute.path)).toEqual(["schemas", "id", "externalId", "meta"]);
    expect(thing.attribute("id")).toMatchObject({ mutability: "readOnly", caseExact: true, returned: "always" });
    expect(thing.attributes.map((attribute) => attribute.path)).toEqual(["schemas", "id", "externalId", "meta", "x"]);
  });

  test("the RFC's common attributes win over a schema that declares them, made without defineSchema, which refuses it [S-3.1-03]", () => {
    const own = {
      id: "urn:example:Own",
      name: "Own",
      attributes: { ID: { mutability: "readWrite" }, meta: {}, externalId: { caseExact: false }, x: {} },
    } as const satisfies SchemaDefinition;
    expect(() => defineSchema(own)).toThrow(SchemaError);
    const type = compileResourceType(defineResourceType({ name: "Own", schema: own }));
    expect(type.core.map((attribute) => attribute.name)).toEqual(["x"]);
    expect(type.attribute("id")).toMatchObject({ mutability: "readOnly", caseExact: true, returned: "always" });
    expect(type.attribute("externalId")?.caseExact).toBe(true);
  });

  test("lists unique attributes and sub-attributes, but not id", () => {
    const schema = defineSchema({
      id: "urn:example:Unique",
      name: "Unique",
      attributes: {
        serial: { uniqueness: "global" },
        plates: { type: "complex", subAttributes: { number: { uniqueness: "server" }, state: {} } },
      },
    });
    const extension = defineSchema({
      id: "urn:example:More",
      name: "More",
      attributes: { badge: { uniqueness: "server" } },
    });
    const type = compileResourceType(defineResourceType({ name: "Unique", schema }).extend(extension));
    expect(type.unique.map((path) => path.text)).toEqual(["serial", "plates.number", "urn:example:More:badge"]);
  });

  test("binds the host's comparison key to every attribute", () => {
    const type = compileResourceType(User, (attribute, value) => `${attribute.path}=${value}`);
    expect(type.attribute("userName")?.key("A")).toBe("userName=A");
    expect(type.resolve("emails.value")?.sub?.key("A")).toBe("emails.value=A");
  });
});

describe("resolve", () => {
  const user = compileResourceType(User.extend(EnterpriseUserSchema));
  const enterprise = EnterpriseUserSchema.id;

  test.for([
    ["userName", "userName"],
    ["USERNAME", "userName"],
    ["name.givenName", "name.givenName"],
    ["NAME.GIVENNAME", "name.givenName"],
    ["meta.lastModified", "meta.lastModified"],
    ["groups.$ref", "groups.$ref"],
    ["groups.$REF", "groups.$ref"],
    ["urn:ietf:params:scim:schemas:core:2.0:User:userName", "userName"],
    ["URN:IETF:PARAMS:SCIM:SCHEMAS:CORE:2.0:USER:NAME.familyname", "name.familyName"],
    ["urn:ietf:params:scim:schemas:core:2.0:User:id", "id"],
    [`${enterprise}:employeeNumber`, `${enterprise}:employeeNumber`],
    [`${enterprise.toUpperCase()}:EMPLOYEENUMBER`, `${enterprise}:employeeNumber`],
    [`${enterprise}:manager.value`, `${enterprise}:manager.value`],
    [`${enterprise}:manager.$ref`, `${enterprise}:manager.$ref`],
  ] as const)("%s is %s [S-2.1-01 S-2.1-02 S-2.1-05]", ([text, expected]) => {
    expect(user.resolve(text)?.text).toBe(expected);
  });

  test.for([
    "",
    ".",
    "userName.",
    ".userName",
    "userName.value",
    "name.nick",
    "name.givenName.x",
    "nope",
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:core:2.0:User:",
    "urn:ietf:params:scim:schemas:core:2.0:Group:displayName",
    enterprise,
    `${enterprise}:`,
    `${enterprise}:userName`,
    `${enterprise}.manager`,
    " userName",
  ])("%j is no attribute", (text) => {
    expect(user.resolve(text)).toBeUndefined();
    expect(user.resolve(text, true)).toBeUndefined();
  });

  test.for([
    "__proto__",
    "constructor",
    "toString",
    "constructor.name",
    "name.__proto__",
    "name.constructor",
    `${enterprise}:__proto__`,
    "hasOwnProperty",
  ])("%s is no attribute: names are never looked up on prototypes", (text) => {
    expect(user.resolve(text, true)).toBeUndefined();
    expect(user.attribute(text)).toBeUndefined();
    expect(user.extension(text)).toBeUndefined();
    expect(user.attribute("name")?.sub(text)).toBeUndefined();
  });

  test("an extension attribute without URN is found only leniently [Q28 R-62]", () => {
    expect(user.resolve("employeeNumber")).toBeUndefined();
    expect(user.resolve("employeenumber", true)?.text).toBe(`${enterprise}:employeeNumber`);
    expect(user.resolve("manager.displayName", true)?.text).toBe(`${enterprise}:manager.displayName`);
  });

  test("a lenient look-up that two extensions answer finds nothing [Q28 R-62]", () => {
    const other = defineSchema({ id: "urn:example:Other", name: "Other", attributes: { department: {}, floor: {} } });
    const type = compileResourceType(User.extend(EnterpriseUserSchema).extend(other));
    expect(type.resolve("department", true)).toBeUndefined();
    expect(type.resolve("floor", true)?.text).toBe("urn:example:Other:floor");
    expect(type.resolve("urn:example:Other:department")?.text).toBe("urn:example:Other:department");
  });

  test("an extension attribute named like a core one leaves it in place [S-3.3-02 Q28]", () => {
    const shadow = {
      id: "urn:example:Shadow",
      name: "Shadow",
      attributes: { userName: { type: "integer" }, id: {} },
    } as const satisfies SchemaDefinition;
    const type = compileResourceType(User.extend(shadow));
    expect(type.resolve("userName", true)?.attribute).toMatchObject({ type: "string", extension: undefined });
    expect(type.resolve("urn:example:Shadow:userName")?.attribute).toMatchObject({
      type: "integer",
      extension: "urn:example:Shadow",
    });
    expect(type.resolve("urn:ietf:params:scim:schemas:core:2.0:User:userName")?.attribute.type).toBe("string");
    expect(type.resolve("id")?.attribute.mutability).toBe("readOnly");
    expect(type.resolve("urn:example:Shadow:id")?.attribute.mutability).toBe("readWrite");
  });

  test("the longest URN wins where one begins with another [R-62]", () => {
    const base = defineSchema({
      id: "urn:example:A",
      name: "A",
      attributes: { x: {}, B: { type: "complex", subAttributes: { x: {} } } },
    });
    const longer = defineSchema({ id: "urn:example:A:B", name: "B", attributes: { x: { type: "integer" } } });
    const longest = defineSchema({ id: "urn:example:A:B:C", name: "C", attributes: { x: { type: "boolean" } } });
    for (const type of [
      defineResourceType({ name: "A", schema: base }).extend(longer).extend(longest),
      defineResourceType({ name: "A", schema: base }).extend(longest).extend(longer),
      defineResourceType({ name: "A", schema: longest }).extend(longer).extend(base),
    ]) {
      const { resolve } = compileResourceType(type);
      expect(resolve("urn:example:A:x")?.attribute.type).toBe("string");
      expect(resolve("urn:example:a:b:x")?.attribute.type).toBe("integer");
      expect(resolve("URN:EXAMPLE:A:B:C:X")?.attribute.type).toBe("boolean");
      expect(resolve("urn:example:A:B.x")?.text.endsWith("B.x")).toBe(true);
    }
  });

  test("a URI with dots and any characters is a prefix like another [R-62]", () => {
    const schema = defineSchema({
      id: "https://example.com/schemas/1.0/thing",
      name: "T",
      attributes: { x: { type: "complex", subAttributes: { y: {} } } },
    });
    const type = compileResourceType(User.extend(schema));
    expect(type.resolve("https://example.com/schemas/1.0/thing:x.y")?.text).toBe(
      "https://example.com/schemas/1.0/thing:x.y",
    );
    expect(type.extension("HTTPS://EXAMPLE.COM/schemas/1.0/THING")?.urn).toBe(schema.id);
  });

  test("every attribute resolves by its own path, in any letter case, to itself [S-2.1-01 S-2.1-02]", () => {
    const group = compileResourceType(Group);
    const all = [user, group].flatMap((type) =>
      type.attributes
        .flatMap((attribute) => [attribute, ...attribute.subAttributes])
        .map((attribute) => ({ type, attribute })),
    );
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.infiniteStream(fc.boolean()), ({ type, attribute }, cases) => {
        const text = [...attribute.path]
          .map((character) => (cases.next().value ? character.toUpperCase() : character.toLowerCase()))
          .join("");
        const path = type.resolve(text);
        expect(path?.sub ?? path?.attribute).toBe(attribute);
        expect(path?.text).toBe(attribute.path);
      }),
    );
  });
});

test("resource types that have a schema in common share its attributes, under each key function those of its own", () => {
  const own = (id: string) => defineSchema({ id: `urn:example:${id}`, name: "Own", attributes: { code: {} } });
  const [one, other] = [User.extend(own("one")), User.extend(own("other"))].map((type) => compileResourceType(type));
  expect(one?.core).toBe(other?.core);
  expect(one?.attribute("userName")).toBe(other?.attribute("USERNAME"));
  expect(one?.attribute("id")).toBe(other?.attribute("id"));
  expect(one?.resolve("urn:example:one:code")?.text).toBe("urn:example:one:code");
  expect(one?.resolve("urn:example:other:code")).toBeUndefined();
  const exact = compileResourceType(User, (_attribute, value) => String(value));
  expect(exact.attribute("userName")).not.toBe(one?.attribute("userName"));
  expect([exact, one].map((type) => type?.attribute("userName")?.key("Ada"))).toEqual(["Ada", "ada"]);
});
