import type { FilterParseOptions } from "../filter/parse-options.ts";
import type { ResolveOptions } from "../filter/resolve.ts";
import type { Readings } from "../quirks/quirk.ts";
import { printable } from "../schema/printable.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { ReadOptions } from "../schema/value-reader.ts";
import type { Context } from "../storage/adapter.ts";
import type { Call } from "./call.ts";
import { idOfUrl } from "./location.ts";

/** How bodies of this request are read. */
export function readOptions<C extends Context>(resourceType: CompiledResourceType, call: Call<C>): ReadOptions {
  const { engine, note } = call;
  const { refusesUnknownNames } = engine.quirks;
  return {
    limits: engine.limits,
    unknownAttributes: refusesUnknownNames === undefined ? engine.unknownAttributes : "reject",
    canonicalValues: engine.canonicalValues,
    formats: engine.formats,
    tolerances: {
      value: (attribute, raw, place, path, fits) =>
        engine.quirks.value(attribute, raw, place, fits, (quirk) => note(quirk, path)),
      refused:
        engine.quirks.refusedValue &&
        ((attribute, value, place, path) =>
          engine.quirks.refusedValue?.(attribute, value, place, (quirk) => note(quirk, path))),
      externalText: tolerance("externalTexts", call),
      emptySecret: tolerance("emptySecrets", call),
      primaries: (attribute, elements, path) => engine.quirks.primaries(attribute, elements, path, note),
      attribute: (name) => engine.quirks.attribute(name, resourceType, note),
      unknown: (path) =>
        engine.emit({ type: "unknownAttribute", path, resourceType: resourceType.name, context: call.context }),
      unknownRefused: unknownRefused(call),
      idOf: (url) => idOfUrl(call.baseUrl, engine.resourceTypes, url),
    },
  };
}

/** Notes that a rule refused a name that there is none of, and gives its id; undefined where no rule does. */
export function unknownRefused<C extends Context>({ engine, note }: Call<C>): ((path: string) => string) | undefined {
  const rule = engine.quirks.refusesUnknownNames;
  if (rule === undefined) return undefined;
  return (path) => {
    note(rule, path);
    return rule;
  };
}

/** How filters of this request are resolved, and those of paths, with the rule for operands that stand there without quotes. */
export function resolveOptions<C extends Context>(
  resourceType: CompiledResourceType,
  call: Call<C>,
  unquoted: "unquotedOperands" | "unquotedPathOperands" = "unquotedOperands",
): ResolveOptions {
  const { quirks, limits, resourceTypes, isReadable } = call.engine;
  return {
    limits,
    neMultiValued: call.engine.neMultiValued,
    impliedValue: tolerance("impliedValue", call),
    alias: (name) => quirks.alias(name, resourceType, "filter", call.note),
    operand: (attribute, value, fits) =>
      quirks.value(attribute, value, "operand", fits, (quirk) => call.note(quirk, attribute.path)),
    unquotedOperand: tolerance(unquoted, call),
    idOf: (url) => idOfUrl(call.baseUrl, resourceTypes, url),
    ...(isReadable === undefined
      ? {}
      : { isReadable: (attribute) => isReadable(attribute, resourceType, call.context) }),
  };
}

/** How filters of this request are parsed. */
export function parseOptions<C extends Context>(call: Call<C>): FilterParseOptions {
  const { quirks, limits } = call.engine;
  return {
    limits: { maxLength: limits.filterLength, maxDepth: limits.filterDepth, maxClauses: limits.filterClauses },
    valuePathComparison: quirks.reads.valuePathComparison,
    unquotedOperands: quirks.reads.unquotedOperands,
    // Of an operand without quotes it is told where its attribute is known.
    tolerated: (reading, text) => {
      if (reading === "valuePathComparison") call.note(quirks.ruleOf(reading), printable(text));
    },
  };
}

/** How paths of this request are parsed: what selects data to change is no filter that changes none [R-30a]. */
export function pathOptions<C extends Context>(call: Call<C>): FilterParseOptions {
  return { ...parseOptions(call), unquotedOperands: call.engine.quirks.reads.unquotedPathOperands };
}

/** Told where a reading was needed; undefined where the profile does not have it. */
export function tolerance<C extends Context>(
  reading: keyof Readings,
  call: Call<C>,
): ((path: string) => void) | undefined {
  const { quirks } = call.engine;
  return quirks.reads[reading] ? (path) => call.note(quirks.ruleOf(reading), path) : undefined;
}
