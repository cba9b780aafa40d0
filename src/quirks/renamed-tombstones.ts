import type { Quirk } from "./quirk.ts";

/** Entra renames who is deleted there: the object id without hyphens stands in front of the name, and is handed on as the new one [Q125]. */
export const renamedTombstones: Quirk = {
  id: "renamed-tombstones",
  description: "Leaves a unique name alone where the new one is the same behind 32 hexadecimal digits.",
  clients: ["Entra ID"],
  bends: "RFC 7644 §3.5.1, §3.5.2.3",
  reads: { renamedTombstones: true },
};
