import type { ServerProfile } from "../server-profile.ts";

/** Google Cloud Identity. */
export const googleCloudIdentity: ServerProfile = {
  name: "Google Cloud Identity",
  asOf: "2026-11",
  sources: [
    "https://docs.cloud.google.com/identity/docs/scim/reference/rest",
    "https://docs.cloud.google.com/identity/docs/scim/reference/rest/v1/customers.v2.Groups/patch",
  ],
  capabilities: { put: false, bulk: false, sort: false, etag: false, index: false, cursor: false },
  patch: { maxOperations: 2 },
  members: { maxChanges: 1, replace: false },
};
