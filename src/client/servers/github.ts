import type { ServerProfile } from "../server-profile.ts";

/** GitHub, Enterprise Managed Users. */
export const githubManagedUsers: ServerProfile = {
  name: "GitHub Enterprise Managed Users",
  asOf: "2026-11",
  sources: [
    "https://docs.github.com/en/enterprise-cloud@latest/rest/enterprise-admin/scim",
    "https://github.com/github/docs/blob/main/data/reusables/scim/emu-scim-rate-limit-details.md",
  ],
  patch: { valuePaths: false },
  members: { maxChanges: 1000 },
  rates: [{ requests: 1000, seconds: 3600, methods: ["POST"], endpoints: ["/Users"] }],
};
