import type { Quirk } from "./quirk.ts";

/** `emails[type eq "work"].value eq "x"` as a filter [Q17 R-29]. */
export const valuePathComparison: Quirk = {
  id: "value-path-comparison",
  description: 'Reads emails[type eq "work"].value eq "x" as emails[type eq "work" and value eq "x"].',
  clients: ["Entra ID"],
  bends: "RFC 7644 §3.4.2.2",
  reads: { valuePathComparison: true },
};
