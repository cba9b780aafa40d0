import type { Quirk } from "./quirk.ts";

/** `{ "op": "replace", "path": "name", "value": { "givenName": "x" } }` drops the family name [N-04], which RFC 7644 keeps. */
export const overwritingReplace: Quirk = {
  id: "overwriting-replace",
  description:
    "Takes the value of a PATCH replace of a complex attribute for all of it: what it does not name is unassigned.",
  clients: ["draft-zollner-scim-interop-profile"],
  bends: "RFC 7644 §3.5.2.3",
  reads: { overwritingReplace: true },
};
