import { isBlank, isReferenceId } from "../schema/attribute.ts";
import type { Quirk } from "./quirk.ts";

/** A manager or member as the bare id; an empty one unassigns, as a string and as `{"value": ""}` [Q42 Q59 Q81 R-55 R-55a]. */
export const referenceStrings: Quirk = {
  id: "reference-strings",
  description:
    "Reads a string where a reference to a resource belongs ({ value, $ref }) as its value, and an empty value of a single reference as none.",
  clients: ["Entra ID"],
  bends: "RFC 7643 §4.3",
  value(attribute, raw, place) {
    // A member that is nobody is no member: only a single reference can be unassigned by an empty value.
    if (isReferenceId(attribute)) return isBlank(raw) && attribute.parent?.multiValued === false ? null : undefined;
    if (
      place === "list" ||
      typeof raw !== "string" ||
      attribute.sub("value") === undefined ||
      attribute.sub("$ref") === undefined
    )
      return undefined;
    if (!isBlank(raw)) return { value: raw };
    return attribute.multiValued ? undefined : null;
  },
};
