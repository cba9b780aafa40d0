import type { Quirk } from "./quirk.ts";

/**
 * A PATCH path that names no attribute [Q69 R-37 R-37a]. The other operations of the request succeed; where there are none, a name
 * under a schema that the server has is an error all the same, because it may be a slip for one that decides who gets in.
 */
export const unknownPaths: Quirk = {
  id: "unknown-paths",
  description:
    "Leaves out a PATCH operation on an attribute of an unknown schema, and one on an unknown attribute where another operation names one that there is.",
  clients: ["Entra ID", "OneLogin"],
  bends: "RFC 7644 §3.12 invalidPath",
  reads: { unknownPaths: true },
};
