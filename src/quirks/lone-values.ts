import type { Quirk } from "./quirk.ts";

/** `"emails": { "value": "ada@example.com" }` in a body [Q114 R-81]. An empty text may be one value or none, and is left to be refused. */
export const loneValues: Quirk = {
  id: "lone-values",
  description: "Reads one value, where a list belongs, as the list of it.",
  clients: ["OneLogin"],
  bends: "RFC 7643 §2.4",
  value: (_attribute, raw, place) =>
    place !== "list" || (typeof raw === "string" && raw.trim() === "") ? undefined : [raw],
};
