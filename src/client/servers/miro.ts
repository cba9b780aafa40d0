import type { ServerProfile } from "../server-profile.ts";

/** Miro. */
export const miro: ServerProfile = {
  name: "Miro",
  asOf: "2026-11",
  sources: ["https://developers.miro.com/reference/rate-limits"],
  members: { maxChanges: 8000 },
  maxBytes: 800_000,
  rates: [
    { requests: 5, seconds: 30, methods: ["PATCH"], endpoints: ["/Groups"], overBytes: 500 },
    { requests: 5, seconds: 30, methods: ["GET"], endpoints: ["/Groups"] },
    { requests: 100, seconds: 30, methods: ["PUT", "PATCH"], endpoints: ["/Users"] },
    { requests: 20, seconds: 30, methods: ["DELETE"], endpoints: ["/Users"] },
  ],
};
