import { defineSchema } from "../schema.ts";

/**
 * The schema of `/ServiceProviderConfig`, with `pagination` and `securityEvents` of the later RFCs.
 * @see RFC 7643 §5, §8.7.2; RFC 9865 §4; RFC 9967 §4
 */
export const ServiceProviderConfigSchema = defineSchema({
  id: "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
  name: "Service Provider Configuration",
  description: "Schema for representing the service provider's configuration",
  attributes: {
    documentationUri: {
      type: "reference",
      referenceTypes: ["external"],
      mutability: "readOnly",
      description: "An HTTP-addressable URL pointing to the service provider's human-consumable help documentation.",
    },
    patch: {
      type: "complex",
      required: true,
      mutability: "readOnly",
      description: "A complex type that specifies PATCH configuration options.",
      subAttributes: {
        supported: {
          type: "boolean",
          required: true,
          mutability: "readOnly",
          description: "A Boolean value specifying whether or not the operation is supported.",
        },
      },
    },
    bulk: {
      type: "complex",
      required: true,
      mutability: "readOnly",
      description: "A complex type that specifies bulk configuration options.",
      subAttributes: {
        supported: {
          type: "boolean",
          required: true,
          mutability: "readOnly",
          description: "A Boolean value specifying whether or not the operation is supported.",
        },
        maxOperations: {
          type: "integer",
          required: true,
          mutability: "readOnly",
          description: "An integer value specifying the maximum number of operations.",
        },
        maxPayloadSize: {
          type: "integer",
          required: true,
          mutability: "readOnly",
          description: "An integer value specifying the maximum payload size in bytes.",
        },
      },
    },
    filter: {
      type: "complex",
      required: true,
      mutability: "readOnly",
      description: "A complex type that specifies FILTER options.",
      subAttributes: {
        supported: {
          type: "boolean",
          required: true,
          mutability: "readOnly",
          description: "A Boolean value specifying whether or not the operation is supported.",
        },
        maxResults: {
          type: "integer",
          required: true,
          mutability: "readOnly",
          description: "An integer value specifying the maximum number of resources returned in a response.",
        },
      },
    },
    changePassword: {
      type: "complex",
      required: true,
      mutability: "readOnly",
      description: "A complex type that specifies configuration options related to changing a password.",
      subAttributes: {
        supported: {
          type: "boolean",
          required: true,
          mutability: "readOnly",
          description: "A Boolean value specifying whether or not the operation is supported.",
        },
      },
    },
    sort: {
      type: "complex",
      required: true,
      mutability: "readOnly",
      description: "A complex type that specifies sort result options.",
      subAttributes: {
        supported: {
          type: "boolean",
          required: true,
          mutability: "readOnly",
          description: "A Boolean value specifying whether or not the operation is supported.",
        },
      },
    },
    etag: {
      type: "complex",
      required: true,
      mutability: "readOnly",
      description: "A complex type that specifies ETag configuration options.",
      subAttributes: {
        supported: {
          type: "boolean",
          required: true,
          mutability: "readOnly",
          description: "A Boolean value specifying whether or not the operation is supported.",
        },
      },
    },
    authenticationSchemes: {
      type: "complex",
      multiValued: true,
      required: true,
      mutability: "readOnly",
      description: "A complex type that specifies supported authentication scheme properties.",
      subAttributes: {
        type: {
          required: true,
          canonicalValues: ["oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest"],
          mutability: "readOnly",
          description:
            "The authentication scheme.  This specification defines the values 'oauth', 'oauth2', 'oauthbearertoken', 'httpbasic', and 'httpdigest'.",
        },
        name: {
          required: true,
          mutability: "readOnly",
          description: "The common authentication scheme name, e.g., HTTP Basic.",
        },
        description: {
          required: true,
          mutability: "readOnly",
          description: "A description of the authentication scheme.",
        },
        specUri: {
          type: "reference",
          referenceTypes: ["external"],
          mutability: "readOnly",
          description: "An HTTP-addressable URL pointing to the authentication scheme's specification.",
        },
        documentationUri: {
          type: "reference",
          referenceTypes: ["external"],
          mutability: "readOnly",
          description: "An HTTP-addressable URL pointing to the authentication scheme's usage documentation.",
        },
        primary: {
          type: "boolean",
          mutability: "readOnly",
          description:
            "A Boolean value indicating the 'primary' or preferred attribute value for this attribute.  The primary attribute value 'true' MUST appear no more than once.",
        },
      },
    },
    pagination: {
      type: "complex",
      mutability: "readOnly",
      description: "A complex type that indicates pagination configuration options.",
      subAttributes: {
        cursor: {
          type: "boolean",
          required: true,
          mutability: "readOnly",
          description: "A Boolean value specifying support of cursor-based pagination.",
        },
        index: {
          type: "boolean",
          required: true,
          mutability: "readOnly",
          description: "A Boolean value specifying support of index-based pagination.",
        },
        defaultPaginationMethod: {
          canonicalValues: ["cursor", "index"],
          mutability: "readOnly",
          description:
            "The type of pagination that the service provider defaults to when the client has not specified one.",
        },
        defaultPageSize: {
          type: "integer",
          mutability: "readOnly",
          description: "Default number of results returned in a page when a count is not specified.",
        },
        maxPageSize: {
          type: "integer",
          mutability: "readOnly",
          description: "Maximum number of results returned in a page.",
        },
        cursorTimeout: {
          type: "integer",
          mutability: "readOnly",
          description: "Minimum number of seconds that a cursor is valid between page requests.",
        },
      },
    },
    securityEvents: {
      type: "complex",
      mutability: "readOnly",
      description: "Available capabilities related to asynchronous Security Events.",
      subAttributes: {
        asyncRequest: {
          canonicalValues: ["none", "long", "request"],
          mutability: "readOnly",
          description: "Whether asynchronous SCIM requests are supported.",
        },
        eventUris: {
          multiValued: true,
          mutability: "readOnly",
          description: "The SET Event URIs that the server is capable of generating and delivering.",
        },
      },
    },
  },
});
