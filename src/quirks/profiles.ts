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
import { parameterCase } from "./parameter-case.ts";
import { pathKeys } from "./path-keys.ts";
import type { Quirk } from "./quirk.ts";
import { readOnlyValues } from "./readonly-values.ts";
import { referenceStrings } from "./reference-strings.ts";
import { removeValueList } from "./remove-value-list.ts";
import { searchTexts } from "./search-texts.ts";
import { singlePrimary } from "./single-primary.ts";
import { unknownPaths } from "./unknown-paths.ts";
import { unknownSchemas } from "./unknown-schemas.ts";
import { unquotedIntegers } from "./unquoted-integers.ts";
import { unquotedOperands } from "./unquoted-operands.ts";
import { unquotedPathOperands } from "./unquoted-path-operands.ts";
import { valueObjects } from "./value-objects.ts";
import { valuePathComparison } from "./value-path-comparison.ts";
import { wrappedValues } from "./wrapped-values.ts";

/** Every rule that can neither lose nor invent data. */
const lenient: readonly Quirk[] = [
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
  ...lenient,
  unquotedPathOperands,
  singlePrimary,
  attributeAliases({ email: "emails.value" }),
];

/** The rules that say that this client needs them. */
const neededBy = (client: string): readonly Quirk[] =>
  every.filter((rule) => rule.clients.some((name) => name.startsWith(client)));

/**
 * Named sets of rules. `lenient`, the default, serves the identity providers unmodified; `strict` is the literal RFC. A
 * client's own profile has the rules that this client needs, whether `lenient` has them or not, and no other: for a host that
 * wants no more tolerance than that. SailPoint and Rippling need none.
 *
 * @example
 * ```ts
 * import { profiles } from "scimkit";
 * const ids = profiles.lenient.map((quirk) => quirk.id);
 * const forEntraAlone = profiles.entra.filter((quirk) => quirk.id !== "unquoted-operands");
 * ```
 */
export const profiles = {
  lenient,
  strict: [] as readonly Quirk[],
  entra: neededBy("Entra ID"),
  okta: neededBy("Okta"),
  onelogin: neededBy("OneLogin"),
  ping: neededBy("Ping"),
  jumpcloud: neededBy("JumpCloud"),
  google: neededBy("Google Workspace"),
  authentik: neededBy("authentik"),
  keycloak: neededBy("keycloak-scim"),
  cyberark: neededBy("CyberArk"),
} as const;

/** Name of a profile. */
export type ProfileName = keyof typeof profiles;
