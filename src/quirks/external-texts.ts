import type { Quirk } from "./quirk.ts";

/** `"profileUrl": "Eve Lane, Oslo"` [Q119 R-82]. Nothing on the server follows such a reference; `formats: "enforce"` asks for URIs. */
export const externalTexts: Quirk = {
  id: "external-texts",
  description:
    "Takes text that is no URI as it is in a reference to something outside of the server, unless formats are enforced.",
  clients: ["Saviynt"],
  bends: "RFC 7643 §2.3.7",
  reads: { externalTexts: true },
};
