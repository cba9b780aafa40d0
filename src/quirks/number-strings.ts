import { numberOf } from "../schema/number-text.ts";
import type { Quirk } from "./quirk.ts";

/** `"floor": "3"` for a number [Q117 R-81]. Only a text that the number itself would be written as: none of "03", "3.0", "3e0", " 3", "-0". */
export const numberStrings: Quirk = {
  id: "number-strings",
  description:
    "Reads the text of a number, as JSON writes it without an exponent, as that number where the attribute is one.",
  clients: ["Entra ID"],
  bends: "RFC 7643 §2.3.3",
  value: (attribute, raw, place) =>
    place !== "list" && (attribute.type === "integer" || attribute.type === "decimal") && typeof raw === "string"
      ? numberOf(raw)
      : undefined,
};
