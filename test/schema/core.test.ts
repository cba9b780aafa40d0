import { describe, expect, test } from "vitest";
import { EnterpriseUserSchema } from "../../src/schema/core/enterprise-user.ts";
import { Group, GroupSchema } from "../../src/schema/core/group.ts";
import { ResourceTypeSchema } from "../../src/schema/core/resource-type.ts";
import { SchemaSchema } from "../../src/schema/core/schema.ts";
import { ServiceProviderConfigSchema } from "../../src/schema/core/service-provider-config.ts";
import { User, UserSchema } from "../../src/schema/core/user.ts";
import { compileResourceType } from "../../src/schema/resource-type.ts";
import type { SchemaDefinition } from "../../src/schema/schema.ts";
import { type AttributeJson, schemaToJson } from "../../src/schema/schema-json.ts";
import { type Characteristics, type SchemaTable, schemaTables } from "../rfc/schema-tables.ts";

/** The table without lists of no canonical values, which the RFC prints and clients take for a choice of none. */
function withoutEmptyLists(table: SchemaTable | undefined) {
  const attributes = table?.attributes.map(({ canonicalValues, ...others }) =>
    canonicalValues === undefined || canonicalValues.length === 0 ? others : { ...others, canonicalValues },
  );
  return { ...table, attributes };
}

describe("the core schemas as /Schemas publishes them", () => {
  test.for<[title: string, schema: SchemaDefinition]>([
    ["User is the RFC's with errata, attribute by attribute [S-8.7.1-01 S-4.1-01]", UserSchema],
    ["Group is the RFC's with errata, displayName required [S-8.7.1-01 S-4.2-01]", GroupSchema],
    ["EnterpriseUser is the RFC's with errata [S-8.7.1-01 S-4.3-01]", EnterpriseUserSchema],
    [
      "ServiceProviderConfig is the RFC's with errata and the attributes of RFC 9865 and RFC 9967 [S-8.7.2-01]",
      ServiceProviderConfigSchema,
    ],
    ["ResourceType is the RFC's with errata, schemaExtensions an array [S-8.7.2-01 S-6-06]", ResourceTypeSchema],
    ["Schema is the RFC's with errata [S-8.7.2-01]", SchemaSchema],
  ])("%s", ([, schema]) => {
    // There is no list of differences: characteristics, their absence, and the order are all the same, but for empty lists.
    const { id, name, description, attributes, ...others } = schemaToJson(schema);
    expect({ id, name, attributes: rows(attributes) }).toEqual(withoutEmptyLists(schemaTables.get(schema.id)));
    expect(others).toEqual({});
    for (const text of [description, ...flatten(attributes).map((attribute) => attribute.description)])
      expect(text).toMatch(/\w{4}/);
  });

  test("state name, type, multiValued and keywords for every attribute, nothing that the type does not have [S-7-04 S-7-05 S-7-06 S-7-26 S-2.3.2-02 S-2.3.8-03]", () => {
    for (const schema of [
      UserSchema,
      GroupSchema,
      EnterpriseUserSchema,
      ServiceProviderConfigSchema,
      ResourceTypeSchema,
      SchemaSchema,
    ]) {
      for (const attribute of flatten(schemaToJson(schema).attributes)) {
        expect(attribute.name).toBeTypeOf("string");
        expect(attribute.multiValued).toBeTypeOf("boolean");
        expect(["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"]).toContain(
          attribute.type,
        );
        expect(["readOnly", "readWrite", "immutable", "writeOnly"]).toContain(attribute.mutability);
        expect(["always", "never", "default", "request"]).toContain(attribute.returned);
        if (attribute.type === "boolean" || attribute.type === "complex") {
          expect(attribute).not.toHaveProperty("caseExact");
          expect(attribute).not.toHaveProperty("uniqueness");
        }
        expect(attribute.subAttributes !== undefined).toBe(attribute.type === "complex");
        expect(attribute.referenceTypes !== undefined).toBe(attribute.type === "reference");
      }
    }
  });

  test("do not publish scimkit's own keys", () => {
    const own = ["collection", "comparison", "format", "inverseOf", "lifecycle", "default"];
    for (const attribute of [
      ...flatten(schemaToJson(UserSchema).attributes),
      ...flatten(schemaToJson(GroupSchema).attributes),
    ]) {
      expect(Object.keys(attribute).filter((key) => own.includes(key))).toEqual([]);
    }
  });
});

describe("the core resource types", () => {
  const user = compileResourceType(User.extend(EnterpriseUserSchema));
  const group = compileResourceType(Group);

  test("User is at /Users, Group at /Groups, under their URNs [S-4.1-01 S-6-02 S-6-03 S-6-09]", () => {
    expect(User).toMatchObject({ name: "User", endpoint: "/Users", description: "User Account", extensions: [] });
    expect(Group).toMatchObject({ name: "Group", endpoint: "/Groups", description: "Group", extensions: [] });
    expect([user.urn, group.urn]).toEqual([
      "urn:ietf:params:scim:schemas:core:2.0:User",
      "urn:ietf:params:scim:schemas:core:2.0:Group",
    ]);
  });

  test("userName is required, unique and compared by PRECIS without regard to case [S-4.1.1-01 S-4.1.1-02 S-4.1.1-03 P-5-01]", () => {
    expect(user.attribute("userName")).toMatchObject({
      required: true,
      uniqueness: "server",
      caseExact: false,
      comparison: "username",
    });
    expect(user.unique.map((path) => path.text)).toEqual(["userName"]);
  });

  test("password is written only and never returned [S-7-14 S-7-16]", () => {
    expect(user.attribute("password")).toMatchObject({ mutability: "writeOnly", returned: "never" });
  });

  test("members is a collection of Users and Groups whose sub-attributes are immutable, and display the server's [R-51a S-4.2-02 S-4.2-03 S-4.2-04 S-4.2-07]", () => {
    const members = group.attribute("members");
    expect(members).toMatchObject({ collection: true, multiValued: true, mutability: "readWrite" });
    expect(members?.subAttributes.map((sub) => [sub.name, sub.mutability])).toEqual([
      ["value", "immutable"],
      ["$ref", "immutable"],
      ["type", "immutable"],
      ["display", "readOnly"],
    ]);
    expect(group.references).toEqual([{ name: "Group.members", attribute: members, resourceTypes: ["User", "Group"] }]);
  });

  test("groups is read-only and computed from the members of Groups [S-2.4-02]", () => {
    expect(user.attribute("groups")).toMatchObject({
      mutability: "readOnly",
      inverseOf: { resourceType: "Group", attribute: "members" },
    });
    expect(user.inverses.map((attribute) => attribute.path)).toEqual(["groups"]);
    expect(group.inverses).toEqual([]);
  });

  test("manager names a User by an id that is case exact; its displayName is read-only [S-4.3-02 S-4.3-03]", () => {
    const manager = user.resolve(`${EnterpriseUserSchema.id}:manager`)?.attribute;
    expect(manager?.sub("value")).toMatchObject({ caseExact: true, mutability: "readWrite", required: false });
    expect(manager?.sub("displayName")).toMatchObject({ mutability: "readOnly" });
    expect(user.references).toEqual([
      { name: `User.${EnterpriseUserSchema.id}:manager`, attribute: manager, resourceTypes: ["User"] },
    ]);
  });

  test("every reference and binary is case exact [S-2.3.6-04 S-2.3.7-04]", () => {
    for (const attribute of [...user.attributes, ...group.attributes].flatMap((parent) => [
      parent,
      ...parent.subAttributes,
    ])) {
      if (attribute.type === "reference" || attribute.type === "binary")
        expect(attribute.caseExact, attribute.path).toBe(true);
    }
  });
});

function flatten(attributes: readonly AttributeJson[]): AttributeJson[] {
  return attributes.flatMap((attribute) => [attribute, ...flatten(attribute.subAttributes ?? [])]);
}

/** Attributes as the rows of a table say them. */
function rows(attributes: readonly AttributeJson[], parent = ""): Characteristics[] {
  return attributes.flatMap(({ description: _, subAttributes = [], ...attribute }) => {
    const name = `${parent}${attribute.name}`;
    return [{ ...attribute, name }, ...rows(subAttributes, `${name}.`)];
  });
}
