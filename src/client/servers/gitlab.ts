import type { ServerProfile } from "../server-profile.ts";

/** GitLab, which removes nobody: a DELETE blocks. */
export const gitlab: ServerProfile = {
  name: "GitLab",
  asOf: "2026-11",
  sources: ["https://github.com/gitlabhq/gitlabhq/blob/master/doc/development/internal_api/_index.md"],
  capabilities: { put: false, bulk: false, sort: false, etag: false },
  filter: { words: ["eq"] },
};
