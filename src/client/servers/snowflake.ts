import type { ServerProfile } from "../server-profile.ts";

/** Snowflake, before and after the change of bundle 2026_03: what it reads in both. */
export const snowflake: ServerProfile = {
  name: "Snowflake",
  asOf: "2026-11",
  sources: [
    "https://docs.snowflake.com/release-notes/bcr-bundles/2026_03/bcr-2276",
    "https://docs.snowflake.com/user-guide/scim-user-api-reference",
  ],
  // Before that bundle, a list without a filter is one user who does not exist, and a filter it does not read finds nobody.
  filter: { words: ["eq", "sw"], required: true },
  oneElement: ["emails", "addresses", "phoneNumbers"],
};
