import type { ServerProfile } from "../server-profile.ts";

/** Zitadel, which has users and no groups. */
export const zitadel: ServerProfile = {
  name: "Zitadel",
  asOf: "2026-11",
  sources: ["https://github.com/zitadel/zitadel/blob/main/docs/docs/apis/scim2.md"],
  capabilities: { filter: { maxResults: 100 }, bulk: { maxOperations: 100, maxPayloadSize: 1_000_000 } },
  filter: { maxLength: 1000 },
};
