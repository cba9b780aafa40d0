import { bareExtensionAttributes } from "./bare-extension-attributes.ts";
import { booleanStrings } from "./boolean-strings.ts";
import { bothSelections } from "./both-selections.ts";
import { createOnNoMatch } from "./create-on-no-match.ts";
import { emptyOperations } from "./empty-operations.ts";
import { endpointCase } from "./endpoint-case.ts";
import { impliedValue } from "./implied-value.ts";
import { missingSchemas } from "./missing-schemas.ts";
import { pathKeys } from "./path-keys.ts";
import type { Quirk } from "./quirk.ts";
import { readOnlyValues } from "./readonly-values.ts";
import { referenceStrings } from "./reference-strings.ts";
import { removeValueList } from "./remove-value-list.ts";
import { singlePrimary } from "./single-primary.ts";
import { unknownPaths } from "./unknown-paths.ts";
import { unknownSchemas } from "./unknown-schemas.ts";
import { unquotedOperands } from "./unquoted-operands.ts";
import { valuePathComparison } from "./value-path-comparison.ts";
import { wrappedValues } from "./wrapped-values.ts";

/** Every rule that can neither lose nor invent data. */
const interop: readonly Quirk[] = [
  booleanStrings,
  referenceStrings,
  missingSchemas,
  unknownSchemas,
  bareExtensionAttributes,
  valuePathComparison,
  impliedValue,
  bothSelections,
  createOnNoMatch,
  emptyOperations,
  pathKeys,
  readOnlyValues,
  removeValueList,
  unknownPaths,
  wrappedValues,
  endpointCase,
];

/**
 * Named sets of rules. `interop`, the default, serves every identity provider unmodified; `strict` is the literal RFC; the
 * others add what one client needs beyond `interop`.
 *
 * @example
 * ```ts
 * import { profiles } from "scimkit";
 * const ids = profiles.interop.map((quirk) => quirk.id);
 * ```
 */
export const profiles = {
  interop,
  strict: [] as readonly Quirk[],
  entra: [...interop, unquotedOperands] as readonly Quirk[],
  okta: interop,
  onelogin: interop,
  ping: [...interop, singlePrimary] as readonly Quirk[],
} as const;

/** Name of a profile. */
export type ProfileName = keyof typeof profiles;
