import type { CheckProfile } from "./profile.ts";

export const ietfInterop: CheckProfile = {
  name: "ietf-interop",
  says: "SCIM 2.0 Interoperability Profile, an Internet-Draft: docs/profiles/ietf-interop.md",
  levelOf: ({ level }) => level,
  extra: [],
};
