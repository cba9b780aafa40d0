import type { Quirk } from "./quirk.ts";

/** A body without `schemas`. A wrong message or base URN is still refused. */
export const missingSchemas: Quirk = {
  id: "missing-schemas",
  description: "Reads a body without schemas as the resource type or message of the endpoint it is sent to.",
  clients: ["Entra ID", "Okta", "CyberArk", "WSO2 Identity Server"],
  bends: "RFC 7643 §3",
  reads: { missingSchemas: true },
};
