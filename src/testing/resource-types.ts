import { EnterpriseUserSchema } from "../schema/core/enterprise-user.ts";
import { Group } from "../schema/core/group.ts";
import { User } from "../schema/core/user.ts";
import { defineResourceType, type ResourceTypeDefinition } from "../schema/resource-type.ts";
import { defineSchema } from "../schema/schema.ts";

/** URN of the extension of `Asset`. */
export const WARRANTY = "urn:scimkit:params:scim:schemas:testing:Warranty";

const TEXT_ELEMENT = { value: {}, type: {}, primary: { type: "boolean" }, display: {} } as const;

/** A resource type with an attribute of every kind: all data types, every kind of uniqueness, references, a collection. */
export const Asset = defineResourceType({
  name: "Asset",
  schema: defineSchema({
    id: "urn:scimkit:params:scim:schemas:testing:Asset",
    name: "Asset",
    attributes: {
      tag: { uniqueness: "server" },
      serial: { uniqueness: "server", caseExact: true },
      login: { uniqueness: "server", scimkit: { comparison: "username" } },
      license: { uniqueness: "global", caseExact: true },
      codes: { multiValued: true, uniqueness: "server" },
      ports: {
        type: "complex",
        multiValued: true,
        subAttributes: { value: { uniqueness: "server" }, floor: { type: "integer" } },
      },
      note: {},
      label: { caseExact: true },
      retired: { type: "boolean" },
      weight: { type: "decimal" },
      amount: { type: "integer" },
      built: { type: "dateTime" },
      picture: { type: "binary" },
      page: { type: "reference", referenceTypes: ["external"] },
      keywords: { multiValued: true, caseExact: true },
      readings: { type: "decimal", multiValued: true },
      checks: { type: "dateTime", multiValued: true },
      spec: {
        type: "complex",
        subAttributes: {
          maker: {},
          model: { uniqueness: "server", caseExact: true },
          weight: { type: "decimal" },
          amount: { type: "integer" },
          tested: { type: "boolean" },
          built: { type: "dateTime" },
          picture: { type: "binary" },
          page: { type: "reference", referenceTypes: ["uri"] },
        },
      },
      contacts: { type: "complex", multiValued: true, subAttributes: TEXT_ELEMENT },
      keeper: {
        type: "complex",
        subAttributes: {
          value: { caseExact: true },
          $ref: { type: "reference", referenceTypes: ["User"] },
          display: {},
        },
      },
      viewers: {
        type: "complex",
        multiValued: true,
        subAttributes: {
          value: { caseExact: true },
          $ref: { type: "reference", referenceTypes: ["User", "Group"] },
          type: {},
        },
      },
      parts: {
        type: "complex",
        multiValued: true,
        scimkit: { collection: true },
        subAttributes: {
          value: { caseExact: true, mutability: "immutable" },
          type: { mutability: "immutable" },
          amount: { type: "integer" },
        },
      },
      pin: { mutability: "writeOnly" },
    },
  }),
}).extend(
  defineSchema({
    id: WARRANTY,
    name: "Warranty",
    attributes: {
      number: { uniqueness: "server" },
      ends: { type: "dateTime" },
      terms: { type: "complex", subAttributes: { text: {}, months: { type: "integer" } } },
      insurers: { type: "complex", multiValued: true, subAttributes: TEXT_ELEMENT },
    },
  }),
);

/** The resource types that the kit asks an adapter to serve where its author names none. */
export const KIT_RESOURCE_TYPES: readonly ResourceTypeDefinition[] = [User.extend(EnterpriseUserSchema), Group, Asset];
