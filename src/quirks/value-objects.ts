import { isObject } from "../schema/value.ts";
import type { Quirk } from "./quirk.ts";

/** `"active": [{ "value": "false" }]`, `"department_ids": [{ "$ref": null, "value": "1" }]` [Q115 R-81]. With anything beside it, `value` may be a part only. */
export const valueObjects: Quirk = {
  id: "value-objects",
  description:
    "Reads an object that has a value and nothing else, where an attribute or its elements are simple, as that value.",
  clients: ["Entra ID", "Databricks"],
  bends: "RFC 7643 §2.3",
  value(attribute, raw, place) {
    if (place === "list" || attribute.type === "complex" || !isObject(raw)) return undefined;
    const [only, ...others] = Object.entries(raw).filter(([, value]) => value !== null);
    return only?.[0].toLowerCase() === "value" && others.length === 0 ? only[1] : undefined;
  },
};
