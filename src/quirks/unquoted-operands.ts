import type { Quirk } from "./quirk.ts";

/** `externalId eq jyoung`, `active eq False` [Q16 R-30a]. A filter changes no data; the path of a PATCH is read to the letter. */
export const unquotedOperands: Quirk = {
  id: "unquoted-operands",
  description:
    "Reads the operand of a filter that stands there without its quotes by the type of the attribute that it is compared with.",
  clients: ["Entra ID (as documented)", "authentik", "WSO2 Identity Server"],
  bends: "RFC 7644 §3.4.2.2",
  reads: { unquotedOperands: true },
};
