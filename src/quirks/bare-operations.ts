import type { Quirk } from "./quirk.ts";

/** `"data": [{ "op": "remove", "path": "nickName" }]`, as RFC 7644 §3.7.3 itself prints it. */
export const bareOperations: Quirk = {
  id: "bare-operations",
  description: "Reads an array as the data of a PATCH within a bulk request as the Operations of that PATCH.",
  clients: ["implementations of the example in RFC 7644 §3.7.3"],
  bends: "RFC 7644 §3.7",
  reads: { bareOperations: true },
};
