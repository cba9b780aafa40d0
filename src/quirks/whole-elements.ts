import type { Quirk } from "./quirk.ts";

/**
 * `{ "op": "replace", "path": "emails[type eq \"work\"]", "value": { … } }` [N-05]. A remove of what a filter selects says nothing of
 * what is in the element, and is how one member leaves a group: it stays.
 */
export const wholeElements: Quirk = {
  id: "whole-elements",
  description:
    "Refuses a PATCH add or replace of a whole element of a multi-valued complex attribute that a filter selects.",
  clients: ["draft-zollner-scim-interop-profile"],
  bends: "RFC 7644 §3.5.2.3",
  refuses: {
    operation: ({ op, attribute, sub, isSelecting }) =>
      op !== "remove" && isSelecting && sub === undefined && attribute?.type === "complex"
        ? {
            scimType: "invalidPath",
            detail: `Name a sub-attribute behind the brackets, such as ${attribute.path}[…].${attribute.subAttributes[0]?.name ?? "value"}, instead of the whole element`,
          }
        : undefined,
  },
};
