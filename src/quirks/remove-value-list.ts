import type { Quirk } from "./quirk.ts";

/** `{ "op": "remove", "path": "members", "value": [{ "value": "…" }] }` [Q73 R-2]. Read literally it would empty the group. */
export const removeValueList: Quirk = {
  id: "remove-value-list",
  description: "Removes only the listed values where a PATCH remove of a multi-valued attribute comes with some.",
  clients: ["Entra ID", "OneLogin", "JumpCloud", "authentik"],
  bends: "RFC 7644 §3.5.2.2",
  reads: { removeValueList: true },
};
