import type { SchemaDefinition } from "../schema.ts";

/**
 * The schema of `/Schemas`. It is not made by `defineSchema`, which refuses it: `attributes.subAttributes` is complex within
 * a complex attribute, the one place where RFC 7643 departs from its own §2.3.8, and `id` is every resource's.
 * @see RFC 7643 §7, §8.7.2
 */
export const SchemaSchema = {
  id: "urn:ietf:params:scim:schemas:core:2.0:Schema",
  name: "Schema",
  description: "Specifies the schema that describes a SCIM schema",
  attributes: {
    id: {
      required: true,
      mutability: "readOnly",
      description: "The unique URI of the schema. When applicable, service providers MUST specify the URI.",
    },
    name: {
      required: true,
      mutability: "readOnly",
      description:
        "The schema's human-readable name.  When applicable, service providers MUST specify the name, e.g., 'User'.",
    },
    description: {
      mutability: "readOnly",
      description:
        "The schema's human-readable description.  When applicable, service providers MUST specify the description.",
    },
    attributes: {
      type: "complex",
      multiValued: true,
      required: true,
      mutability: "readOnly",
      description: "A complex attribute that includes the attributes of a schema.",
      subAttributes: {
        name: { required: true, caseExact: true, mutability: "readOnly", description: "The attribute's name." },
        type: {
          required: true,
          canonicalValues: ["string", "complex", "boolean", "decimal", "integer", "dateTime", "reference", "binary"],
          mutability: "readOnly",
          description:
            "The attribute's data type.  Valid values include 'string', 'complex', 'boolean', 'decimal', 'integer', 'dateTime', 'reference', 'binary'.",
        },
        multiValued: {
          type: "boolean",
          required: true,
          mutability: "readOnly",
          description: "A Boolean value indicating an attribute's plurality.",
        },
        description: {
          caseExact: true,
          mutability: "readOnly",
          description: "A human-readable description of the attribute.",
        },
        required: {
          type: "boolean",
          mutability: "readOnly",
          description: "A boolean value indicating whether or not the attribute is required.",
        },
        canonicalValues: {
          multiValued: true,
          caseExact: true,
          mutability: "readOnly",
          description:
            "A collection of canonical values.  When applicable, service providers MUST specify the canonical types, e.g., 'work', 'home'.",
        },
        caseExact: {
          type: "boolean",
          mutability: "readOnly",
          description: "A Boolean value indicating whether or not a string attribute is case sensitive.",
        },
        mutability: {
          canonicalValues: ["readOnly", "readWrite", "immutable", "writeOnly"],
          caseExact: true,
          mutability: "readOnly",
          description: "Indicates whether or not an attribute is modifiable.",
        },
        returned: {
          canonicalValues: ["always", "never", "default", "request"],
          caseExact: true,
          mutability: "readOnly",
          description: "Indicates when an attribute is returned in a response (e.g., to a query).",
        },
        uniqueness: {
          canonicalValues: ["none", "server", "global"],
          caseExact: true,
          mutability: "readOnly",
          description: "Indicates how unique a value must be.",
        },
        referenceTypes: {
          multiValued: true,
          caseExact: true,
          mutability: "readOnly",
          description:
            "Used only with an attribute of type 'reference'.  Specifies a SCIM resourceType that a reference attribute MAY refer to, e.g., 'User'.",
        },
        subAttributes: {
          type: "complex",
          multiValued: true,
          mutability: "readOnly",
          description: "Used to define the sub-attributes of a complex attribute.",
          subAttributes: {
            name: { required: true, caseExact: true, mutability: "readOnly", description: "The attribute's name." },
            type: {
              required: true,
              canonicalValues: ["string", "boolean", "decimal", "integer", "dateTime", "reference", "binary"],
              mutability: "readOnly",
              description:
                "The attribute's data type.  Valid values include 'string', 'boolean', 'decimal', 'integer', 'dateTime', 'reference', 'binary'.",
            },
            multiValued: {
              type: "boolean",
              required: true,
              mutability: "readOnly",
              description: "A Boolean value indicating an attribute's plurality.",
            },
            description: {
              caseExact: true,
              mutability: "readOnly",
              description: "A human-readable description of the attribute.",
            },
            required: {
              type: "boolean",
              mutability: "readOnly",
              description: "A boolean value indicating whether or not the attribute is required.",
            },
            canonicalValues: {
              multiValued: true,
              caseExact: true,
              mutability: "readOnly",
              description:
                "A collection of canonical values.  When applicable, service providers MUST specify the canonical types, e.g., 'work', 'home'.",
            },
            caseExact: {
              type: "boolean",
              mutability: "readOnly",
              description: "A Boolean value indicating whether or not a string attribute is case sensitive.",
            },
            mutability: {
              canonicalValues: ["readOnly", "readWrite", "immutable", "writeOnly"],
              caseExact: true,
              mutability: "readOnly",
              description: "Indicates whether or not an attribute is modifiable.",
            },
            returned: {
              canonicalValues: ["always", "never", "default", "request"],
              caseExact: true,
              mutability: "readOnly",
              description: "Indicates when an attribute is returned in a response (e.g., to a query).",
            },
            uniqueness: {
              canonicalValues: ["none", "server", "global"],
              caseExact: true,
              mutability: "readOnly",
              description: "Indicates how unique a value must be.",
            },
            referenceTypes: {
              multiValued: true,
              caseExact: true,
              mutability: "readOnly",
              description:
                "Used only with an attribute of type 'reference'.  Specifies a SCIM resourceType that a reference attribute MAY refer to, e.g., 'User'.",
            },
          },
        },
      },
    },
  },
} as const satisfies SchemaDefinition;
