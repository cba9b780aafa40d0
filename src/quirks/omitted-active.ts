import type { Quirk } from "./quirk.ts";

/** A PUT from a template that has no `active`: a user who is out of service stays so [Q92]. */
export const omittedActive: Quirk = {
  id: "omitted-active",
  description: "Leaves alone whether an account is active where a PUT does not say so.",
  clients: ["OneLogin", "CyberArk", "PingOne", "authentik", "keycloak-scim"],
  bends: "RFC 7644 §3.5.1",
  omitted: (attribute) => (attribute.lifecycle ? "keep" : undefined),
};
