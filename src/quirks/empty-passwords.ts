import type { Quirk } from "./quirk.ts";

/** `"password": ""`, which is what a mapping gives that found nothing [Q120 R-83]. */
export const emptyPasswords: Quirk = {
  id: "empty-passwords",
  description: "Leaves a password alone where an empty one is sent.",
  clients: ["Entra ID"],
  bends: "RFC 8265 §4.2.2",
  reads: { emptySecrets: true },
};
