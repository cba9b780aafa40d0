import type { QuirkNote } from "../quirks/quirk.ts";
import type { Attribute } from "../schema/attribute.ts";
import type { Context } from "../storage/adapter.ts";
import type { Engine } from "./call.ts";

/** What a client cannot change by a PUT, and what it cannot send back because it does not see it. */
export function isFixed(attribute: Attribute, isOmitted: boolean): boolean {
  if (attribute.mutability === "readOnly") return true;
  return isOmitted && (attribute.mutability === "immutable" || attribute.returned === "request");
}

/** Whether a PUT leaves a value alone that it omits and could clear. */
export function keepsOmitted<C extends Context>(engine: Engine<C>, attribute: Attribute, note: QuirkNote): boolean {
  return engine.putOmitted === "keep" || engine.quirks.keepsOmitted(attribute, note);
}
