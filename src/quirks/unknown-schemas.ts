import type { Quirk } from "./quirk.ts";

/** Legacy and mistyped URNs beside the base schema's [Q39 Q41 Q99]. They are never stored and never echoed. */
export const unknownSchemas: Quirk = {
  id: "unknown-schemas",
  description: "Ignores URNs in schemas that are no schema of the resource type, as long as the base schema is there.",
  clients: ["Entra ID", "Google Workspace"],
  bends: "RFC 7643 §3",
  reads: { unknownSchemas: true },
};
