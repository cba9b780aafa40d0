import type { Quirk } from "./quirk.ts";

/** `{ "op": "replace", "path": "displayName", "value": ["x"] }` [Q60 Q62 R-81]. */
export const wrappedValues: Quirk = {
  id: "wrapped-values",
  description:
    "Reads an array of one as the value in it where an attribute has one value, and where a value path selects elements.",
  clients: ["Entra ID (validator)", "Okta", "Databricks"],
  bends: "RFC 7643 §2.4",
  value: (_attribute, raw, place) =>
    place !== "list" && place !== "element" && Array.isArray(raw) && raw.length === 1 ? (raw[0] as unknown) : undefined,
};
