import { attributeAliases } from "./attribute-aliases.ts";
import { bareExtensionAttributes } from "./bare-extension-attributes.ts";
import { bareOperations } from "./bare-operations.ts";
import { blankReferences } from "./blank-references.ts";
import { booleanStrings } from "./boolean-strings.ts";
import { bothSelections } from "./both-selections.ts";
import { createOnNoMatch } from "./create-on-no-match.ts";
import { elementStrings } from "./element-strings.ts";
import { emptyOperations } from "./empty-operations.ts";
import { emptyPasswords } from "./empty-passwords.ts";
import { emptyPaths } from "./empty-paths.ts";
import { endpointCase } from "./endpoint-case.ts";
import { equalPrimaries } from "./equal-primaries.ts";
import { externalTexts } from "./external-texts.ts";
import { impliedValue } from "./implied-value.ts";
import { loneValues } from "./lone-values.ts";
import { missingSchemas } from "./missing-schemas.ts";
import { numberStrings } from "./number-strings.ts";
import { omittedActive } from "./omitted-active.ts";
import { overwritingReplace } from "./overwriting-replace.ts";
import { parameterCase } from "./parameter-case.ts";
import { pathKeys } from "./path-keys.ts";
import { pathRequired } from "./path-required.ts";
import { composeProfile, type Profile, type ProfileDefinition } from "./profile.ts";
import type { Quirk } from "./quirk.ts";
import { readOnlyValues } from "./readonly-values.ts";
import { referenceStrings } from "./reference-strings.ts";
import { removeValueList } from "./remove-value-list.ts";
import { renamedTombstones } from "./renamed-tombstones.ts";
import { searchTexts } from "./search-texts.ts";
import { singlePrimary } from "./single-primary.ts";
import { unknownNames } from "./unknown-names.ts";
import { unknownPaths } from "./unknown-paths.ts";
import { unknownSchemas } from "./unknown-schemas.ts";
import { unquotedIntegers } from "./unquoted-integers.ts";
import { unquotedOperands } from "./unquoted-operands.ts";
import { unquotedPathOperands } from "./unquoted-path-operands.ts";
import { valueObjects } from "./value-objects.ts";
import { valuePathComparison } from "./value-path-comparison.ts";
import { wholeElements } from "./whole-elements.ts";
import { wrappedValues } from "./wrapped-values.ts";

/** Every rule that can neither lose nor invent data. */
const harmless: readonly Quirk[] = [
  wrappedValues,
  loneValues,
  valueObjects,
  unquotedIntegers,
  booleanStrings,
  numberStrings,
  referenceStrings,
  elementStrings,
  blankReferences,
  externalTexts,
  emptyPasswords,
  equalPrimaries,
  missingSchemas,
  unknownSchemas,
  bareExtensionAttributes,
  valuePathComparison,
  impliedValue,
  bothSelections,
  createOnNoMatch,
  bareOperations,
  emptyOperations,
  emptyPaths,
  pathKeys,
  readOnlyValues,
  removeValueList,
  unknownPaths,
  unquotedOperands,
  parameterCase,
  searchTexts,
  endpointCase,
  omittedActive,
];

/** And those that a client needs all the same, which drop what was said or read what can be meant in two ways. */
const every: readonly Quirk[] = [
  ...harmless,
  renamedTombstones,
  unquotedPathOperands,
  singlePrimary,
  attributeAliases({ email: "emails.value" }),
];

/** A profile of the rules that say that this client needs them. */
const neededBy = (name: string, client: string): Profile =>
  composeProfile({
    name,
    quirks: every.filter((rule) => rule.clients.some((one) => one.startsWith(client))),
  });

/** The letter of the RFC, where it has one; and where it leaves a choice, what promises the client more. */
const strict = composeProfile({ name: "strict", settings: { references: "require", patchResponse: "resource" } });

/** How many results a client may ask for. */
const INTEROP_RESULTS = 100;

/**
 * The restrictions of the draft "SCIM Interoperability Profile", on top of `strict`; docs/profiles/ietf-interop.md has them row by
 * row, and says which text they were read from.
 */
const ietfInterop = composeProfile({
  name: "ietf-interop",
  extends: strict,
  quirks: [pathRequired, unknownNames, overwritingReplace, wholeElements],
  settings: { unknownAttributes: "reject" },
  needs: { filter: true, limits: { results: INTEROP_RESULTS } },
  announce: { interopProfileConformant: true },
});

/** How many operations on members a PATCH must be able to have. */
const IPSIE_OPERATIONS = 50;

/** And what the OpenID IPSIE AL profile for SCIM adds; docs/profiles/ipsie-al.md. */
const ipsieAl = composeProfile({
  name: "ipsie-al",
  extends: ietfInterop,
  withoutAttributes: ["password"],
  needs: { bulk: true, throttle: true, limits: { operations: IPSIE_OPERATIONS } },
  announce: { interopProfileConformant: true },
});

/**
 * The profiles that come with the package. `lenient`, the default, serves the identity providers unmodified; `strict` is the literal
 * RFC. A client's own profile has the rules that this client needs, whether `lenient` has them or not, and no other: for a host that
 * wants no more tolerance than that. SailPoint and Rippling need none. `ietf-interop` and `ipsie-al` are stricter than `strict`:
 * they refuse what drafts of the IETF and of OpenID say must be refused, and are tied to what these say (docs/profiles). A later
 * version may have more.
 *
 * @example
 * ```ts
 * import { defineProfile, profiles } from "scimkit";
 * const ids = profiles.lenient.quirks.map((quirk) => quirk.id);
 * const forEntraAlone = defineProfile({ extends: "entra", without: ["unquoted-operands"] });
 * ```
 */
export const profiles = Object.freeze({
  lenient: composeProfile({ name: "lenient", quirks: [...harmless, renamedTombstones] }),
  strict,
  entra: neededBy("entra", "Entra ID"),
  okta: neededBy("okta", "Okta"),
  onelogin: neededBy("onelogin", "OneLogin"),
  ping: neededBy("ping", "Ping"),
  jumpcloud: neededBy("jumpcloud", "JumpCloud"),
  google: neededBy("google", "Google Workspace"),
  authentik: neededBy("authentik", "authentik"),
  keycloak: neededBy("keycloak", "keycloak-scim"),
  cyberark: neededBy("cyberark", "CyberArk"),
  "ietf-interop": ietfInterop,
  "ipsie-al": ipsieAl,
});

/** Name of a profile; a later version may have more. */
export type ProfileName = keyof typeof profiles;

/**
 * Makes a profile: another one without some of its rules, with rules of one's own, with other settings. The result is frozen data, for
 * `createScim({ profile })` and for tenants; make it once, since what is compiled for a profile is kept with the object.
 *
 * @throws {TypeError} for a member, profile, rule or setting that there is none of, with the one that is meant; for two rules of one id.
 * @example
 * ```ts
 * import { createScim, defineProfile, User } from "scimkit";
 * import { memoryStorage } from "scimkit/memory";
 * const profile = defineProfile({
 *   name: "acme",
 *   extends: "lenient",
 *   without: ["boolean-strings"],
 *   settings: { putOmitted: "keep" },
 * });
 * createScim({
 *   resourceTypes: [User], storage: memoryStorage(), baseUrl: "https://example.com/scim/v2",
 *   authenticate: () => ({}), profile,
 * });
 * ```
 * @see RFC 7644 §3
 */
export function defineProfile(definition: ProfileDefinition<ProfileName>): Profile {
  return composeProfile(definition, profiles);
}
