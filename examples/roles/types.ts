// What identity providers read to let an administrator choose from the roles and entitlements that an application has: Okta by URNs of
// its own, others by those of draft-ietf-scim-roles-entitlements. They are schemas as any other; scimkit knows neither.
import { defineResourceType, defineSchema } from "scimkit";

/** Clients may look at these, and at nothing else. */
const operations = ["read", "query"] as const;

const assignable = {
  displayName: { required: true, description: "What administrators choose." },
  description: { description: "What it lets its holder do." },
} as const;

export const Role = defineResourceType({
  name: "Role",
  endpoint: "/Roles",
  description: "A role that users may be given",
  operations,
  schema: defineSchema({ id: "urn:okta:scim:schemas:core:1.0:Role", name: "Role", attributes: assignable }),
});

export const Entitlement = defineResourceType({
  name: "Entitlement",
  endpoint: "/Entitlements",
  description: "Something that users may be entitled to",
  operations,
  schema: defineSchema({
    id: "urn:okta:scim:schemas:core:1.0:Entitlement",
    name: "Entitlement",
    attributes: { ...assignable, type: { required: true, description: "Which kind of entitlement it is." } },
  }),
});

/** Each membership of a group as a resource, for clients that want to page through those of a very large group, or of one user. */
export const GroupMembership = defineResourceType({
  name: "GroupMembership",
  endpoint: "/GroupMemberships",
  description: "That somebody belongs to a group",
  operations,
  schema: defineSchema({
    id: "urn:example:params:scim:schemas:GroupMembership",
    name: "GroupMembership",
    attributes: { group: reference(["Group"]), member: reference(["User", "Group"]) },
  }),
});

function reference(referenceTypes: readonly string[]) {
  return {
    type: "complex",
    subAttributes: { value: { caseExact: true }, $ref: { type: "reference", referenceTypes } },
  } as const;
}
