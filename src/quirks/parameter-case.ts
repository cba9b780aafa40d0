import type { Quirk } from "./quirk.ts";

/** `?startindex=101` [Q122 R-84]. Unknown parameters are ignored, so that such a client would read its first page for ever. */
export const parameterCase: Quirk = {
  id: "parameter-case",
  description: "Finds the parameters of a query in any letter case.",
  clients: ["importers that write their URLs by hand"],
  bends: "RFC 7644 §3.4.2",
  reads: { parameterCase: true },
};
