import type { Quirk } from "./quirk.ts";

/** `"Operations": []` [Q63]. */
export const emptyOperations: Quirk = {
  id: "empty-operations",
  description: "Answers a PATCH without operations as one that changes nothing.",
  clients: ["Entra ID (validator)"],
  bends: "RFC 7644 §3.5.2",
  reads: { emptyOperations: true },
};
