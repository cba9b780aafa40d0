import type { Quirk } from "./quirk.ts";

/** `"path": "emails[type eq work].value"` [Q16 R-30a]. What selects data to change is read to the letter by default. */
export const unquotedPathOperands: Quirk = {
  id: "unquoted-path-operands",
  description: "Reads an operand without quotes in the path of a PATCH as one in a filter.",
  clients: ["Entra ID (as documented)"],
  bends: "RFC 7644 §3.5.2",
  reads: { unquotedPathOperands: true },
};
