import type { ServerProfile } from "../server-profile.ts";

/** IBM Verify, with its support for large groups. */
export const ibmVerify: ServerProfile = {
  name: "IBM Verify",
  asOf: "2026-11",
  sources: ["https://docs.verify.ibm.com/verify/reference/getcapabilities"],
  members: { maxChanges: 2500, replace: false },
};
