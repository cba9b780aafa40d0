import type { Quirk } from "./quirk.ts";

/** `{ "op": "replace", "value": { "id": "…", "displayName": "x" } }` [Q40 Q77 R-15]. By explicit path it stays an error. */
export const readOnlyValues: Quirk = {
  id: "readonly-values",
  description: "Ignores readOnly attributes in the value of a PATCH operation without a path, as PUT does.",
  clients: ["Okta", "Entra ID", "authentik"],
  bends: "RFC 7644 §3.5.2",
  reads: { readOnlyValues: true },
};
