import { defineSchema } from "scimkit";

/** An extension of users with an attribute of each type and each characteristic that the schemas of the RFC leave out. */
export const Badge = defineSchema({
  id: "urn:example:params:scim:schemas:extension:badge:2.0:User",
  name: "Badge",
  attributes: {
    serial: { uniqueness: "server" },
    floor: { type: "integer" },
    hours: { type: "decimal" },
    validUntil: { type: "dateTime" },
    chip: { type: "binary" },
    isVisitor: { type: "boolean" },
    doors: { multiValued: true },
    issuer: { mutability: "immutable" },
    hint: { returned: "request" },
    color: { returned: "always" },
    pin: { returned: "never" },
  },
});
