import type { Quirk } from "./quirk.ts";

/** A PATCH path that names no attribute [Q69 R-37]. The other operations of the request succeed. */
export const unknownPaths: Quirk = {
  id: "unknown-paths",
  description: "Leaves out a PATCH operation whose path names no attribute of the resource type.",
  clients: ["Entra ID"],
  bends: "RFC 7644 §3.12 invalidPath",
  reads: { unknownPaths: true },
};
