import { uniqueness } from "../../error.ts";
import { type AttributePath, leafOf } from "../../schema/attribute.ts";
import { getOrCreate } from "../get-or-create.ts";
import { isUniqueOverTenants, uniqueName } from "../unique.ts";
import { type Content, type Row, valuesOf } from "./row.ts";
import type { Tenant } from "./tenant.ts";

/**
 * A value that `self` has already is not asked about: it may be shared since before it had to be unique.
 * @throws {ScimError} 409 uniqueness where another row than `self` has a value that must be unique.
 */
export function checkUnique(tenant: Tenant, content: Content, self?: Row): void {
  for (const path of content.resourceType.unique) {
    const name = uniqueName(content.resourceType, path);
    const held = self === undefined ? NONE : new Set(keysOf(self.content, path));
    for (const key of keysOf(content, path))
      if (!held.has(key) && isTaken(tenant, name, key, self)) throw uniqueness(path.text);
  }
}

const NONE: ReadonlySet<unknown> = new Set();

function* keysOf(content: Content, path: AttributePath): Generator<unknown> {
  for (const value of valuesOf(content, path)) yield leafOf(path).key(value);
}

function isTaken({ values, globals }: Tenant, name: string, key: unknown, self: Row | undefined): boolean {
  for (const row of values.get(name)?.rows(key) ?? []) if (row !== self) return true;
  const holder = globals.get(name)?.get(key);
  return holder !== undefined && holder !== self;
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
    if (!isUniqueOverTenants(leafOf(path))) continue;
    for (const key of keysOf(content, path)) yield [uniqueName(content.resourceType, path), key];
  }
}
