import type { Quirk } from "./quirk.ts";

/** `manager eq "x"` [Q22 R-31]. */
export const impliedValue: Quirk = {
  id: "implied-value",
  description:
    'Reads a comparison with a singular complex attribute that has a value (manager eq "x") as one with that value.',
  clients: ["Entra ID"],
  bends: "RFC 7644 §3.4.2.2",
  reads: { impliedValue: true },
};
