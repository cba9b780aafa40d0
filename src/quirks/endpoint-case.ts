import type { Quirk } from "./quirk.ts";

/** `/users` [Q07]. */
export const endpointCase: Quirk = {
  id: "endpoint-case",
  description: "Finds an endpoint in any letter case.",
  clients: ["Entra ID (validator)"],
  bends: "RFC 3986 §6.2.2.1",
  reads: { endpointCase: true },
};
