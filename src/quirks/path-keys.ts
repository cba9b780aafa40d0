import type { Quirk } from "./quirk.ts";

/** `{ "op": "replace", "value": { "name.givenName": "x", "urn:…:User:department": "y" } }` [Q56 Q57 R-14]. */
export const pathKeys: Quirk = {
  id: "path-keys",
  description: "Reads a name with dots or a URN, in the value of a PATCH operation without a path, as a path.",
  clients: ["Entra ID (aadOptscim062020)"],
  bends: "RFC 7644 §3.5.2",
  reads: { pathKeys: true },
};
