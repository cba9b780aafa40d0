import type { Quirk } from "./quirk.ts";

/** `"nickname2": "x"`, which a server may ignore by RFC 7644 §3.3 [N-02 N-03]. URNs in `schemas` that the type does not have are refused where `unknown-schemas` is not there. */
export const unknownNames: Quirk = {
  id: "unknown-names",
  description: "Refuses attributes that no schema of the resource type has, in every body, as invalidSyntax.",
  clients: ["draft-zollner-scim-interop-profile"],
  bends: "RFC 7644 §3.3",
  refuses: { unknownNames: true },
};
