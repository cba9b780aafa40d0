import type { SchemaDefinition } from "../schema.ts";

/** The schema of `/ResourceTypes`; not made by `defineSchema`, which refuses an `id`, as it does that of `/Schemas`. @see RFC 7643 §6, §8.7.2 */
export const ResourceTypeSchema = {
  id: "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
  name: "ResourceType",
  description: "Specifies the schema that describes a SCIM resource type",
  attributes: {
    id: {
      mutability: "readOnly",
      description: "The resource type's server unique id. May be the same as the 'name' attribute.",
    },
    name: {
      required: true,
      caseExact: true,
      mutability: "readOnly",
      uniqueness: "server",
      description: "The resource type name.  When applicable, service providers MUST specify the name, e.g., 'User'.",
    },
    description: {
      mutability: "readOnly",
      description:
        "The resource type's human-readable description.  When applicable, service providers MUST specify the description.",
    },
    endpoint: {
      type: "reference",
      referenceTypes: ["uri"],
      required: true,
      mutability: "readOnly",
      uniqueness: "server",
      description: "The resource type's HTTP-addressable endpoint relative to the Base URL, e.g., '/Users'.",
    },
    schema: {
      type: "reference",
      referenceTypes: ["uri"],
      required: true,
      mutability: "readOnly",
      description: "The resource type's primary/base schema URI.",
    },
    schemaExtensions: {
      type: "complex",
      multiValued: true,
      mutability: "readOnly",
      description: "A list of URIs of the resource type's schema extensions.",
      subAttributes: {
        schema: {
          type: "reference",
          referenceTypes: ["uri"],
          required: true,
          mutability: "readOnly",
          description: "The URI of a schema extension.",
        },
        required: {
          type: "boolean",
          required: true,
          mutability: "readOnly",
          description:
            "A Boolean value that specifies whether or not the schema extension is required for the resource type.  If true, a resource of this type MUST include this schema extension and also include any attributes declared as required in this schema extension. If false, a resource of this type MAY omit this schema extension.",
        },
      },
    },
  },
} as const satisfies SchemaDefinition;
