import type { ServerProfile } from "../server-profile.ts";

/** WorkOS, Directory Sync. */
export const workos: ServerProfile = {
  name: "WorkOS",
  asOf: "2026-11",
  sources: ["https://github.com/workos/scim-bridge/blob/main/docs/workos-scim-requirements.md"],
  maxBytes: 2_000_000,
  needs: { User: ["emails"] },
};
