import type { Quirk } from "./quirk.ts";

/** "True", "false" … for a boolean, in bodies, PATCH values and filters. Nothing else ("yes", 1) is a boolean [Q37 Q52 Q55]. */
export const booleanStrings: Quirk = {
  id: "boolean-strings",
  description: 'Reads the strings "true" and "false", in any letter case, as booleans where the attribute is boolean.',
  clients: ["Entra ID", "OneLogin", "keycloak-scim", "Databricks", "Salesforce", "Saviynt"],
  bends: "RFC 7643 §2.3.2",
  value(attribute, raw, place) {
    if (place === "list" || attribute.type !== "boolean" || typeof raw !== "string") return undefined;
    const text = raw.toLowerCase();
    return text === "true" ? true : text === "false" ? false : undefined;
  },
};
