import type { Quirk } from "./quirk.ts";

/** `{ "op": "replace", "value": { "displayName": "x" } }`, which RFC 7644 allows, and Okta and Entra ID send [N-01]. */
export const pathRequired: Quirk = {
  id: "path-required",
  description: "Refuses a PATCH operation without a path.",
  clients: ["draft-zollner-scim-interop-profile"],
  bends: "RFC 7644 §3.5.2",
  refuses: {
    operation: ({ path }) =>
      path === undefined ? { detail: "Every operation needs a path that names the attribute to change" } : undefined,
  },
};
