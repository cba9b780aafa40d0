import type { Quirk } from "./quirk.ts";

/** Several primary values: the first keeps the mark. It drops what the client said, so no default profile has it [Q49]. */
export const singlePrimary: Quirk = {
  id: "single-primary",
  description: "Of several elements with primary true, the first stays primary and the others become false.",
  clients: ["PingOne"],
  bends: "RFC 7643 §2.4",
  primaries(_attribute, elements) {
    const first = elements.findIndex((element) => element.primary === true);
    return elements.map((element, index) =>
      element.primary === true && index !== first ? { ...element, primary: false } : element,
    );
  },
};
