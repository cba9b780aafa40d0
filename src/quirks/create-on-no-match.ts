import type { Quirk } from "./quirk.ts";

/** `replace emails[type eq "work"].value` where there is no work address [Q54 R-5 R-6]. */
export const createOnNoMatch: Quirk = {
  id: "create-on-no-match",
  description:
    "Creates the element that a value path describes by a conjunction of eq where an add or replace finds none.",
  clients: ["Entra ID"],
  bends: "RFC 7644 §3.5.2.3",
  reads: { createOnNoMatch: true },
};
