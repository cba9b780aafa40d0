import type { Call } from "../call/call.ts";
import { readOptions } from "../call/settings.ts";
import { invalidSyntax, ScimError } from "../error.ts";
import { type CanonicalBody, canonicalize } from "../schema/canonical.ts";
import { isKnownSchema } from "../schema/known-schemas.ts";
import { printable } from "../schema/printable.ts";
import { listProblems, MOST_PROBLEMS, type Problem } from "../schema/problem.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { jsonTypeOf } from "../schema/validate.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";
import { finishInSlices } from "../time-slice.ts";

/** Reads the body of a create or replace and refuses it with everything that is wrong with it. */
export async function readBody<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  body: ResourceObject,
): Promise<CanonicalBody> {
  checkSchemas(call, resourceType, body);
  const work = canonicalize(resourceType, body, readOptions(resourceType, call));
  const reading = finishInSlices(work, call.slice, call.signal);
  const canonical = reading instanceof Promise ? await reading : reading;
  throwProblems(canonical.problems);
  return canonical;
}

/** Throws the problems as one 400 whose detail names each of them. */
export function throwProblems(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const more = problems.length > MOST_PROBLEMS ? ` (and ${problems.length - MOST_PROBLEMS} more problems)` : "";
  throw new ScimError(400, `${listProblems(problems)}${more}.`, { scimType: first.scimType });
}

/**
 * The `schemas` of a body must name the base schema of the endpoint [S-3.3-01]: a body that names schemas but not this one was
 * meant for another endpoint.
 * @see RFC 7643 §3
 */
function checkSchemas<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  body: ResourceObject,
): void {
  const schemas = schemasIn(call, resourceType, body);
  if (schemas === undefined || schemas === null || (Array.isArray(schemas) && schemas.length === 0))
    return inferSchema(call, resourceType);
  if (!Array.isArray(schemas) || schemas.some((urn) => typeof urn !== "string")) {
    throw invalidSyntax(
      `schemas must be an array of strings that contains "${resourceType.urn}", not ${jsonTypeOf(schemas)}.`,
    );
  }
  if (schemas.every((urn: string) => isWritten(resourceType, urn)) && schemas.includes(resourceType.urn)) return;
  if (schemas.some((urn: string) => urn.toLowerCase() === resourceType.urn.toLowerCase()))
    return checkOtherSchemas(call, resourceType, schemas);
  const { quirks, resourceTypes } = call.engine;
  if (!quirks.reads.unknownSchemas || schemas.some((urn: string) => isKnownSchema(urn, resourceTypes)))
    throw invalidSyntax(`schemas must contain "${resourceType.urn}", the schema of ${resourceType.endpoint}.`);
  call.note(quirks.ruleOf("unknownSchemas"), "schemas");
  inferSchema(call, resourceType);
}

/** Whether a URN is one of the resource type's as it stands: mostly they are, and no letter is changed to tell. */
function isWritten({ urn, extensions }: CompiledResourceType, text: string): boolean {
  return text === urn || extensions.some((extension) => extension.urn === text);
}

/** What the body has for `schemas`; one text alone may be the list of it. */
function schemasIn<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  body: ResourceObject,
): unknown {
  const key = "schemas" in body ? "schemas" : Object.keys(body).find((name) => name.toLowerCase() === "schemas");
  const raw = key === undefined ? undefined : body[key];
  const attribute = resourceType.attribute("schemas");
  if (typeof raw !== "string" || attribute === undefined) return raw;
  const note = (quirk: string): void => call.note(quirk, "schemas");
  return call.engine.quirks.value(attribute, raw, "list", Array.isArray, note) ?? raw;
}

/** A body that names no schema is read as the endpoint's, where the profile does so. */
function inferSchema<C extends Context>({ engine: { quirks }, note }: Call<C>, { urn }: CompiledResourceType): void {
  if (!quirks.reads.missingSchemas) throw invalidSyntax(`schemas is required; it must contain "${urn}".`);
  note(quirks.ruleOf("missingSchemas"), "schemas");
}

/** `schemas` names nothing but the schemas of the resource type [S-3-02]. */
function checkOtherSchemas<C extends Context>(
  call: Call<C>,
  resourceType: CompiledResourceType,
  schemas: readonly string[],
): void {
  const base = resourceType.urn.toLowerCase();
  const isKnown = (urn: string): boolean =>
    urn.toLowerCase() === base || resourceType.extension(urn) !== undefined || resourceType.keptPath(urn) !== undefined;
  const foreign = schemas.find((urn) => !isKnown(urn));
  if (foreign === undefined) return;
  const { quirks } = call.engine;
  if (quirks.reads.unknownSchemas) return call.note(quirks.ruleOf("unknownSchemas"), "schemas");
  throw invalidSyntax(`schemas contains "${printable(foreign)}", which is no schema of ${resourceType.endpoint}.`);
}
