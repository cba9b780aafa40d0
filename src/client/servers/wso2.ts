import type { ServerProfile } from "../server-profile.ts";

/** WSO2 Identity Server and Asgardeo. */
export const wso2: ServerProfile = {
  name: "WSO2 Identity Server",
  asOf: "2026-11",
  sources: ["https://is.docs.wso2.com/en/latest/apis/scim2-rest-apis/"],
  members: { addition: "resource" },
};
