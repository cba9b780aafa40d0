import type { ServerProfile } from "../server-profile.ts";

/** AWS IAM Identity Center. */
export const awsIdentityCenter: ServerProfile = {
  name: "AWS IAM Identity Center",
  asOf: "2026-11",
  sources: [
    "https://docs.aws.amazon.com/singlesignon/latest/developerguide/limitations.html",
    "https://docs.aws.amazon.com/singlesignon/latest/developerguide/patchgroup.html",
    "https://docs.aws.amazon.com/singlesignon/latest/developerguide/listgroups.html",
  ],
  // Without a cursor it shows 50 resources and no more.
  capabilities: { bulk: false, sort: false, etag: false, index: false, cursor: { maxPageSize: 100 } },
  headers: { "user-agent": "scimkit" },
  filter: { words: ["eq", "and"] },
  members: { maxChanges: 100, replace: false, returned: false },
  oneElement: ["emails", "addresses", "phoneNumbers"],
};
