import type { Call } from "../call/call.ts";
import { isKnownSchema } from "../schema/known-schemas.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";

/**
 * A message (a PATCH, a search, a bulk request) as its reader takes it: `schemas` of nothing but URNs that nobody knows are
 * left out, so that they are missing, where the profile has the rule [R-37b].
 */
export function withoutUnknownSchemas<C extends Context>(
  body: ResourceObject,
  { engine, note }: Call<C>,
): ResourceObject {
  const { quirks, resourceTypes } = engine;
  const key = Object.keys(body).find((name) => name.toLowerCase() === "schemas");
  if (key === undefined || !quirks.reads.unknownSchemas || !quirks.reads.missingSchemas) return body;
  const { [key]: schemas, ...rest } = body;
  const isUnknown = (urn: unknown): boolean => typeof urn === "string" && !isKnownSchema(urn, resourceTypes);
  if (!Array.isArray(schemas) || schemas.length === 0 || !schemas.every(isUnknown)) return body;
  note(quirks.ruleOf("unknownSchemas"), "schemas");
  return rest;
}
