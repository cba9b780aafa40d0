import { uniqueness } from "../../error.ts";
import { leafOf } from "../../schema/attribute.ts";
import { getOrCreate } from "../get-or-create.ts";
import { isUniqueOverTenants, uniqueName } from "../unique.ts";
import { type Content, type Row, valuesOf } from "./row.ts";
import type { Tenant } from "./tenant.ts";

/** @throws {ScimError} 409 uniqueness where another row than `self` has a value that must be unique. */
export function checkUnique({ values, globals }: Tenant, content: Content, self?: Row): void {
  for (const path of content.resourceType.unique) {
    const name = uniqueName(content.resourceType, path);
    for (const value of valuesOf(content, path)) {
      const key = leafOf(path).key(value);
      for (const row of values.get(name)?.rows(key) ?? []) if (row !== self) throw uniqueness(path.text);
      const holder = globals.get(name)?.get(key);
      if (holder !== undefined && holder !== self) throw uniqueness(path.text);
    }
  }
}

/** Enters a row's globally unique values. */
export function claimGlobals({ globals }: Tenant, row: Row): void {
  for (const [name, key] of globalKeys(row.content)) getOrCreate(globals, name, () => new Map()).set(key, row);
}

/** Frees a row's globally unique values; to be done before the content changes [P-3.6-04]. */
export function releaseGlobals({ globals }: Tenant, row: Row): void {
  for (const [name, key] of globalKeys(row.content))
    if (globals.get(name)?.get(key) === row) globals.get(name)?.delete(key);
}

function* globalKeys(content: Content): Generator<readonly [name: string, key: unknown]> {
  for (const path of content.resourceType.unique) {
    const leaf = leafOf(path);
    if (!isUniqueOverTenants(leaf)) continue;
    for (const value of valuesOf(content, path)) yield [uniqueName(content.resourceType, path), leaf.key(value)];
  }
}
