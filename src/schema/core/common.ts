import type { AttributeLiteral } from "../attribute.ts";

/** The attributes that every resource has, whatever its schema says. @see RFC 7643 §3, §3.1 */
export const CommonAttributes = {
  schemas: { type: "reference", referenceTypes: ["uri"], multiValued: true, required: true, returned: "always" },
  id: { required: true, caseExact: true, mutability: "readOnly", returned: "always", uniqueness: "server" },
  externalId: { caseExact: true },
  meta: {
    type: "complex",
    mutability: "readOnly",
    subAttributes: {
      resourceType: { caseExact: true, mutability: "readOnly" },
      created: { type: "dateTime", mutability: "readOnly" },
      lastModified: { type: "dateTime", mutability: "readOnly" },
      location: { type: "reference", referenceTypes: ["uri"], mutability: "readOnly" },
      version: { caseExact: true, mutability: "readOnly" },
    },
  },
} as const satisfies Record<string, AttributeLiteral>;
