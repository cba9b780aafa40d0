import type { FilterParseOptions } from "../filter/parser.ts";
import type { ResolveOptions } from "../filter/resolve.ts";
import { printable } from "../schema/printable.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import type { Context } from "../storage/adapter.ts";
import type { Call } from "./call.ts";
import { idOfUrl } from "./location.ts";
import { tolerance } from "./tolerance.ts";

/** How filters and paths of this request are resolved. */
export function resolveOptions<C extends Context>(resourceType: ResourceType, call: Call<C>): ResolveOptions {
  const { quirks, limits, resourceTypes, isReadable } = call.engine;
  return {
    limits,
    neMultiValued: call.engine.neMultiValued,
    impliedValue: tolerance(call, "impliedValue"),
    alias: (name) => quirks.alias(name, resourceType, "filter", call.note),
    operand: (attribute, value) => quirks.operand(attribute, value, call.note),
    idOf: (url) => idOfUrl(call.baseUrl, resourceTypes, url),
    ...(isReadable === undefined
      ? {}
      : { isReadable: (attribute) => isReadable(attribute, resourceType, call.context) }),
  };
}

/** How filters and paths of this request are parsed. */
export function parseOptions<C extends Context>(call: Call<C>): FilterParseOptions {
  const { quirks, limits } = call.engine;
  return {
    limits: { maxLength: limits.filterLength, maxDepth: limits.filterDepth, maxClauses: limits.filterClauses },
    valuePathComparison: quirks.reads.valuePathComparison,
    unquotedOperands: quirks.reads.unquotedOperands,
    // What was compared stays out of events, as every operand does.
    tolerated: (reading, text) =>
      call.note(quirks.ruleOf(reading), reading === "unquotedOperands" ? "filter" : printable(text)),
  };
}
