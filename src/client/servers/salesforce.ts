import type { ServerProfile } from "../server-profile.ts";

/** Salesforce. */
export const salesforce: ServerProfile = {
  name: "Salesforce",
  asOf: "2026-11",
  sources: ["https://help.salesforce.com/s/articleView?id=xcloud.identity_scim_manage_groups.htm"],
  members: { addition: "object", removal: "object" },
};
