import type { ServerProfile } from "../server-profile.ts";

/** HCP Terraform. */
export const hcpTerraform: ServerProfile = {
  name: "HCP Terraform",
  asOf: "2026-11",
  sources: [
    "https://developer.hashicorp.com/terraform/cloud-docs/api-docs/scim/users",
    "https://developer.hashicorp.com/terraform/cloud-docs/api-docs/scim/groups",
    "https://github.com/hashicorp/web-unified-docs/pull/3394",
  ],
  capabilities: { filter: { maxResults: 200 } },
  filter: { words: ["eq"], paths: ["username", "externalid", "displayname"] },
  patch: { maxOperations: 100 },
};
