import type { ServerProfile } from "../server-profile.ts";

const WRITES = ["POST", "PUT", "PATCH", "DELETE"];

/** Slack, by version 2 of its SCIM API. */
export const slack: ServerProfile = {
  name: "Slack",
  asOf: "2026-11",
  sources: ["https://docs.slack.dev/reference/scim-api/rate-limits"],
  rates: [
    { requests: 180, seconds: 60, methods: WRITES, endpoints: ["/Users"] },
    { requests: 600, seconds: 60, methods: WRITES },
    { requests: 1000, seconds: 60, methods: ["GET"] },
  ],
};
