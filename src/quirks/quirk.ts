import type { Search } from "../filter/search.ts";
import type { Attribute } from "../schema/attribute.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { ValuePlace } from "../schema/value-reader.ts";

/**
 * One tolerance for what an identity provider sends, by name. A rule works on the parsed request, never on text, and neither
 * loses nor invents data; when it fires, a `{ type: "quirk" }` event says so.
 *
 * @example
 * ```ts
 * import { createScim, profiles, type Quirk, User } from "scimkit";
 * import { memoryStorage } from "scimkit/memory";
 * const yesNo: Quirk = {
 *   id: "yes-no-booleans",
 *   description: 'Reads "yes" and "no" as booleans.',
 *   clients: ["our own importer"],
 *   bends: "RFC 7643 §2.3.2",
 *   value: (attribute, raw) => (attribute.type === "boolean" && (raw === "yes" || raw === "no") ? raw === "yes" : undefined),
 * };
 * createScim({
 *   resourceTypes: [User], storage: memoryStorage(), baseUrl: "https://example.com/scim/v2",
 *   authenticate: () => ({}), profile: [...profiles.lenient, yesNo],
 * });
 * ```
 */
export interface Quirk {
  /** Stable name in kebab case; events carry it. */
  readonly id: string;
  /** One sentence: what is tolerated and what is made of it. */
  readonly description: string;
  /** Clients that need it. */
  readonly clients: readonly string[];
  /** The clause of the RFC that it bends. */
  readonly bends: string;
  /**
   * A value that does not fit its attribute, in a body, a PATCH value or a filter operand: one that is nearer to it, `null` for
   * unassigned, undefined if the rule has nothing to say. What one rule made is given to the others until it fits, each rule
   * being heard once at most; where it never does, the value is refused as it came. `place` says what the value stands for.
   */
  value?(attribute: Attribute, raw: unknown, place: ValuePlace): unknown;
  /** Elements of which several are primary: the elements to take instead. */
  primaries?(attribute: Attribute, elements: readonly ResourceObject[]): readonly ResourceObject[] | undefined;
  /** An attribute name in a body that the type does not have at that place: the attribute that is meant. */
  attribute?(name: string, resourceType: CompiledResourceType): Attribute | undefined;
  /** An attribute name that the type does not have, and where it stands (`sortBy` counts as filter): the path that is meant. */
  alias?(name: string, resourceType: CompiledResourceType, place: "filter" | "selection" | "path"): string | undefined;
  /** The parameters of a query or selection, from the URL or the body of a search: others to take instead. */
  search?(search: Search): Search | undefined;
  /** A readWrite attribute that a PUT omits: `"keep"` leaves its value alone, where RFC 7644 §3.5.1 lets the server choose. */
  omitted?(attribute: Attribute): "keep" | undefined;
  /** Settings of the reader that the rule switches on. */
  readonly reads?: Partial<Readings>;
}

/** Switches that rules set; all are off under `strict`. */
export interface Readings {
  /** Text that is no URI is taken as it is in a reference to something outside of the server, unless formats are enforced. */
  readonly externalTexts: boolean;
  /** An empty password leaves the one that there is alone. */
  readonly emptySecrets: boolean;
  /** `"path": ""` in a PATCH is no path. */
  readonly emptyPaths: boolean;
  /** Parameters of a query are found in any letter case. */
  readonly parameterCase: boolean;
  /** Names in one text, and numbers as texts, in the body of a search. */
  readonly searchTexts: boolean;
  /** A body without `schemas` is read as the message or resource type of its endpoint. */
  readonly missingSchemas: boolean;
  /** URNs in `schemas` that the resource type does not have are ignored, never stored. */
  readonly unknownSchemas: boolean;
  /** `emails[type eq "work"].value eq "x"` is a filter. */
  readonly valuePathComparison: boolean;
  /** `manager eq "x"` is `manager.value eq "x"`. */
  readonly impliedValue: boolean;
  /** `externalId eq jyoung` is `externalId eq "jyoung"`, and `active eq False` is `active eq false`. */
  readonly unquotedOperands: boolean;
  /** `emails[type eq work]` in the path of a PATCH is `emails[type eq "work"]`. */
  readonly unquotedPathOperands: boolean;
  /** `/users` is `/Users`. */
  readonly endpointCase: boolean;
  /** A PATCH path that names no attribute is left out, where another operation names one or its URN is unknown. */
  readonly unknownPaths: boolean;
  /** readOnly attributes in a path-less PATCH value are ignored. */
  readonly readOnlyValues: boolean;
  /** Names with dots or URNs in a path-less PATCH value are paths. */
  readonly pathKeys: boolean;
  /** A PATCH remove with values removes those alone. */
  readonly removeValueList: boolean;
  /** A value path that selects nothing creates the element that it describes. */
  readonly createOnNoMatch: boolean;
  /** The PATCH within a bulk request may be the bare list of its operations. */
  readonly bareOperations: boolean;
  /** A PATCH without operations changes nothing. */
  readonly emptyOperations: boolean;
}

/** Told that a rule fired, and where. */
export type QuirkNote = (quirk: string, path: string) => void;

/** The rules of a profile, folded into what the readers ask. */
export interface ActiveQuirks {
  readonly reads: Readings;
  /** The value that fits, `null` for unassigned, or undefined where the rules make none. */
  value(
    attribute: Attribute,
    raw: unknown,
    place: ValuePlace,
    fits: (value: unknown) => boolean,
    note: (quirk: string) => void,
  ): unknown;
  primaries(
    attribute: Attribute,
    elements: readonly ResourceObject[],
    path: string,
    note: QuirkNote,
  ): readonly ResourceObject[] | undefined;
  attribute(name: string, resourceType: CompiledResourceType, note: QuirkNote): Attribute | undefined;
  alias(
    name: string,
    resourceType: CompiledResourceType,
    place: "filter" | "selection" | "path",
    note: QuirkNote,
  ): string | undefined;
  /** What the rules make of the parameters, each of what the one before it made. */
  search(search: Search, note: QuirkNote): Search;
  keepsOmitted(attribute: Attribute, note: QuirkNote): boolean;
  /** The rule that switched a reading on, for its note. */
  ruleOf(reading: keyof Readings): string;
}

const LITERAL: Readings = {
  externalTexts: false,
  emptySecrets: false,
  emptyPaths: false,
  parameterCase: false,
  searchTexts: false,
  missingSchemas: false,
  unknownSchemas: false,
  valuePathComparison: false,
  impliedValue: false,
  unquotedOperands: false,
  unquotedPathOperands: false,
  endpointCase: false,
  unknownPaths: false,
  readOnlyValues: false,
  pathKeys: false,
  removeValueList: false,
  createOnNoMatch: false,
  bareOperations: false,
  emptyOperations: false,
};

/** Folds a list of rules; where several have something to say, the first does. */
export function activate(rules: readonly Quirk[]): ActiveQuirks {
  const firstOf = <T>(ask: (rule: Quirk) => T | undefined, path: string, note: QuirkNote): T | undefined => {
    for (const rule of rules) {
      const answer = ask(rule);
      if (answer === undefined) continue;
      note(rule.id, path);
      return answer;
    }
    return undefined;
  };
  return {
    reads: Object.assign({}, LITERAL, ...rules.map((rule) => rule.reads ?? {})) as Readings,
    value: (attribute, raw, place, fits, note) => fittingValue(rules, attribute, raw, place, fits, note),
    primaries: (attribute, elements, path, note) =>
      firstOf((rule) => rule.primaries?.(attribute, elements), path, note),
    attribute: (name, resourceType, note) => firstOf((rule) => rule.attribute?.(name, resourceType), name, note),
    alias: (name, resourceType, place, note) => firstOf((rule) => rule.alias?.(name, resourceType, place), name, note),
    search: (search, note) =>
      rules.reduce((given, rule) => {
        const taken = rule.search?.(given);
        if (taken === undefined) return given;
        note(rule.id, differingNames(given, taken));
        return taken;
      }, search),
    keepsOmitted: (attribute, note) => firstOf((rule) => rule.omitted?.(attribute), attribute.path, note) !== undefined,
    ruleOf: (reading) => rules.find((rule) => rule.reads?.[reading] === true)?.id ?? reading,
  };
}

/** What the rules make of a value, one after another, none of them twice; those that had a part in it leave their notes. */
function fittingValue(
  rules: readonly Quirk[],
  attribute: Attribute,
  raw: unknown,
  place: ValuePlace,
  fits: (value: unknown) => boolean,
  note: (quirk: string) => void,
): unknown {
  const heard = new Set<Quirk>();
  let value = raw;
  while (value !== null && !fits(value)) {
    const step = nextStep(rules, heard, attribute, value, place);
    if (step === undefined) return undefined;
    value = step.value;
    heard.add(step.rule);
  }
  for (const { id } of heard) note(id);
  return value;
}

/** The first rule that has something to say of the value and has not been heard, and what it says. */
function nextStep(
  rules: readonly Quirk[],
  heard: ReadonlySet<Quirk>,
  attribute: Attribute,
  given: unknown,
  place: ValuePlace,
): { readonly rule: Quirk; readonly value: unknown } | undefined {
  for (const rule of rules) {
    const value = heard.has(rule) ? undefined : rule.value?.(attribute, given, place);
    if (value !== undefined) return { rule, value };
  }
  return undefined;
}

/** The parameters that a rule changed. */
function differingNames(given: Search, taken: Search): string {
  const names = Object.keys(given) as (keyof Search)[];
  return names.filter((name) => given[name] !== taken[name]).join(", ");
}
