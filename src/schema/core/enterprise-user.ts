import { defineSchema } from "../schema.ts";

/** The extension `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User`, for `User.extend`. @see RFC 7643 §4.3, §8.7.1 */
export const EnterpriseUser = defineSchema({
  id: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
  name: "EnterpriseUser",
  description: "Enterprise User",
  attributes: {
    employeeNumber: {
      description:
        "Numeric or alphanumeric identifier assigned to a person, typically based on order of hire or association with an organization.",
    },
    costCenter: { description: "Identifies the name of a cost center." },
    organization: { description: "Identifies the name of an organization." },
    division: { description: "Identifies the name of a division." },
    department: { description: "Identifies the name of a department." },
    manager: {
      type: "complex",
      integrity: "optional",
      description:
        "The User's manager.  A complex type that optionally allows service providers to represent organizational hierarchy by referencing the 'id' attribute of another User.",
      subAttributes: {
        value: {
          caseExact: true,
          description: "The id of the SCIM resource representing the User's manager.  RECOMMENDED.",
        },
        $ref: {
          type: "reference",
          referenceTypes: ["User"],
          description: "The URI of the SCIM resource representing the User's manager.  RECOMMENDED.",
        },
        displayName: {
          mutability: "readOnly",
          description: "The displayName of the User's manager. OPTIONAL and READ-ONLY.",
        },
      },
    },
  },
});
