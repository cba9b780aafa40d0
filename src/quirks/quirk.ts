import type { Search } from "../filter/search.ts";
import type { Attribute } from "../schema/attribute.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { ValuePlace } from "../schema/value-reader.ts";

/**
 * One tolerance for what an identity provider sends, or one restriction of what the RFC allows, by name. A rule works on the parsed
 * request, never on text, and neither loses nor invents data; when it fires, a `{ type: "quirk" }` event says so.
 *
 * @example
 * ```ts
 * import { createScim, defineProfile, type Quirk, User } from "scimkit";
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
 *   authenticate: () => ({}), profile: defineProfile({ extends: "lenient", quirks: [yesNo] }),
 * });
 * ```
 */
export interface Quirk {
  /** Stable name in kebab case; events carry it. */
  readonly id: string;
  /** One sentence: what is tolerated and what is made of it, or what is refused. */
  readonly description: string;
  /** Clients that need it; of a restriction, the documents that demand it. */
  readonly clients: readonly string[];
  /** The clause of the RFC that it bends, or narrows. */
  readonly bends: string;
  /**
   * A value that does not fit its attribute, in a body, a PATCH value or a filter operand: one that is nearer to it, `null` for
   * unassigned, undefined if the rule has nothing to say. What one rule made is given to the others until it fits, each rule
   * being heard once at most; where it never does, the value is refused as it came. `place` tells a whole value (`"list"`, `"value"`)
   * from one of several (`"element"`, `"selected"`) and from the operand of a filter.
   */
  value?(attribute: Attribute, raw: unknown, place: ValuePlace): unknown;
  /** Elements of which several are primary: the elements to take instead. */
  primaries?(attribute: Attribute, elements: readonly ResourceObject[]): readonly ResourceObject[] | undefined;
  /** An attribute name in a body that the type does not have at that place: the attribute that is meant. */
  attribute?(name: string, resourceType: CompiledResourceType): Attribute | undefined;
  /** An attribute name that the type does not have, and where it stands (`sortBy` counts as filter): the path that is meant. */
  alias?(name: string, resourceType: CompiledResourceType, place: "filter" | "selection" | "path"): string | undefined;
  /** The paths that `alias` gives, where they are known: `createScim` refuses one that no resource type has. Default none. */
  readonly paths?: readonly string[] | undefined;
  /** The parameters of a query or selection, from the URL or the body of a search: others to take instead. */
  search?(search: Search): Search | undefined;
  /** A readWrite attribute that a PUT omits: `"keep"` leaves its value alone, where RFC 7644 §3.5.1 lets the server choose. */
  omitted?(attribute: Attribute): "keep" | undefined;
  /** Settings of the reader that the rule switches on. */
  readonly reads?: Partial<Readings>;
  /** What the rule refuses, though the RFC allows it. */
  readonly refuses?: Refusals;
}

/** What a restriction refuses: with 400, the rule's id in the detail, and a `{ type: "quirk" }` event. @see RFC 7644 §3.12 */
export interface Refusals {
  /**
   * `true`: a name that no schema of the resource type has is 400 invalidSyntax, in the bodies of POST and PUT, whatever the setting
   * `unknownAttributes` says, and in a PATCH, where it is invalidPath else.
   */
  readonly unknownNames?: boolean;
  /** An operation of a PATCH, before its value is read: why it is refused, or undefined where it is not. */
  operation?(operation: SentOperation): Refusal | undefined;
  /**
   * A value that fits its attribute, and where it stands: why it is refused, or undefined where it is not. `detail` is then the end of
   * the sentence that begins with the attribute: `must end with the domain of the company`. Filters are not asked about.
   */
  value?(attribute: Attribute, value: unknown, place: ValuePlace): Refusal | undefined;
}

/** Why something is refused. */
export interface Refusal {
  /** A sentence for people, without a full stop: what to change. It quotes no value. */
  readonly detail: string;
  /** The keyword of the error. Default `"invalidSyntax"` for operations, `"invalidValue"` for values. @see RFC 7644 §3.12 */
  readonly scimType?: "invalidSyntax" | "invalidPath" | "invalidValue" | "mutability" | undefined;
}

/** An operation of a PATCH as a restriction sees it. A later version may have more members. @see RFC 7644 §3.5.2 */
export interface SentOperation {
  readonly op: "add" | "remove" | "replace";
  /** As it was sent; undefined where there is none, so that `value` names attributes of the resource. */
  readonly path: string | undefined;
  /** What the path leads to; undefined where that is the resource or an extension as a whole. */
  readonly attribute: Attribute | undefined;
  /** The sub-attribute that the path names. */
  readonly sub: Attribute | undefined;
  /** Whether a filter in brackets selects among the values. */
  readonly isSelecting: boolean;
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
  /** A unique name that becomes the same behind 32 hexadecimal digits stays as it is. */
  readonly renamedTombstones: boolean;
  /** A PATCH replace of a complex attribute takes the place of all of it: sub-attributes that it does not name are unassigned. */
  readonly overwritingReplace: boolean;
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
  /** The rule that refuses unknown names, whatever the settings say. */
  readonly refusesUnknownNames: string | undefined;
  /** Why a rule refuses an operation, with its id; undefined as a whole where no rule looks at operations. */
  readonly refusedOperation: ((operation: SentOperation, note: QuirkNote) => Refusal | undefined) | undefined;
  /** Why a rule refuses a value that fits; undefined as a whole where no rule looks at values. */
  readonly refusedValue:
    | ((attribute: Attribute, value: unknown, place: ValuePlace, note: (quirk: string) => void) => Refusal | undefined)
    | undefined;
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
  renamedTombstones: false,
  overwritingReplace: false,
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
  // Asked of every request.
  const searching = rules.filter((rule) => rule.search !== undefined);
  return {
    reads: Object.assign({}, LITERAL, ...rules.map((rule) => rule.reads ?? {})) as Readings,
    value: (attribute, raw, place, fits, note) => fittingValue(rules, attribute, raw, place, fits, note),
    primaries: (attribute, elements, path, note) =>
      firstOf((rule) => rule.primaries?.(attribute, elements), path, note),
    attribute: (name, resourceType, note) => firstOf((rule) => rule.attribute?.(name, resourceType), name, note),
    alias: (name, resourceType, place, note) => firstOf((rule) => rule.alias?.(name, resourceType, place), name, note),
    search: (search, note) =>
      searching.reduce((given, rule) => {
        const taken = rule.search?.(given);
        if (taken === undefined) return given;
        note(rule.id, differingNames(given, taken));
        return taken;
      }, search),
    keepsOmitted: (attribute, note) => firstOf((rule) => rule.omitted?.(attribute), attribute.path, note) !== undefined,
    ruleOf: (reading) => rules.find((rule) => rule.reads?.[reading] === true)?.id ?? reading,
    ...restrictionsOf(rules),
  };
}

/** What the rules refuse; of several, the first is heard. */
function restrictionsOf(
  rules: readonly Quirk[],
): Pick<ActiveQuirks, "refusesUnknownNames" | "refusedOperation" | "refusedValue"> {
  const restrictions = rules.filter(({ refuses }) => refuses !== undefined);
  const first = (
    ask: (refuses: Refusals) => Refusal | undefined,
    note: (quirk: string) => void,
  ): Refusal | undefined => {
    for (const { id, refuses = {} } of restrictions) {
      const refusal = ask(refuses);
      if (refusal === undefined) continue;
      note(id);
      return { ...refusal, detail: `${refusal.detail} (rule ${id})` };
    }
    return undefined;
  };
  return {
    refusesUnknownNames: restrictions.find(({ refuses }) => refuses?.unknownNames === true)?.id,
    refusedOperation: restrictions.some(({ refuses }) => refuses?.operation !== undefined)
      ? (operation, note) =>
          first(
            (refuses) => refuses.operation?.(operation),
            (id) => note(id, operation.attribute?.path ?? "path"),
          )
      : undefined,
    refusedValue: restrictions.some(({ refuses }) => refuses?.value !== undefined)
      ? (attribute, value, place, note) => first((refuses) => refuses.value?.(attribute, value, place), note)
      : undefined,
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
