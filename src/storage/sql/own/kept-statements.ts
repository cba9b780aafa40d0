import type { CompiledResourceType } from "../../../schema/resource-type.ts";
import { getOrCreate } from "../../get-or-create.ts";
import type { Dialect } from "../dialect/dialect.ts";
import { emptied, type Fragment, fill } from "../dialect/fragment.ts";
import type { Tables } from "./tables.ts";

/** How many statements of one kind are kept of a type: what clients select differs, but not without end. */
const MOST_KEPT = 100;

interface Place {
  readonly dialect: Dialect;
  readonly tables: Tables;
}

type Kept<T> = WeakMap<CompiledResourceType, Map<string, T>>;

/**
 * Keeps statements of one kind by what their texts depend on: tables, resource type and a name that the schema makes. No value of a tenant is
 * in what is kept; values are filled in anew each time. (To build the text of a statement takes longer than SQLite takes to answer it.)
 */
export function keptStatements<T>() {
  const kept = new WeakMap<Tables, WeakMap<Dialect, Kept<T>>>();
  return ({ dialect, tables }: Place, resourceType: CompiledResourceType, name: string, make: () => T): T => {
    const ofTables = getOrCreate(kept, tables, (): WeakMap<Dialect, Kept<T>> => new WeakMap());
    const ofDialect = getOrCreate(ofTables, dialect, (): Kept<T> => new WeakMap());
    const ofType = getOrCreate(ofDialect, resourceType, (): Map<string, T> => new Map());
    const found = ofType.get(name);
    if (found !== undefined) return found;
    const [oldest] = ofType.keys();
    if (ofType.size >= MOST_KEPT && oldest !== undefined) ofType.delete(oldest);
    const made = make();
    ofType.set(name, made);
    return made;
  };
}

/**
 * The same of statements that are built with their values in them, which are given in their order besides. Those that give rows of a
 * write where the dialect has no RETURNING are more than one, and are not kept.
 */
export function filledStatements() {
  const kept = keptStatements<{ readonly statement: Fragment; readonly isReturning: boolean }>();
  return (
    place: Place,
    resourceType: CompiledResourceType,
    name: string,
    values: readonly unknown[],
    build: () => Fragment,
  ): Fragment => {
    const { statement, isReturning } = kept(place, resourceType, name, () => {
      const built = build();
      if (built.parameters.length !== values.length || built.parameters.some((value, at) => value !== values[at]))
        throw new TypeError(`The values of the statement ${name} are not what was built into it.`);
      return { statement: emptied(built), isReturning: built.returning !== undefined };
    });
    return !isReturning || place.dialect.supportsReturning === true ? fill(statement, values) : build();
  };
}
