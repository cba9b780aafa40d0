import type { Filter } from "../filter/ast.ts";
import { pathsIn } from "../filter/paths.ts";
import { elementTest } from "../filter/predicate.ts";
import type { AttributePath } from "../schema/attribute.ts";
import { possibleValues } from "./named-values.ts";

/** What a filter is for the list that it selects from. */
export interface Selector {
  readonly matches: (element: unknown) => boolean;
  /** How many comparisons are counted for each element. */
  readonly comparisons: number;
  /** As `possibleValues` has them. */
  readonly values: readonly unknown[] | undefined;
}

const kept = new WeakMap<Filter<AttributePath>, Selector>();

/** What the filter is for a list, made anew unless it was kept. */
export function selectorOf(filter: Filter<AttributePath>): Selector {
  return kept.get(filter) ?? compile(filter);
}

/** Keeps what is made of a filter as long as the filter: for one that comes again, as those of known paths do. */
export function keepSelector(filter: Filter<AttributePath>): void {
  kept.set(filter, compile(filter));
}

function compile(filter: Filter<AttributePath>): Selector {
  return { matches: elementTest(filter), comparisons: pathsIn(filter).length, values: possibleValues(filter) };
}
