import type { Quirk } from "./quirk.ts";

/**
 * `"roles": ["admin"]`, `"emails": ["ada@example.com", { … }]` [Q113 R-81]. An empty text is left to be refused: it may be an element
 * without a value, or none.
 */
export const elementStrings: Quirk = {
  id: "element-strings",
  description:
    "Reads a text, where an element of a complex multi-valued attribute belongs, as the value of that element.",
  clients: ["OneLogin", "WSO2 Identity Server"],
  bends: "RFC 7643 §2.4",
  value: (attribute, raw, place) =>
    place !== "list" &&
    typeof raw === "string" &&
    raw.trim() !== "" &&
    attribute.multiValued &&
    attribute.sub("value") !== undefined
      ? { value: raw }
      : undefined,
};
