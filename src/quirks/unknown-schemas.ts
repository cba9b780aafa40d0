import type { Quirk } from "./quirk.ts";

/**
 * Legacy and mistyped URNs, beside the base schema's or alone [Q39 Q41 Q99 Q124 R-37b]. They are never stored and never echoed. What is
 * left of a list of nothing but them is a body without `schemas`, which is for the rule `missing-schemas`.
 */
export const unknownSchemas: Quirk = {
  id: "unknown-schemas",
  description:
    "Ignores URNs in schemas that are no schema of the resource type where the base schema is there, and that nobody knows where it is not.",
  clients: ["Entra ID", "Google Workspace", "Okta", "Keeper", "Saviynt"],
  bends: "RFC 7643 §3",
  reads: { unknownSchemas: true },
};
