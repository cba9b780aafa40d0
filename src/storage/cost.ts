import { type ScimError, tooMany } from "../error.ts";
import type { Filter } from "../filter/ast.ts";
import { comparisonsIn, pathsIn } from "../filter/paths.ts";
import type { Attribute, AttributePath } from "../schema/attribute.ts";
import { type ResourceObject, readAttribute } from "../schema/value.ts";
import type { QueryRequest } from "./adapter.ts";

/**
 * Refuses a query whose cost is known before it runs.
 * @param resources how many have to be looked at.
 * @throws {ScimError} 400 tooMany where that takes more than `maxComparisons`.
 */
export function checkComparisons(
  { filter, maxComparisons }: Pick<QueryRequest, "filter" | "maxComparisons">,
  resources: number,
): void {
  if (filter === undefined || maxComparisons === undefined) return;
  const comparisons = comparisonsIn(filter);
  if (comparisons * resources > maxComparisons) throw comparesTooMany(comparisons, maxComparisons);
}

/** The refusal of a filter that makes so many comparisons of each resource, and more than `most` in all. */
export function comparesTooMany(comparisons: number, most: number): ScimError {
  const each = comparisons === 1 ? "one comparison" : `${comparisons} comparisons`;
  return tooMany(
    `The filter makes ${each} of each resource that it looks at, more than ${most} in all (limits.comparisons). Send fewer at once, or add a term that must hold and can be looked up, such as userName eq.`,
  );
}

/** Counts what a query costs while it runs. */
export class Cost {
  readonly #comparisons: number;
  /** Attributes that may hold any number of elements, as often as they are compared. */
  readonly #unbounded: readonly Attribute[];
  readonly #most: number;
  #spent = 0;

  constructor({ filter, maxComparisons }: Pick<QueryRequest, "filter" | "maxComparisons">) {
    this.#comparisons = filter === undefined ? 0 : comparisonsIn(filter);
    this.#unbounded = filter === undefined ? [] : unboundedIn(filter);
    this.#most = maxComparisons ?? Number.POSITIVE_INFINITY;
  }

  /** Accounts for a look at a resource, and tells what it costs. @throws {ScimError} 400 tooMany. */
  spend(resource: ResourceObject): number {
    let comparisons = this.#comparisons;
    for (const attribute of this.#unbounded) {
      const elements = readAttribute(resource, attribute);
      if (Array.isArray(elements)) comparisons += elements.length;
    }
    this.#spent += comparisons;
    if (this.#spent > this.#most) throw comparesTooMany(this.#comparisons, this.#most);
    return comparisons;
  }
}

/** A clause over an attribute of some values counts once; the elements of one that may have any number count each. */
function unboundedIn(filter: Filter<AttributePath>): readonly Attribute[] {
  return pathsIn(filter)
    .map(({ attribute }) => attribute)
    .filter(({ collection, inverseOf }) => collection || inverseOf !== undefined);
}
