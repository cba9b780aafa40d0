import type { Quirk } from "./quirk.ts";

/** `attributes` and `excludedAttributes` in one request. */
export const bothSelections: Quirk = {
  id: "both-selections",
  description: "Of attributes and excludedAttributes in one request, attributes wins.",
  clients: ["Entra ID", "Okta"],
  bends: "RFC 7644 §3.9",
  search: (search) =>
    search.attributes === undefined || search.excludedAttributes === undefined
      ? undefined
      : { ...search, excludedAttributes: undefined },
};
