import { uniqueness } from "../../error.ts";
import { type AttributePath, leafOf } from "../../schema/attribute.ts";
import type { CompiledResourceType } from "../../schema/resource-type.ts";
import { isUniqueOverTenants } from "../unique.ts";
import { type Content, hasSameValue, keysIn, type Row } from "./row.ts";
import type { Tenant } from "./tenant.ts";
import { indexName } from "./value-index.ts";

/**
 * A value that `self` has already is not asked about: it may be shared since before it had to be unique. To be called where
 * `valuesFor` are ready.
 * @throws {ScimError} 409 uniqueness where another row than `self` has a value that must be unique.
 */
export function checkUnique(tenant: Tenant, resourceType: CompiledResourceType, content: Content, self?: Row): void {
  for (const path of resourceType.unique) {
    if (self !== undefined && hasSameValue(self.content, content, path.attribute)) continue;
    const held = self === undefined ? NONE : new Set(keysIn(self.content, path));
    for (const key of keysIn(content, path))
      if (!held.has(key) && isTaken(tenant, resourceType, path, key, self)) throw uniqueness(path.text);
  }
}

const NONE: ReadonlySet<unknown> = new Set();

function isTaken(
  { values, shared }: Tenant,
  resourceType: CompiledResourceType,
  path: AttributePath,
  key: unknown,
  self: Row | undefined,
): boolean {
  const name = indexName(resourceType, path);
  const indexes = isUniqueOverTenants(leafOf(path)) ? [values, shared.globals] : [values];
  for (const index of indexes) for (const row of index.get(name)?.rows.rows(key) ?? []) if (row !== self) return true;
  return false;
}
