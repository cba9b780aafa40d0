import type { AttributePath } from "../schema/attribute.ts";
import type { Filter } from "./ast.ts";

/** A resolved filter, or what is known of its outcome before any resource is looked at. */
export type Folded = Filter<AttributePath> | boolean;

/** Joins parts by `and` or `or`, in normal form: at least two parts, none of them of the same kind. */
export function junction(type: "and" | "or", parts: readonly Folded[]): Folded {
  const neutral = type === "and";
  const open: Filter<AttributePath>[] = [];
  for (const part of parts) {
    if (part === !neutral) return part;
    if (typeof part === "boolean") continue;
    if (part.type === type) open.push(...part.filters);
    else open.push(part);
  }
  const [first, second] = open;
  return first === undefined ? neutral : second === undefined ? first : { type, filters: open };
}

/** Turns a part round. */
export function negation(part: Folded): Folded {
  return typeof part === "boolean" ? !part : { type: "not", filter: part };
}
