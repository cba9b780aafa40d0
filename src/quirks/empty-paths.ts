import type { Quirk } from "./quirk.ts";

/** `{ "op": "add", "path": "", "value": { … } }` [Q121 R-81]. */
export const emptyPaths: Quirk = {
  id: "empty-paths",
  description: "Reads an empty path of a PATCH operation as none.",
  clients: ["Databricks"],
  bends: "RFC 7644 §3.5.2",
  reads: { emptyPaths: true },
};
