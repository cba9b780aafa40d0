import { ietfInterop } from "./ietf-interop.ts";
import { ipsieAl } from "./ipsie-al.ts";
import type { CheckProfile } from "./profile.ts";

export const PROFILES = {
  rfc: {
    name: "rfc",
    says: "RFC 7643, 7644 and 9865 (default)",
    levelOf: ({ level }) => level,
    extra: [],
  },
  "ietf-interop": ietfInterop,
  "ipsie-al": ipsieAl,
} as const satisfies Readonly<Record<string, CheckProfile>>;
