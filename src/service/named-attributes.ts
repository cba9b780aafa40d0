import { nearestPath } from "../schema/nearest.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";

const NONE: ReadonlySet<string> = new Set();

/** The paths of the attributes that names of the host's mean in these resource types, in lower case. */
export function namedAttributes(
  names: readonly string[],
  resourceTypes: readonly CompiledResourceType[],
): ReadonlySet<string> {
  // Most services name none, and each tenant with types of its own has a set of its own.
  if (names.length === 0) return NONE;
  const paths = names.flatMap((name) => resourceTypes.flatMap((type) => type.resolve(name, true)?.text ?? []));
  return new Set(paths.map((path) => path.toLowerCase()));
}

/**
 * Checks the names of attributes that an option has, so that one with a slip in it does not say nothing.
 *
 * @param hasTenants tenants may have other resource types than these: what is near no attribute may be one of theirs.
 * @throws {TypeError} for a name that no resource type has.
 */
export function checkNamedAttributes(
  option: string,
  names: readonly string[],
  resourceTypes: readonly CompiledResourceType[],
  hasTenants: boolean,
): void {
  for (const name of names) {
    if (resourceTypes.some((type) => type.resolve(name, true) !== undefined)) continue;
    const meant = resourceTypes.map((type) => nearestPath(type, name)).find((path) => path !== undefined);
    if (meant === undefined && hasTenants) continue;
    const types = resourceTypes.map((type) => type.name).join(", ");
    const hint = meant === undefined ? `; name it by its path, such as "emails.value".` : `. Did you mean ${meant}?`;
    throw new TypeError(`createScim: ${option}: ${JSON.stringify(name)} is no attribute of ${types}${hint}`);
  }
}
