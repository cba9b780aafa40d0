import type { MappedType } from "./compile.ts";
import type { MapScope } from "./scope.ts";

/** A type as its tables are, one after the other: itself, or the memberships and the users of one that organisations share. */
export function tablesOf(type: MappedType): readonly MappedType[] {
  return type.divided === undefined ? [type] : [type.divided.alone, type.divided.users];
}

/** The same of a scope. */
export function scopesOf<S extends MapScope>(scope: S): readonly S[] {
  return tablesOf(scope.type).map((type) => ({ ...scope, type }));
}
