import type { ServerProfile } from "../server-profile.ts";

/** Atlassian, user provisioning. */
export const atlassian: ServerProfile = {
  name: "Atlassian",
  asOf: "2026-11",
  sources: [
    "https://developer.atlassian.com/cloud/admin/user-provisioning/rest/",
    "https://jira.atlassian.com/browse/ID-8027",
  ],
  needs: { User: ["emails"] },
  fixed: { Group: ["displayName"] },
};
