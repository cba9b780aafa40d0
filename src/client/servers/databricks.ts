import type { ServerProfile } from "../server-profile.ts";

/** Databricks, accounts and workspaces. */
export const databricks: ServerProfile = {
  name: "Databricks",
  asOf: "2026-11",
  sources: [
    "https://learn.microsoft.com/en-us/azure/databricks/reference/scim-2-1",
    "https://docs.databricks.com/dev-tools/api/latest/scim/scim-groups.html",
  ],
  filter: { maxNodes: 200 },
  patch: { listedScalars: true },
  members: { addition: "resource" },
};
