import { defineResourceType, defineSchema } from "../../src/index.ts";

export const THING = "urn:example:params:scim:schemas:Thing";
export const EXTRAS = "urn:example:params:scim:schemas:extension:Extras";

/** A resource type with an attribute for every characteristic that User and Group do not have. */
export const Thing = defineResourceType({
  name: "Thing",
  schema: defineSchema({
    id: THING,
    name: "Thing",
    attributes: {
      name: { required: true },
      exact: { caseExact: true },
      decimal: { type: "decimal" },
      integer: { type: "integer" },
      when: { type: "dateTime" },
      flag: { type: "boolean" },
      blob: { type: "binary" },
      link: { type: "reference", referenceTypes: ["external"] },
      fixed: { mutability: "immutable" },
      computed: { mutability: "readOnly", required: true },
      secret: { mutability: "writeOnly" },
      always: { returned: "always" },
      asked: { returned: "request" },
      never: { returned: "never" },
      serial: { uniqueness: "server" },
      planet: { uniqueness: "global" },
      label: { scimkit: { default: "unnamed" } },
      tags: { multiValued: true },
      color: { canonicalValues: ["red", "green"] },
      box: {
        type: "complex",
        subAttributes: {
          width: { type: "integer", required: true },
          height: { type: "integer" },
          mark: { returned: "always" },
          note: { returned: "request" },
          seal: { mutability: "immutable" },
          stamp: { mutability: "readOnly" },
        },
      },
      parts: {
        type: "complex",
        multiValued: true,
        subAttributes: {
          value: {},
          type: {},
          primary: { type: "boolean" },
          batch: { mutability: "immutable" },
        },
      },
    },
  }),
});

/** The same with an extension that every resource must carry. */
export const ThingWithExtras = Thing.extend(
  defineSchema({
    id: EXTRAS,
    name: "Extras",
    attributes: { code: { required: true }, hint: {} },
  }),
  { required: true },
);
