import type { Quirk } from "./quirk.ts";

/**
 * `"roles": ["admin"]`, `"emails": ["ada@example.com", { … }]` [Q113 R-81]. Left to be refused are an empty text, which may be an element
 * without a value or none, and the JSON text of an object or array, which may be an element itself.
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
    !isJson(raw) &&
    attribute.multiValued &&
    attribute.sub("value") !== undefined
      ? { value: raw }
      : undefined,
};

function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}
