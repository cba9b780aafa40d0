import type { ServerProfile } from "../server-profile.ts";

/** Eptura. */
export const eptura: ServerProfile = {
  name: "Eptura",
  asOf: "2026-11",
  sources: [
    "https://knowledge.eptura.com/Eptura/Eptura_SCIM_API/040-SCIM_API_Developers_Guide/002-Throttling_in_SCIM_API",
  ],
  maxBytes: 2_000_000,
  rates: [{ requests: 500, seconds: 60 }],
};
