import type { Quirk } from "./quirk.ts";

/** `{ "op": "replace", "path": "displayName", "value": ["x"] }` [Q62]. */
export const wrappedValues: Quirk = {
  id: "wrapped-values",
  description: "Reads an array of one, in a PATCH operation on a singular attribute, as its element.",
  clients: ["Entra ID (validator)"],
  bends: "RFC 7644 §3.5.2",
  reads: { wrappedValues: true },
};
