import type { Quirk } from "./quirk.ts";

/** `externalId eq jyoung`. It makes `active eq True` ambiguous, so only the profile `entra` has it [Q16 R-30]. */
export const unquotedOperands: Quirk = {
  id: "unquoted-operands",
  description: "Reads a bare word as operand of a filter as if it stood in double quotes.",
  clients: ["Entra ID (as documented)"],
  bends: "RFC 7644 §3.4.2.2",
  reads: { unquotedOperands: true },
};
