import { defineSchema } from "../schema.ts";

const literal = defineSchema({
  id: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
  name: "EnterpriseUser",
  description: "Enterprise User",
  attributes: {
    /** What the organization knows the user by. */
    employeeNumber: {
      description:
        "Numeric or alphanumeric identifier assigned to a person, typically based on order of hire or association with an organization.",
    },
    /** The name of a cost center. */
    costCenter: { description: "Identifies the name of a cost center." },
    /** The name of an organization. */
    organization: { description: "Identifies the name of an organization." },
    /** The name of a division. */
    division: { description: "Identifies the name of a division." },
    /** The name of a department. */
    department: { description: "Identifies the name of a department." },
    /** The user's manager: another user. */
    manager: {
      type: "complex",
      scimkit: { integrity: "optional" },
      description:
        "The User's manager.  A complex type that optionally allows service providers to represent organizational hierarchy by referencing the 'id' attribute of another User.",
      subAttributes: {
        /** The id of the manager. */
        value: {
          caseExact: true,
          description: "The id of the SCIM resource representing the User's manager.  RECOMMENDED.",
        },
        /** The address of the manager. */
        $ref: {
          type: "reference",
          referenceTypes: ["User"],
          description: "The URI of the SCIM resource representing the User's manager.  RECOMMENDED.",
        },
        /** The manager's name: the server's to say. */
        displayName: {
          mutability: "readOnly",
          description: "The displayName of the User's manager. OPTIONAL and READ-ONLY.",
        },
      },
    },
  },
});

type Literal = typeof literal;

/** The type of the schema, by a name of its own, so that editors show the name and not the whole literal. @see RFC 7643 §7 */
export interface EnterpriseUserSchema extends Literal {}

/** The extension `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User`, for `User.extend`. @see RFC 7643 §4.3, §8.7.1 */
export const EnterpriseUserSchema: EnterpriseUserSchema = literal;
