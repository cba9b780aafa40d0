import type { CheckProfile } from "./profile.ts";

export const ipsieAl: CheckProfile = {
  name: "ipsie-al",
  says: "OpenID IPSIE AL SCIM 2.0 Profile, a draft: docs/profiles/ipsie-al.md",
  levelOf: ({ level }) => level,
  extra: [],
};
