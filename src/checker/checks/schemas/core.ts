import { ENTERPRISE, GROUP, USER } from "../../../client/urns.ts";

/** The types of attributes. @see RFC 7643 §2.3 */
export const TYPES: readonly unknown[] = [
  "string",
  "boolean",
  "decimal",
  "integer",
  "dateTime",
  "binary",
  "reference",
  "complex",
];

type Kind = readonly [type: string, isMultiValued?: boolean];

const texts = (...names: readonly string[]): Readonly<Record<string, Kind>> =>
  Object.fromEntries(names.map((name) => [name, ["string"]]));
const lists = (...names: readonly string[]): Readonly<Record<string, Kind>> =>
  Object.fromEntries(names.map((name) => [name, ["complex", true]]));

/** What the RFC says of type and plurality, by schema and path; what a server leaves out, it leaves out. @see RFC 7643 §8.7.1 */
export const CORE: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  [USER]: {
    ...texts(
      "userName",
      "displayName",
      "nickName",
      "title",
      "userType",
      "preferredLanguage",
      "locale",
      "timezone",
      "password",
    ),
    ...texts("name.formatted", "name.familyName", "name.givenName", "name.middleName", "name.honorificPrefix"),
    ...texts("name.honorificSuffix", "emails.value", "emails.type", "phoneNumbers.value", "phoneNumbers.type"),
    ...lists(
      "emails",
      "phoneNumbers",
      "ims",
      "photos",
      "addresses",
      "groups",
      "entitlements",
      "roles",
      "x509Certificates",
    ),
    name: ["complex"],
    active: ["boolean"],
    profileUrl: ["reference"],
  },
  [GROUP]: { ...texts("displayName", "members.value"), ...lists("members") },
  [ENTERPRISE]: {
    ...texts("employeeNumber", "costCenter", "organization", "division", "department", "manager.displayName"),
    manager: ["complex"],
  },
};
