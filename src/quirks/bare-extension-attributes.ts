import type { Quirk } from "./quirk.ts";

/** `manager` without its URN, in selections, filters, paths and at the root of a body [Q22 Q28 Q39 Q60]. */
export const bareExtensionAttributes: Quirk = {
  id: "bare-extension-attributes",
  description:
    "Finds an extension attribute that is named without its URN when the type itself has none of that name and exactly one extension has.",
  clients: ["Entra ID"],
  bends: "RFC 7644 §3.10",
  alias: (name, resourceType) => resourceType.resolve(name, true)?.text,
  attribute: (name, resourceType) => (name.includes(".") ? undefined : resourceType.resolve(name, true)?.attribute),
};
