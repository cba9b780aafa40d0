import type { Quirk } from "./quirk.ts";

/** `{ "attributes": "userName,active", "startIndex": "101" }` as the body of a search [Q123 R-84]. */
export const searchTexts: Quirk = {
  id: "search-texts",
  description:
    "Reads, in the body of a search, names in one text as in a URL, and the text of a number as that number.",
  clients: ["SCIM-SDK"],
  bends: "RFC 7644 §3.4.3",
  reads: { searchTexts: true },
};
