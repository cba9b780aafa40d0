import { isSame } from "../schema/value.ts";
import type { Quirk } from "./quirk.ts";

/** Two e-mail attributes filled with one address, both primary [Q49 R-52a]. The primary value is the same whichever keeps the mark. */
export const equalPrimaries: Quirk = {
  id: "equal-primaries",
  description: "Of several elements with primary true and one and the same value, the first stays primary.",
  clients: ["PingOne"],
  bends: "RFC 7643 §2.4",
  primaries(attribute, elements) {
    const marked = elements.filter(({ primary }) => primary === true);
    const value = attribute.sub("value");
    const keys = marked.map((element) => (element.value === undefined ? undefined : value?.key(element.value)));
    const [first] = keys;
    if (first === undefined || keys.some((key) => key !== first)) return undefined;
    return elements.flatMap((element) => {
      if (element.primary !== true || element === marked[0]) return [element];
      // To the letter the same as the first it is the first once more.
      return isSame(element, marked[0]) ? [] : [{ ...element, primary: false }];
    });
  },
};
