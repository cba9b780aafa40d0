import type { Quirk } from "./quirk.ts";

/** `"profileUrl": " "` [Q118 R-82]. A blank is nobody's address. */
export const blankReferences: Quirk = {
  id: "blank-references",
  description: "Reads blank text, where a reference belongs that is not required, as none.",
  clients: ["Saviynt"],
  bends: "RFC 7643 §2.3.7",
  value: (attribute, raw, place) =>
    place !== "list" &&
    attribute.type === "reference" &&
    !attribute.required &&
    typeof raw === "string" &&
    raw.trim() === ""
      ? null
      : undefined,
};
