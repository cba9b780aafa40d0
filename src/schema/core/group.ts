import { defineResourceType } from "../resource-type.ts";
import { defineSchema } from "../schema.ts";

/** The schema `urn:ietf:params:scim:schemas:core:2.0:Group`. @see RFC 7643 §4.2, §8.7.1 */
export const GroupSchema = defineSchema({
  id: "urn:ietf:params:scim:schemas:core:2.0:Group",
  name: "Group",
  description: "Group",
  attributes: {
    displayName: { required: true, description: "A human-readable name for the Group. REQUIRED." },
    members: {
      type: "complex",
      multiValued: true,
      collection: true,
      integrity: "required",
      description: "A list of members of the Group.",
      subAttributes: {
        value: { caseExact: true, mutability: "immutable", description: "Identifier of the member of this Group." },
        $ref: {
          type: "reference",
          referenceTypes: ["User", "Group"],
          mutability: "immutable",
          description: "The URI corresponding to a SCIM resource that is a member of this Group.",
        },
        type: {
          canonicalValues: ["User", "Group"],
          mutability: "immutable",
          description: "A label indicating the type of resource, e.g., 'User' or 'Group'.",
        },
        // What a client says of it is not kept [R-51a].
        display: {
          mutability: "readOnly",
          description: "A human-readable name for the group member, primarily used for display purposes.",
        },
      },
    },
  },
});

/** Groups at `/Groups`, whose members may be more than fit in memory. @see RFC 7643 §4.2, §8.6 */
export const Group = defineResourceType({
  name: "Group",
  endpoint: "/Groups",
  description: "Group",
  schema: GroupSchema,
});
