import { checkNames, type Known, noneOf } from "../schema/known-names.ts";
import type { Quirk } from "./quirk.ts";

/** What `references` of a profile says of an attribute. @see RFC 7643 §2.3.7 */
export const REFERENCE_POLICIES = ["check", "require", "ignore", "drop"] as const;

/** One of `REFERENCE_POLICIES`; a later version may have more. */
export type ReferencePolicy = (typeof REFERENCE_POLICIES)[number];

/**
 * What a profile decides besides its rules: where the RFC leaves a choice, or a check is optional. Each one that is left out has the
 * default that is said here.
 *
 * @example
 * ```ts
 * import { defineProfile, type ProfileSettings } from "scimkit";
 * const settings: ProfileSettings = { unknownAttributes: "reject", references: { "Group.members": "drop" } };
 * const careful = defineProfile({ extends: "lenient", settings });
 * ```
 * @see RFC 7644 §3
 */
export interface ProfileSettings {
  /**
   * `"reject"`: an unknown attribute in a body is 400 invalidSyntax. Default `"ignore"`: it is left out, and an event says so.
   * @see RFC 7644 §3.3
   */
  readonly unknownAttributes?: "ignore" | "reject" | undefined;
  /**
   * `"enforce"`: a value outside of an attribute's canonicalValues is 400 invalidValue. Default `"suggest"`: it is taken.
   * @see RFC 7643 §7
   */
  readonly canonicalValues?: "suggest" | "enforce" | undefined;
  /**
   * `"enforce"`: a language, time zone, country code or certificate that is none is 400 invalidValue. Default `"ignore"`,
   * because identity providers send what people typed.
   * @see RFC 7643 §4.1
   */
  readonly formats?: "ignore" | "enforce" | undefined;
  /**
   * What becomes of references to resources that do not exist, for all attributes or by attribute, as in
   * `{ "Group.members": "drop", "User.manager": "ignore" }`; `"*"` stands for those not named, which else are as the profile that
   * is extended has them. `"check"`: as the attribute's `integrity` says: 400 invalidValue for members; a manager is kept as sent,
   * without `$ref` until the resource exists, and a `missingReference` event tells of it. `"require"`: 400 for all, as under
   * `strict`. `"drop"`: it is left out, with such an event, and the rest of the request is done. `"ignore"`: it is kept,
   * required or not, and nothing is told. Storage that cannot hold a reference to nothing (`mappedStorage`) leaves out what would
   * be kept, and is refused together with `"ignore"`. Default `"check"`.
   * @see RFC 7643 §2.3.7
   */
  readonly references?: ReferencePolicy | { readonly [attribute: string]: ReferencePolicy } | undefined;
  /**
   * `"keep"`: a PUT leaves attributes alone that it omits. Default `"clear"`: it unassigns them.
   * @see RFC 7644 §3.5.1
   */
  readonly putOmitted?: "clear" | "keep" | undefined;
  /**
   * `"resource"`: a PATCH is always answered with 200 and the resource, as under `strict`. Default `"auto"`: a PATCH that storage
   * took as a delta is 204, because the resource was not read; `attributes` in the request makes it 200.
   * @see RFC 7644 §3.5.2
   */
  readonly patchResponse?: "auto" | "resource" | undefined;
  /**
   * `false`: no ETag and no `meta.version` are sent, and If-Match and If-None-Match are passed over. Default `true`. Writes are
   * kept from overwriting each other either way.
   * @see RFC 7644 §3.14
   */
  readonly etags?: boolean | undefined;
  /**
   * `"none"`: `ne` on a multi-valued attribute matches where no value equals. Default `"any"`, the RFC's: where any value differs.
   * @see RFC 7644 §3.4.2.2
   */
  readonly neMultiValued?: "any" | "none" | undefined;
}

/** Settings with every default applied. */
export type SettledSettings = { readonly [K in keyof ProfileSettings]-?: NonNullable<ProfileSettings[K]> };

/** What holds where a profile says nothing. */
export const SETTINGS: SettledSettings = Object.freeze({
  unknownAttributes: "ignore",
  canonicalValues: "suggest",
  formats: "ignore",
  references: "check",
  putOmitted: "clear",
  patchResponse: "auto",
  etags: true,
  neMultiValued: "any",
});

/** What each setting may be; `references` may be an object of its values too. */
const VALUES: { readonly [K in keyof SettledSettings]: readonly unknown[] } = {
  unknownAttributes: ["ignore", "reject"],
  canonicalValues: ["suggest", "enforce"],
  formats: ["ignore", "enforce"],
  references: REFERENCE_POLICIES,
  putOmitted: ["clear", "keep"],
  patchResponse: ["auto", "resource"],
  etags: [true, false],
  neMultiValued: ["any", "none"],
};

/**
 * What a profile needs of the other options of `createScim`, which does not start (for a tenant: answers 500) without it. Each left
 * out is not asked for.
 */
export interface ProfileNeeds {
  /** `true`: bulk requests must be served. @see RFC 7644 §3.7 */
  readonly bulk?: true | undefined;
  /** `true`: there must be a `throttle`, so that a client that asks too much gets a 429. @see RFC 7644 §3.12 */
  readonly throttle?: true | undefined;
  /** `true`: every storage adapter must filter. @see RFC 7644 §3.4.2.2 */
  readonly filter?: true | undefined;
  /** The least that limits may be, by their names in `limits`: `{ operations: 50 }`, a PATCH may have fifty operations. */
  readonly limits?: { readonly [limit: string]: number } | undefined;
}

/**
 * How the requests of a client are read, as data: tolerances and restrictions (`quirks`) and `settings`. Made by `defineProfile`;
 * given to `createScim`, or to one tenant, as `profile`. A later version may have more members.
 *
 * @example
 * ```ts
 * import { type Profile, profiles } from "scimkit";
 * const describe = ({ name, quirks }: Profile) => `${name}: ${quirks.map(({ id }) => id).join(", ")}`;
 * describe(profiles.okta);
 * ```
 */
export interface Profile {
  /** For people: in errors and logs. */
  readonly name: string;
  /** Its rules, in the order in which they are heard. */
  readonly quirks: readonly Quirk[];
  readonly settings: ProfileSettings;
  /**
   * Names of attributes that no resource type has under this profile: they are in no schema, answer or filter, and unknown in a
   * body. Of base schemas, in any letter case. Default none.
   */
  readonly withoutAttributes?: readonly string[] | undefined;
  /** Members of `/ServiceProviderConfig` that are true under this profile, as the option `announce` has them. Default none. */
  readonly announce?: { readonly [name: string]: unknown } | undefined;
  /** What it needs of the other options. Default nothing. */
  readonly needs?: ProfileNeeds | undefined;
}

/** What `defineProfile` makes a profile of. */
export interface ProfileDefinition<N extends string = string> {
  /** Default: that of the profile which is extended with `, changed` behind it, or `custom`. */
  readonly name?: string | undefined;
  /** A profile by its name, or one that somebody defined: where this one begins. Default: no rules, and the defaults of the settings. */
  readonly extends?: N | Profile | undefined;
  /** Ids of rules of the extended profile that this one does not have. Default none. */
  readonly without?: readonly string[] | undefined;
  /** Rules behind those of the extended profile; one that has the id of one of those stands in its place. Default none. */
  readonly quirks?: readonly Quirk[] | undefined;
  /** Settings that are others than in the extended profile. Default none. */
  readonly settings?: ProfileSettings | undefined;
  /** Attributes to leave out, besides those that the extended profile leaves out. Default none. */
  readonly withoutAttributes?: readonly string[] | undefined;
  /**
   * What is announced under this profile. Not taken from the profile that is extended: who changes a profile says anew what is
   * true of it. Default nothing.
   */
  readonly announce?: { readonly [name: string]: unknown } | undefined;
  /** Besides what the extended profile needs. Default nothing. */
  readonly needs?: ProfileNeeds | undefined;
}

const MEMBERS: Known<ProfileDefinition> = {
  name: true,
  extends: true,
  without: true,
  quirks: true,
  settings: true,
  withoutAttributes: true,
  announce: true,
  needs: true,
};
const NEEDS: Known<ProfileNeeds> = {
  bulk: true,
  throttle: true,
  filter: true,
  limits: true,
};

/**
 * Puts a profile together: `named` are those that can be extended by name.
 * @throws {TypeError} as `defineProfile`.
 */
export function composeProfile(
  definition: ProfileDefinition,
  named: { readonly [name: string]: Profile } = {},
): Profile {
  if (!isObject(definition))
    throw new TypeError('defineProfile: give an object, such as { extends: "lenient", settings: {} }.');
  checkNames("defineProfile", definition, MEMBERS);
  const base = extended(named, definition.extends);
  const quirks = quirksOf(base, definition);
  checkSettings("defineProfile: settings", definition.settings);
  const needs = needsOf(base, definition);
  const withoutAttributes = [...(base?.withoutAttributes ?? []), ...(definition.withoutAttributes ?? [])];
  const profile: Profile = {
    name: definition.name ?? (base === undefined ? "custom" : `${base.name}, changed`),
    quirks: Object.freeze(quirks),
    settings: Object.freeze(settingsOf(base, definition.settings ?? {})),
    ...(withoutAttributes.length === 0 ? {} : { withoutAttributes: Object.freeze(withoutAttributes) }),
    ...(definition.announce === undefined ? {} : { announce: frozenCopy(definition.announce) }),
    ...(needs === undefined ? {} : { needs: Object.freeze(needs) }),
  };
  checkProfile("defineProfile", profile);
  return Object.freeze(profile);
}

/** The same data, which nobody can change any more. */
function frozenCopy<T>(data: T): T {
  const freeze = (value: unknown): unknown => {
    if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
    return value;
  };
  return freeze(structuredClone(data)) as T;
}

function extended(
  named: { readonly [name: string]: Profile },
  base: string | Profile | undefined,
): Profile | undefined {
  if (base === undefined) return undefined;
  if (typeof base === "string") {
    const found = Object.hasOwn(named, base) ? named[base] : undefined;
    if (found === undefined)
      throw new TypeError(`defineProfile: extends: ${noneOf("profile", base, Object.keys(named))}`);
    return found;
  }
  checkProfile("defineProfile: extends", base);
  return base;
}

/** The rules of the base that stay, those of the definition in the place of namesakes, and the rest of these behind. */
function quirksOf(base: Profile | undefined, { without = [], quirks = [] }: ProfileDefinition): Quirk[] {
  const old = base?.quirks ?? [];
  const ids = old.map(({ id }) => id);
  checkIds(without);
  for (const id of without)
    if (!ids.includes(id)) throw new TypeError(`defineProfile: without: ${noneOf("rule", id, ids)}`);
  checkQuirks("defineProfile", quirks);
  const own = new Map(quirks.map((rule) => [rule.id, rule]));
  const stays = old.filter(({ id }) => !without.includes(id));
  const behind = quirks.filter(({ id }) => !stays.some((rule) => rule.id === id));
  return [...stays.map((rule) => own.get(rule.id) ?? rule), ...behind];
}

/** An object of `references` says what is other than in the base. */
function settingsOf(base: Profile | undefined, own: ProfileSettings): ProfileSettings {
  const before = base === undefined ? SETTINGS : settledSettings(base);
  const { references } = own;
  const others = typeof before.references === "string" ? { "*": before.references } : before.references;
  return {
    ...before,
    ...stated(own),
    ...(typeof references === "object" ? { references: Object.freeze({ ...others, ...references }) } : {}),
  };
}

/** Both what the base needs and what the definition does; of two bounds on a limit, the higher. */
function needsOf(base: Profile | undefined, { needs }: ProfileDefinition): ProfileNeeds | undefined {
  if (needs === undefined) return base?.needs;
  checkNames("defineProfile: needs", needs, NEEDS);
  const least = new Map(Object.entries(base?.needs?.limits ?? {}));
  for (const [name, bound] of Object.entries(needs.limits ?? {}))
    least.set(name, Math.max(bound, least.get(name) ?? 0));
  const limits = least.size === 0 ? {} : { limits: Object.freeze(Object.fromEntries(least)) };
  return { ...stated(base?.needs ?? {}), ...stated(needs), ...limits };
}

/** A member that is undefined is not given. */
function stated<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}

/** The settings of a profile, with the default of each that it does not have: one from another version may lack some. */
export function settledSettings({ settings }: Profile): SettledSettings {
  return { ...SETTINGS, ...stated(settings) } as SettledSettings;
}

/**
 * Checks what somebody gave for a profile.
 * @throws {TypeError} naming the member and what it must be.
 */
export function checkProfile(where: string, profile: unknown): asserts profile is Profile {
  if (!isRecord(profile) || typeof profile.name !== "string" || profile.name === "" || !isRecord(profile.settings))
    throw new TypeError(
      `${where}: a profile is made by defineProfile; of a list of rules make one by defineProfile({ quirks: [ … ] }).`,
    );
  checkQuirks(where, profile.quirks);
  checkSettings(`${where}: settings`, profile.settings);
  const { withoutAttributes, announce, needs } = profile;
  if (withoutAttributes !== undefined && !isListOf(withoutAttributes, (name) => typeof name === "string"))
    throw new TypeError(`${where}: withoutAttributes must be a list of names of attributes.`);
  if (announce !== undefined && !isRecord(announce))
    throw new TypeError(`${where}: announce must be an object of members of /ServiceProviderConfig.`);
  if (needs !== undefined && !isRecord(needs)) throw new TypeError(`${where}: needs must be an object.`);
}

function checkIds(without: unknown): void {
  if (!isListOf(without, (id) => typeof id === "string"))
    throw new TypeError("defineProfile: without must be a list of ids of rules.");
}

function checkQuirks(where: string, quirks: unknown): void {
  if (!isListOf(quirks, (rule) => isRecord(rule) && typeof rule.id === "string" && rule.id !== ""))
    throw new TypeError(`${where}: quirks must be a list of rules, each with an id.`);
  const ids = (quirks as readonly Quirk[]).map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new TypeError(`${where}: quirks has two rules with the id ${JSON.stringify(twice)}.`);
}

function checkSettings(where: string, settings: unknown): void {
  if (settings === undefined) return;
  if (!isRecord(settings)) throw new TypeError(`${where} must be an object.`);
  checkNames(where, settings, VALUES);
  for (const [name, value] of Object.entries(settings)) {
    const possible = VALUES[name as keyof SettledSettings];
    const given = name === "references" && isRecord(value) ? Object.values(value) : [value];
    if (given.every((one) => one === undefined || possible.includes(one))) continue;
    const more =
      name === "references" ? ", or an object that gives one of them to attributes such as Group.members" : "";
    throw new TypeError(
      `${where}.${name}: must be one of ${possible.map((one) => JSON.stringify(one)).join(", ")}${more}.`,
    );
  }
}

/** As `isRecord`, of what has a type already. */
function isObject(value: object): boolean {
  return isRecord(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOf(value: unknown, isOne: (element: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne);
}
