import type { Call } from "../call/call.ts";
import { readOptions } from "../call/settings.ts";
import { invalidSyntax, ScimError } from "../error.ts";
import { type CanonicalBody, canonicalize } from "../schema/canonical.ts";
import { printable } from "../schema/printable.ts";
import { listProblems, MOST_PROBLEMS, type Problem } from "../schema/problem.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import { jsonTypeOf } from "../schema/validate.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context } from "../storage/adapter.ts";

/** Reads the body of a create or replace and refuses it with everything that is wrong with it. */
export function readBody<C extends Context>(
  call: Call<C>,
  resourceType: ResourceType,
  body: ResourceObject,
): CanonicalBody {
  checkSchemas(call, resourceType, body);
  const canonical = canonicalize(resourceType, body, readOptions(resourceType, call));
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
function checkSchemas<C extends Context>(call: Call<C>, resourceType: ResourceType, body: ResourceObject): void {
  const key = Object.keys(body).find((name) => name.toLowerCase() === "schemas");
  const schemas = key === undefined ? undefined : body[key];
  if (schemas === undefined || schemas === null || (Array.isArray(schemas) && schemas.length === 0)) {
    const { quirks } = call.engine;
    if (quirks.reads.missingSchemas) return call.note(quirks.ruleOf("missingSchemas"), "schemas");
    throw invalidSyntax(`schemas is required; it must contain "${resourceType.urn}".`);
  }
  if (!Array.isArray(schemas) || schemas.some((urn) => typeof urn !== "string")) {
    throw invalidSyntax(
      `schemas must be an array of strings that contains "${resourceType.urn}", not ${jsonTypeOf(schemas)}.`,
    );
  }
  if (!schemas.some((urn: string) => urn.toLowerCase() === resourceType.urn.toLowerCase())) {
    throw invalidSyntax(`schemas must contain "${resourceType.urn}", the schema of ${resourceType.endpoint}.`);
  }
  checkOtherSchemas(call, resourceType, schemas);
}

/** `schemas` names nothing but the schemas of the resource type [S-3-02]. */
function checkOtherSchemas<C extends Context>(
  call: Call<C>,
  resourceType: ResourceType,
  schemas: readonly string[],
): void {
  const base = resourceType.urn.toLowerCase();
  const foreign = schemas.find((urn) => urn.toLowerCase() !== base && resourceType.extension(urn) === undefined);
  if (foreign === undefined) return;
  const { quirks } = call.engine;
  if (quirks.reads.unknownSchemas) return call.note(quirks.ruleOf("unknownSchemas"), "schemas");
  throw invalidSyntax(`schemas contains "${printable(foreign)}", which is no schema of ${resourceType.endpoint}.`);
}
