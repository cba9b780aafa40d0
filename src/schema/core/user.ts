import { defineResourceType } from "../resource-type.ts";
import { defineSchema } from "../schema.ts";
import { PASSWORD } from "./password.ts";

/** The schema `urn:ietf:params:scim:schemas:core:2.0:User`. @see RFC 7643 §4.1, §8.7.1 */
export const UserSchema = defineSchema({
  id: "urn:ietf:params:scim:schemas:core:2.0:User",
  name: "User",
  description: "User Account",
  attributes: {
    userName: {
      required: true,
      uniqueness: "server",
      comparison: "username",
      description:
        "Unique identifier for the User, typically used by the user to directly authenticate to the service provider. Each User MUST include a non-empty userName value.  This identifier MUST be unique across the service provider's entire set of Users. REQUIRED.",
    },
    name: {
      type: "complex",
      description:
        "The components of the user's real name. Providers MAY return just the full name as a single string in the formatted sub-attribute, or they MAY return just the individual component attributes using the other sub-attributes, or they MAY return both.  If both variants are returned, they SHOULD be describing the same name, with the formatted name indicating how the component attributes should be combined.",
      subAttributes: {
        formatted: {
          description:
            "The full name, including all middle names, titles, and suffixes as appropriate, formatted for display (e.g., 'Ms. Barbara J Jensen, III').",
        },
        familyName: {
          description:
            "The family name of the User, or last name in most Western languages (e.g., 'Jensen' given the full name 'Ms. Barbara J Jensen, III').",
        },
        givenName: {
          description:
            "The given name of the User, or first name in most Western languages (e.g., 'Barbara' given the full name 'Ms. Barbara J Jensen, III').",
        },
        middleName: {
          description: "The middle name(s) of the User (e.g., 'Jane' given the full name 'Ms. Barbara J Jensen, III').",
        },
        honorificPrefix: {
          description:
            "The honorific prefix(es) of the User, or title in most Western languages (e.g., 'Ms.' given the full name 'Ms. Barbara J Jensen, III').",
        },
        honorificSuffix: {
          description:
            "The honorific suffix(es) of the User, or suffix in most Western languages (e.g., 'III' given the full name 'Ms. Barbara J Jensen, III').",
        },
      },
    },
    displayName: {
      description:
        "The name of the User, suitable for display to end-users.  The name SHOULD be the full name of the User being described, if known.",
    },
    nickName: {
      description:
        "The casual way to address the user in real life, e.g., 'Bob' or 'Bobby' instead of 'Robert'.  This attribute SHOULD NOT be used to represent a User's username (e.g., 'bjensen' or 'mpepperidge').",
    },
    profileUrl: {
      type: "reference",
      referenceTypes: ["external"],
      description: "A fully qualified URL pointing to a page representing the User's online profile.",
    },
    title: { description: 'The user\'s title, such as "Vice President."' },
    userType: {
      description:
        "Used to identify the relationship between the organization and the user.  Typical values used might be 'Contractor', 'Employee', 'Intern', 'Temp', 'External', and 'Unknown', but any value may be used.",
    },
    preferredLanguage: {
      format: "acceptLanguage",
      description:
        "Indicates the User's preferred written or spoken language.  Generally used for selecting a localized user interface; e.g., 'en-US' specifies the language English and country US.",
    },
    locale: {
      format: "languageTag",
      description:
        "Used to indicate the User's default location for purposes of localizing items such as currency, date time format, or numerical representations.",
    },
    timezone: {
      format: "timeZone",
      description: "The User's time zone in the 'Olson' time zone database format, e.g., 'America/Los_Angeles'.",
    },
    active: {
      type: "boolean",
      lifecycle: true,
      default: true,
      description: "A Boolean value indicating the User's administrative status.",
    },
    [PASSWORD]: {
      mutability: "writeOnly",
      description:
        "The User's cleartext password.  This attribute is intended to be used as a means to specify an initial password when creating a new User or to reset an existing User's password.",
    },
    emails: {
      type: "complex",
      multiValued: true,
      description:
        "Email addresses for the user.  The value SHOULD be canonicalized by the service provider, e.g., 'bjensen@example.com' instead of 'bjensen@EXAMPLE.COM'. Canonical type values of 'work', 'home', and 'other'.",
      subAttributes: {
        value: {
          description:
            "Email addresses for the user.  The value SHOULD be canonicalized by the service provider, e.g., 'bjensen@example.com' instead of 'bjensen@EXAMPLE.COM'. Canonical type values of 'work', 'home', and 'other'.",
        },
        display: { description: "A human-readable name, primarily used for display purposes." },
        type: {
          canonicalValues: ["work", "home", "other"],
          description: "A label indicating the attribute's function, e.g., 'work' or 'home'.",
        },
        primary: {
          type: "boolean",
          description:
            "A Boolean value indicating the 'primary' or preferred attribute value for this attribute, e.g., the preferred mailing address or primary email address.  The primary attribute value 'true' MUST appear no more than once.",
        },
      },
    },
    phoneNumbers: {
      type: "complex",
      multiValued: true,
      description:
        "Phone numbers for the User.  The value SHOULD be canonicalized by the service provider according to the format specified in RFC 3966, e.g., 'tel:+1-201-555-0123'. Canonical type values of 'work', 'home', 'mobile', 'fax', 'pager', and 'other'.",
      subAttributes: {
        value: { description: "Phone number of the User." },
        display: { description: "A human-readable name, primarily used for display purposes." },
        type: {
          canonicalValues: ["work", "home", "mobile", "fax", "pager", "other"],
          description: "A label indicating the attribute's function, e.g., 'work', 'home', 'mobile'.",
        },
        primary: {
          type: "boolean",
          description:
            "A Boolean value indicating the 'primary' or preferred attribute value for this attribute, e.g., the preferred phone number or primary phone number.  The primary attribute value 'true' MUST appear no more than once.",
        },
      },
    },
    ims: {
      type: "complex",
      multiValued: true,
      description: "Instant messaging addresses for the User.",
      subAttributes: {
        value: { description: "Instant messaging address for the User." },
        display: { description: "A human-readable name, primarily used for display purposes." },
        type: {
          canonicalValues: ["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"],
          description: "A label indicating the attribute's function, e.g., 'aim', 'gtalk', 'xmpp'.",
        },
        primary: {
          type: "boolean",
          description:
            "A Boolean value indicating the 'primary' or preferred attribute value for this attribute, e.g., the preferred messenger or primary messenger.  The primary attribute value 'true' MUST appear no more than once.",
        },
      },
    },
    photos: {
      type: "complex",
      multiValued: true,
      description: "URLs of photos of the User.",
      subAttributes: {
        value: { type: "reference", referenceTypes: ["external"], description: "URL of a photo of the User." },
        display: { description: "A human-readable name, primarily used for display purposes." },
        type: {
          canonicalValues: ["photo", "thumbnail"],
          description: "A label indicating the attribute's function, i.e., 'photo' or 'thumbnail'.",
        },
        primary: {
          type: "boolean",
          description:
            "A Boolean value indicating the 'primary' or preferred attribute value for this attribute, e.g., the preferred photo or thumbnail.  The primary attribute value 'true' MUST appear no more than once.",
        },
      },
    },
    addresses: {
      type: "complex",
      multiValued: true,
      description:
        "A physical mailing address for this User. Canonical type values of 'work', 'home', and 'other'.  This attribute is a complex type with the following sub-attributes.",
      subAttributes: {
        formatted: {
          description:
            "The full mailing address, formatted for display or use with a mailing label.  This attribute MAY contain newlines.",
        },
        streetAddress: {
          description:
            "The full street address component, which may include house number, street name, P.O. box, and multi-line extended street address information.  This attribute MAY contain newlines.",
        },
        locality: { description: "The city or locality component." },
        region: { description: "The state or region component." },
        postalCode: { description: "The zip code or postal code component." },
        country: { format: "country", description: "The country name component." },
        type: {
          canonicalValues: ["work", "home", "other"],
          description: "A label indicating the attribute's function, e.g., 'work' or 'home'.",
        },
        primary: {
          type: "boolean",
          description:
            "A Boolean value indicating the 'primary' or preferred attribute value for this attribute.  The primary attribute value 'true' MUST appear no more than once.",
        },
      },
    },
    groups: {
      type: "complex",
      multiValued: true,
      mutability: "readOnly",
      inverseOf: { resourceType: "Group", attribute: "members" },
      description:
        "A list of groups to which the user belongs, either through direct membership, through nested groups, or dynamically calculated.",
      subAttributes: {
        value: { caseExact: true, mutability: "readOnly", description: "The identifier of the User's group." },
        $ref: {
          type: "reference",
          referenceTypes: ["Group"],
          mutability: "readOnly",
          description: "The URI of the corresponding 'Group' resource to which the user belongs.",
        },
        display: {
          mutability: "readOnly",
          description: "A human-readable name, primarily used for display purposes.  READ-ONLY.",
        },
        type: {
          canonicalValues: ["direct", "indirect"],
          mutability: "readOnly",
          description: "A label indicating the attribute's function, e.g., 'direct' or 'indirect'.",
        },
      },
    },
    entitlements: {
      type: "complex",
      multiValued: true,
      description: "A list of entitlements for the User that represent a thing the User has.",
      subAttributes: {
        value: { description: "The value of an entitlement." },
        display: { description: "A human-readable name, primarily used for display purposes." },
        type: { description: "A label indicating the attribute's function." },
        primary: {
          type: "boolean",
          description:
            "A Boolean value indicating the 'primary' or preferred attribute value for this attribute.  The primary attribute value 'true' MUST appear no more than once.",
        },
      },
    },
    roles: {
      type: "complex",
      multiValued: true,
      description:
        "A list of roles for the User that collectively represent who the User is, e.g., 'Student', 'Faculty'.",
      subAttributes: {
        value: { description: "The value of a role." },
        display: { description: "A human-readable name, primarily used for display purposes." },
        type: { description: "A label indicating the attribute's function." },
        primary: {
          type: "boolean",
          description:
            "A Boolean value indicating the 'primary' or preferred attribute value for this attribute.  The primary attribute value 'true' MUST appear no more than once.",
        },
      },
    },
    x509Certificates: {
      type: "complex",
      multiValued: true,
      description: "A list of certificates issued to the User.",
      subAttributes: {
        value: { type: "binary", format: "certificate", description: "The value of an X.509 certificate." },
        display: { description: "A human-readable name, primarily used for display purposes." },
        type: { description: "A label indicating the attribute's function." },
        primary: {
          type: "boolean",
          description:
            "A Boolean value indicating the 'primary' or preferred attribute value for this attribute.  The primary attribute value 'true' MUST appear no more than once.",
        },
      },
    },
  },
});

/**
 * Users at `/Users`, without extensions.
 * @example
 * ```ts
 * import { EnterpriseUser, User } from "scimkit";
 * const Employee = User.extend(EnterpriseUser);
 * ```
 * @see RFC 7643 §4.1, §8.6
 */
export const User = defineResourceType({
  name: "User",
  endpoint: "/Users",
  description: "User Account",
  schema: UserSchema,
});
