import { defineResourceType } from "../resource-type.ts";
import { defineSchema } from "../schema.ts";

const literal = defineSchema({
  id: "urn:ietf:params:scim:schemas:core:2.0:Group",
  name: "Group",
  description: "Group",
  attributes: {
    /** The name of the group, for people. */
    displayName: { required: true, description: "A human-readable name for the Group. REQUIRED." },
    /** Users and groups that belong to it: changed by deltas, and more than fit into memory. */
    members: {
      type: "complex",
      multiValued: true,
      scimkit: { collection: true, integrity: "required" },
      description: "A list of members of the Group.",
      subAttributes: {
        /** The id of the member. */
        value: { caseExact: true, mutability: "immutable", description: "Identifier of the member of this Group." },
        /** The address of the member. */
        $ref: {
          type: "reference",
          referenceTypes: ["User", "Group"],
          mutability: "immutable",
          description: "The URI corresponding to a SCIM resource that is a member of this Group.",
        },
        /** `User` or `Group`. */
        type: {
          canonicalValues: ["User", "Group"],
          mutability: "immutable",
          description: "A label indicating the type of resource, e.g., 'User' or 'Group'.",
        },
        /** For people to read. What a client says of it is not kept [R-51a]. */
        display: {
          mutability: "readOnly",
          description: "A human-readable name for the group member, primarily used for display purposes.",
        },
      },
    },
  },
});

type Literal = typeof literal;

/** The type of the schema, by a name of its own, so that editors show the name and not the whole literal. @see RFC 7643 §7 */
export interface GroupSchema extends Literal {}

/** The schema `urn:ietf:params:scim:schemas:core:2.0:Group`. @see RFC 7643 §4.2, §8.7.1 */
export const GroupSchema: GroupSchema = literal;

/** Groups at `/Groups`, whose members may be more than fit in memory. @see RFC 7643 §4.2, §8.6 */
export const Group = defineResourceType({
  name: "Group",
  endpoint: "/Groups",
  description: "Group",
  schema: GroupSchema,
});
