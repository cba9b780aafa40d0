import type { Quirk } from "./quirk.ts";

/** `{ "op": "replace", "path": "displayName", "value": ["x"] }` [Q60 Q62]. */
export const wrappedValues: Quirk = {
  id: "wrapped-values",
  description: "Reads an array of one, where an attribute has one value, as that value.",
  clients: ["Entra ID (validator)"],
  bends: "RFC 7643 §2.4",
  value: (attribute, raw) =>
    !attribute.multiValued && Array.isArray(raw) && raw.length === 1 ? (raw[0] as unknown) : undefined,
};
