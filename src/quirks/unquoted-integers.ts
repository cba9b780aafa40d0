import type { Quirk } from "./quirk.ts";

/**
 * `"employeeNumber": 1001` [Q116 R-81]. Only where the number is all that was written: a fraction, a number that JSON rounds and
 * -0 may have been written in several ways.
 */
export const unquotedIntegers: Quirk = {
  id: "unquoted-integers",
  description: "Reads a whole number, where text belongs, as its decimal text.",
  clients: ["Entra ID", "Google Workspace"],
  bends: "RFC 7643 §2.3.1",
  value(attribute, raw, place) {
    const text = attribute.type === "complex" ? attribute.sub("value") : attribute;
    if (place === "list" || text?.type !== "string") return undefined;
    return typeof raw === "number" && Number.isSafeInteger(raw) && !Object.is(raw, -0) ? String(raw) : undefined;
  },
};
