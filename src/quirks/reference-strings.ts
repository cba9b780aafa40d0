import type { Quirk } from "./quirk.ts";

/** A manager or member as the bare id; the empty string unassigns [Q42 Q59 Q81 R-55]. */
export const referenceStrings: Quirk = {
  id: "reference-strings",
  description:
    "Reads a string where a reference to a resource belongs ({ value, $ref }) as its value, and an empty string as none.",
  clients: ["Entra ID"],
  bends: "RFC 7643 §4.3",
  value(attribute, raw, place) {
    if (
      place === "list" ||
      typeof raw !== "string" ||
      attribute.sub("value") === undefined ||
      attribute.sub("$ref") === undefined
    )
      return undefined;
    return raw === "" ? null : { value: raw };
  },
};
