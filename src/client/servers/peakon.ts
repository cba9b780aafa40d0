import type { ServerProfile } from "../server-profile.ts";

/** Workday Peakon Employee Voice. A bulk request counts as its operations do, so each is sent by itself. */
export const peakon: ServerProfile = {
  name: "Workday Peakon",
  asOf: "2026-11",
  sources: ["https://developer.peakon.com/reference/rate-limiting-1.md"],
  capabilities: { bulk: false },
  rates: [{ requests: 25_000, seconds: 3600 }],
};
