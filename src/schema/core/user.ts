import { defineResourceType } from "../resource-type.ts";
import { defineSchema } from "../schema.ts";
import { PASSWORD } from "./password.ts";

const literal = defineSchema({
  id: "urn:ietf:params:scim:schemas:core:2.0:User",
  name: "User",
  description: "User Account",
  attributes: {
    /** The name that the user logs in with; unique in the tenant, in any letter case. */
    userName: {
      required: true,
      uniqueness: "server",
      scimkit: { comparison: "username" },
      description:
        "Unique identifier for the User, typically used by the user to directly authenticate to the service provider. Each User MUST include a non-empty userName value.  This identifier MUST be unique across the service provider's entire set of Users. REQUIRED.",
    },
    /** The parts of the user's real name. */
    name: {
      type: "complex",
      description:
        "The components of the user's real name. Providers MAY return just the full name as a single string in the formatted sub-attribute, or they MAY return just the individual component attributes using the other sub-attributes, or they MAY return both.  If both variants are returned, they SHOULD be describing the same name, with the formatted name indicating how the component attributes should be combined.",
      subAttributes: {
        /** The whole of it as one text, for display. */
        formatted: {
          description:
            "The full name, including all middle names, titles, and suffixes as appropriate, formatted for display (e.g., 'Ms. Barbara J Jensen, III').",
        },
        /** Last name in most Western languages. */
        familyName: {
          description:
            "The family name of the User, or last name in most Western languages (e.g., 'Jensen' given the full name 'Ms. Barbara J Jensen, III').",
        },
        /** First name in most Western languages. */
        givenName: {
          description:
            "The given name of the User, or first name in most Western languages (e.g., 'Barbara' given the full name 'Ms. Barbara J Jensen, III').",
        },
        /** Middle names. */
        middleName: {
          description: "The middle name(s) of the User (e.g., 'Jane' given the full name 'Ms. Barbara J Jensen, III').",
        },
        /** Such as `Ms.` */
        honorificPrefix: {
          description:
            "The honorific prefix(es) of the User, or title in most Western languages (e.g., 'Ms.' given the full name 'Ms. Barbara J Jensen, III').",
        },
        /** Such as `III`. */
        honorificSuffix: {
          description:
            "The honorific suffix(es) of the User, or suffix in most Western languages (e.g., 'III' given the full name 'Ms. Barbara J Jensen, III').",
        },
      },
    },
    /** The name to show to others. */
    displayName: {
      description:
        "The name of the User, suitable for display to end-users.  The name SHOULD be the full name of the User being described, if known.",
    },
    /** What the user is called in everyday life: `Bob`, not a login. */
    nickName: {
      description:
        "The casual way to address the user in real life, e.g., 'Bob' or 'Bobby' instead of 'Robert'.  This attribute SHOULD NOT be used to represent a User's username (e.g., 'bjensen' or 'mpepperidge').",
    },
    /** The address of a page about the user. */
    profileUrl: {
      type: "reference",
      referenceTypes: ["external"],
      description: "A fully qualified URL pointing to a page representing the User's online profile.",
    },
    /** Such as `Vice President`. */
    title: { description: 'The user\'s title, such as "Vice President."' },
    /** What the user is to the organization, such as `Employee` or `Contractor`. */
    userType: {
      description:
        "Used to identify the relationship between the organization and the user.  Typical values used might be 'Contractor', 'Employee', 'Intern', 'Temp', 'External', and 'Unknown', but any value may be used.",
    },
    /** As in an Accept-Language header, such as `en-US`. */
    preferredLanguage: {
      scimkit: { format: "acceptLanguage" },
      description:
        "Indicates the User's preferred written or spoken language.  Generally used for selecting a localized user interface; e.g., 'en-US' specifies the language English and country US.",
    },
    /** For currencies, dates and numbers, such as `en-US`. */
    locale: {
      scimkit: { format: "languageTag" },
      description:
        "Used to indicate the User's default location for purposes of localizing items such as currency, date time format, or numerical representations.",
    },
    /** By its name in the IANA database, such as `America/Los_Angeles`. */
    timezone: {
      scimkit: { format: "timeZone" },
      description: "The User's time zone in the 'Olson' time zone database format, e.g., 'America/Los_Angeles'.",
    },
    /** Whether the user may log in. Events tell when it turns. */
    active: {
      type: "boolean",
      scimkit: { lifecycle: true, default: true },
      description: "A Boolean value indicating the User's administrative status.",
    },
    /** Written by clients, and shown to nobody. */
    [PASSWORD]: {
      mutability: "writeOnly",
      description:
        "The User's cleartext password.  This attribute is intended to be used as a means to specify an initial password when creating a new User or to reset an existing User's password.",
    },
    /** E-mail addresses; one of them may be primary. */
    emails: {
      type: "complex",
      multiValued: true,
      description:
        "Email addresses for the user.  The value SHOULD be canonicalized by the service provider, e.g., 'bjensen@example.com' instead of 'bjensen@EXAMPLE.COM'. Canonical type values of 'work', 'home', and 'other'.",
      subAttributes: {
        /** The address itself. */
        value: {
          description:
            "Email addresses for the user.  The value SHOULD be canonicalized by the service provider, e.g., 'bjensen@example.com' instead of 'bjensen@EXAMPLE.COM'. Canonical type values of 'work', 'home', and 'other'.",
        },
        /** For people to read. */
        display: { description: "A human-readable name, primarily used for display purposes." },
        /** What it is for or of which kind, such as `work`. */
        type: {
          canonicalValues: ["work", "home", "other"],
          description: "A label indicating the attribute's function, e.g., 'work' or 'home'.",
        },
        /** Whether it is the preferred one; no more than one is. */
        primary: {
          type: "boolean",
          description:
            "A Boolean value indicating the 'primary' or preferred attribute value for this attribute, e.g., the preferred mailing address or primary email address.  The primary attribute value 'true' MUST appear no more than once.",
        },
      },
    },
    /** Telephone numbers, best written as in RFC 3966: `tel:+1-201-555-0123`. */
    phoneNumbers: {
      type: "complex",
      multiValued: true,
      description:
        "Phone numbers for the User.  The value SHOULD be canonicalized by the service provider according to the format specified in RFC 3966, e.g., 'tel:+1-201-555-0123'. Canonical type values of 'work', 'home', 'mobile', 'fax', 'pager', and 'other'.",
      subAttributes: {
        /** The number itself. */
        value: { description: "Phone number of the User." },
        /** For people to read. */
        display: { description: "A human-readable name, primarily used for display purposes." },
        /** What it is for or of which kind, such as `work`. */
        type: {
          canonicalValues: ["work", "home", "mobile", "fax", "pager", "other"],
          description: "A label indicating the attribute's function, e.g., 'work', 'home', 'mobile'.",
        },
        /** Whether it is the preferred one; no more than one is. */
        primary: {
          type: "boolean",
          description:
            "A Boolean value indicating the 'primary' or preferred attribute value for this attribute, e.g., the preferred phone number or primary phone number.  The primary attribute value 'true' MUST appear no more than once.",
        },
      },
    },
    /** Addresses of instant messengers. */
    ims: {
      type: "complex",
      multiValued: true,
      description: "Instant messaging addresses for the User.",
      subAttributes: {
        /** The address itself. */
        value: { description: "Instant messaging address for the User." },
        /** For people to read. */
        display: { description: "A human-readable name, primarily used for display purposes." },
        /** What it is for or of which kind, such as `work`. */
        type: {
          canonicalValues: ["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"],
          description: "A label indicating the attribute's function, e.g., 'aim', 'gtalk', 'xmpp'.",
        },
        /** Whether it is the preferred one; no more than one is. */
        primary: {
          type: "boolean",
          description:
            "A Boolean value indicating the 'primary' or preferred attribute value for this attribute, e.g., the preferred messenger or primary messenger.  The primary attribute value 'true' MUST appear no more than once.",
        },
      },
    },
    /** Addresses of pictures of the user. */
    photos: {
      type: "complex",
      multiValued: true,
      description: "URLs of photos of the User.",
      subAttributes: {
        /** The address of the picture. */
        value: { type: "reference", referenceTypes: ["external"], description: "URL of a photo of the User." },
        /** For people to read. */
        display: { description: "A human-readable name, primarily used for display purposes." },
        /** What it is for or of which kind, such as `work`. */
        type: {
          canonicalValues: ["photo", "thumbnail"],
          description: "A label indicating the attribute's function, i.e., 'photo' or 'thumbnail'.",
        },
        /** Whether it is the preferred one; no more than one is. */
        primary: {
          type: "boolean",
          description:
            "A Boolean value indicating the 'primary' or preferred attribute value for this attribute, e.g., the preferred photo or thumbnail.  The primary attribute value 'true' MUST appear no more than once.",
        },
      },
    },
    /** Postal addresses. */
    addresses: {
      type: "complex",
      multiValued: true,
      description:
        "A physical mailing address for this User. Canonical type values of 'work', 'home', and 'other'.  This attribute is a complex type with the following sub-attributes.",
      subAttributes: {
        /** The whole of it as one text, for display. */
        formatted: {
          description:
            "The full mailing address, formatted for display or use with a mailing label.  This attribute MAY contain newlines.",
        },
        /** Street and house number, with line breaks where there are any. */
        streetAddress: {
          description:
            "The full street address component, which may include house number, street name, P.O. box, and multi-line extended street address information.  This attribute MAY contain newlines.",
        },
        /** City. */
        locality: { description: "The city or locality component." },
        /** State or region. */
        region: { description: "The state or region component." },
        /** Zip code. */
        postalCode: { description: "The zip code or postal code component." },
        /** Two letters by ISO 3166-1. */
        country: { scimkit: { format: "country" }, description: "The country name component." },
        /** What it is for or of which kind, such as `work`. */
        type: {
          canonicalValues: ["work", "home", "other"],
          description: "A label indicating the attribute's function, e.g., 'work' or 'home'.",
        },
        /** Whether it is the preferred one; no more than one is. */
        primary: {
          type: "boolean",
          description:
            "A Boolean value indicating the 'primary' or preferred attribute value for this attribute.  The primary attribute value 'true' MUST appear no more than once.",
        },
      },
    },
    /** The groups that the user is a member of: computed, and never sent by a client. */
    groups: {
      type: "complex",
      multiValued: true,
      mutability: "readOnly",
      scimkit: { inverseOf: { resourceType: "Group", attribute: "members" } },
      description:
        "A list of groups to which the user belongs, either through direct membership, through nested groups, or dynamically calculated.",
      subAttributes: {
        /** The id of the group. */
        value: { caseExact: true, mutability: "readOnly", description: "The identifier of the User's group." },
        /** The address of the group. */
        $ref: {
          type: "reference",
          referenceTypes: ["Group"],
          mutability: "readOnly",
          description: "The URI of the corresponding 'Group' resource to which the user belongs.",
        },
        /** For people to read. */
        display: {
          mutability: "readOnly",
          description: "A human-readable name, primarily used for display purposes.  READ-ONLY.",
        },
        /** `direct`, or `indirect` through another group. */
        type: {
          canonicalValues: ["direct", "indirect"],
          mutability: "readOnly",
          description: "A label indicating the attribute's function, e.g., 'direct' or 'indirect'.",
        },
      },
    },
    /** What the user has. */
    entitlements: {
      type: "complex",
      multiValued: true,
      description: "A list of entitlements for the User that represent a thing the User has.",
      subAttributes: {
        /** The entitlement itself. */
        value: { description: "The value of an entitlement." },
        /** For people to read. */
        display: { description: "A human-readable name, primarily used for display purposes." },
        /** What it is for or of which kind, such as `work`. */
        type: { description: "A label indicating the attribute's function." },
        /** Whether it is the preferred one; no more than one is. */
        primary: {
          type: "boolean",
          description:
            "A Boolean value indicating the 'primary' or preferred attribute value for this attribute.  The primary attribute value 'true' MUST appear no more than once.",
        },
      },
    },
    /** What the user is, such as `Student`. */
    roles: {
      type: "complex",
      multiValued: true,
      description:
        "A list of roles for the User that collectively represent who the User is, e.g., 'Student', 'Faculty'.",
      subAttributes: {
        /** The role itself. */
        value: { description: "The value of a role." },
        /** For people to read. */
        display: { description: "A human-readable name, primarily used for display purposes." },
        /** What it is for or of which kind, such as `work`. */
        type: { description: "A label indicating the attribute's function." },
        /** Whether it is the preferred one; no more than one is. */
        primary: {
          type: "boolean",
          description:
            "A Boolean value indicating the 'primary' or preferred attribute value for this attribute.  The primary attribute value 'true' MUST appear no more than once.",
        },
      },
    },
    /** Certificates issued to the user: DER in base64. */
    x509Certificates: {
      type: "complex",
      multiValued: true,
      description: "A list of certificates issued to the User.",
      subAttributes: {
        /** The certificate itself. */
        value: {
          type: "binary",
          scimkit: { format: "certificate" },
          description: "The value of an X.509 certificate.",
        },
        /** For people to read. */
        display: { description: "A human-readable name, primarily used for display purposes." },
        /** What it is for or of which kind, such as `work`. */
        type: { description: "A label indicating the attribute's function." },
        /** Whether it is the preferred one; no more than one is. */
        primary: {
          type: "boolean",
          description:
            "A Boolean value indicating the 'primary' or preferred attribute value for this attribute.  The primary attribute value 'true' MUST appear no more than once.",
        },
      },
    },
  },
});

type Literal = typeof literal;

/** The type of the schema, by a name of its own, so that editors show the name and not the whole literal. @see RFC 7643 §7 */
export interface UserSchema extends Literal {}

/** The schema `urn:ietf:params:scim:schemas:core:2.0:User`. @see RFC 7643 §4.1, §8.7.1 */
export const UserSchema: UserSchema = literal;

/**
 * Users at `/Users`, without extensions.
 * @example
 * ```ts
 * import { EnterpriseUserSchema, User } from "scimkit";
 * const Employee = User.extend(EnterpriseUserSchema);
 * ```
 * @see RFC 7643 §4.1, §8.6
 */
export const User = defineResourceType({
  name: "User",
  endpoint: "/Users",
  description: "User Account",
  schema: UserSchema,
});
