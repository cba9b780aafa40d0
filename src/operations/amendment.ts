import type { Call } from "../call/call.ts";
import { idOfUrl } from "../call/location.ts";
import type { Amendment } from "../events/pending-change.ts";
import type { Attribute } from "../schema/attribute.ts";
import { missingAttributes } from "../schema/canonical.ts";
import { isKept } from "../schema/kept.ts";
import { listProblems } from "../schema/problem.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import { isObject, type ResourceObject, writeAttribute } from "../schema/value.ts";
import { LEFT_ALONE, type ReadOptions, ValueReader } from "../schema/value-reader.ts";
import type { Context } from "../storage/adapter.ts";
import { finish } from "../time-slice.ts";

/** An attribute and what becomes of it; undefined: it is unassigned. */
export type Assignment = readonly [attribute: Attribute, value: unknown];

/**
 * Reads what the host's `decide` gave back.
 * @throws {TypeError} for names that the type does not have, values that do not fit, collections and writeOnly attributes: a fault of
 * the host's, of which the client gets a 500.
 */
export function readAmendment<C extends Context>(
  resourceType: CompiledResourceType,
  amendment: Amendment,
  call: Call<C>,
): readonly Assignment[] {
  if (!isObject(amendment))
    throw new TypeError(
      "decide must return nothing, or an object with the attributes to set; it returned something else.",
    );
  const reader = new ValueReader(hostOptions(call));
  const assignments = membersOf(resourceType, amendment).map(([name, attribute, raw]): Assignment => {
    const refusal = refusalOf(attribute);
    if (attribute === undefined || refusal !== undefined)
      throw new TypeError(`decide returned ${name}, which ${refusal ?? `is no attribute of ${resourceType.name}`}.`);
    const value = finish(reader.readAt(attribute.path, attribute, raw));
    return [attribute, value === LEFT_ALONE ? undefined : value];
  });
  if (reader.problems.length > 0)
    throw new TypeError(`decide returned what does not fit its attribute: ${listProblems(reader.problems)}.`);
  return assignments;
}

/** The host's own words are read as the schema has them: what a client is forgiven, or refused, is the business of its profile. */
function hostOptions<C extends Context>({ engine, baseUrl }: Call<C>): ReadOptions {
  const { limits, formats, canonicalValues, resourceTypes } = engine;
  const nothing = (): undefined => undefined;
  const idOf = (url: string): string | undefined => idOfUrl(baseUrl, resourceTypes, url);
  const tolerances = { value: nothing, attribute: nothing, primaries: nothing, unknown: nothing, idOf };
  return { limits, formats, canonicalValues, unknownAttributes: "reject", tolerances };
}

function membersOf(
  resourceType: CompiledResourceType,
  amendment: Amendment,
): readonly (readonly [name: string, attribute: Attribute | undefined, raw: unknown])[] {
  return Object.entries(amendment).flatMap(([name, raw]) => {
    const extension = resourceType.extension(name);
    if (extension === undefined) return [[name, resourceType.attribute(name), raw] as const];
    if (!isObject(raw)) throw new TypeError(`decide returned ${name}, which must be an object with its attributes.`);
    return Object.entries(raw).map(
      ([inner, value]) => [`${extension.urn}:${inner}`, extension.attribute(inner), value] as const,
    );
  });
}

function refusalOf(attribute: Attribute | undefined): string | undefined {
  if (attribute === undefined) return undefined;
  if (isKept(attribute)) return "is how storage keeps what nobody declared";
  if (attribute.collection) return "is a collection; change it by a request of its own";
  if (attribute.inverseOf !== undefined) return "is computed";
  if (attribute.mutability === "writeOnly") return "is writeOnly";
  return ["schemas", "id", "meta"].includes(attribute.path) ? "is the server's own" : undefined;
}

/**
 * A resource with what the host sets besides.
 * @throws {TypeError} where a required attribute would be missing.
 */
export function withAssignments<R extends ResourceObject>(
  resourceType: CompiledResourceType,
  resource: R,
  assignments: readonly Assignment[],
): R {
  const changed: Record<string, unknown> = { ...resource };
  for (const [attribute, value] of assignments) {
    const { extension } = attribute;
    const container = extension === undefined ? undefined : changed[extension];
    // What is changed in place is a copy.
    if (extension !== undefined && isObject(container)) changed[extension] = { ...container };
    writeAttribute(changed, attribute, value);
  }
  const unassigned = new Set(assignments.filter(([, value]) => value === undefined).map(([{ path }]) => path));
  const missing = missingAttributes(resourceType, changed).find(({ path }) => unassigned.has(path));
  if (missing !== undefined) throw new TypeError(`decide unassigned ${missing.path}, which is required.`);
  return changed as R;
}
