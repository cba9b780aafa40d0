import type { AttributePath } from "../schema/attribute.ts";
import type { Compare, Filter, Present } from "./ast.ts";
import { printFilter } from "./print.ts";

/**
 * Tells whether a backend can run a node, given that it can run its parts: a comparison, a presence, a value path, an `and` or
 * `or` of parts that it can run, a `not` of one of the first three.
 * @see RFC 7644 §3.4.2.2
 */
export type Supports = (node: Filter<AttributePath>) => boolean;

/**
 * Makes the strongest filter that a backend can run and that follows from the original: every resource that the original
 * matches, it matches as well, so that a backend may look up by it and `queryByScan` re-checks what it finds. Undefined where
 * nothing can be run and every resource has to be looked at. It is the strongest where no comparison stands twice in the filter.
 *
 * - `and`: a part that cannot be run is left out. `or`: one part that cannot be run takes the whole away.
 * - `not` is carried down to the comparisons first, so that what it makes of `and` and `or` is known.
 * - A value path that cannot be run as such gives what follows from it for the attribute: `emails[type eq "work" and value eq
 *   "a@b"]` gives `emails.type eq "work" and emails.value eq "a@b"`.
 * - What can be run whole is given back as it is.
 *
 * @example
 * ```ts
 * import { compileResourceType, User } from "scimkit";
 * import { parseFilter, printFilter, resolveFilter, type Supports, weaken } from "scimkit/filter";
 * const byKey: Supports = (node) => node.type === "compare" && node.operator === "eq" && node.path.text === "userName";
 * const filter = resolveFilter(parseFilter('userName eq "ada" and active eq true'), compileResourceType(User));
 * const known = weaken(filter, byKey);
 * if (known !== undefined) printFilter(known, (path) => path.text); // 'userName eq "ada"'
 * ```
 * @see RFC 7644 §3.4.2.2
 */
export function weaken(filter: Filter<AttributePath>, supports: Supports): Filter<AttributePath> | undefined {
  return runsWhole(filter, supports) ? filter : weakenTo(filter, false, supports);
}

/** Whether the backend can run the filter as it stands. */
function runsWhole(filter: Filter<AttributePath>, supports: Supports): boolean {
  switch (filter.type) {
    case "and":
    case "or":
      return filter.filters.every((part) => runsWhole(part, supports)) && supports(filter);
    case "not":
      return runsWhole(filter.filter, supports) && supports(filter);
    default:
      return supports(filter);
  }
}

/** What follows from the filter, or from its negation, and can be run. */
function weakenTo(
  filter: Filter<AttributePath>,
  negated: boolean,
  supports: Supports,
): Filter<AttributePath> | undefined {
  switch (filter.type) {
    case "and":
    case "or": {
      // not (a and b) is not a or not b.
      const isAnd = (filter.type === "and") !== negated;
      const parts = filter.filters.map((part) => weakenTo(part, negated, supports));
      return isAnd ? conjunction(parts, supports) : disjunction(parts, supports);
    }
    case "not":
      return weakenTo(filter.filter, !negated, supports);
    default: {
      if (!negated)
        return supports(filter) ? filter : filter.type === "element" ? weakenElement(filter, supports) : undefined;
      const negation: Filter<AttributePath> = { type: "not", filter };
      return supports(filter) && supports(negation) ? negation : undefined;
    }
  }
}

/** Parts that are unknown are left out; where the backend has no `and`, the first known one is all. */
function conjunction(
  parts: readonly (Filter<AttributePath> | undefined)[],
  supports: Supports,
): Filter<AttributePath> | undefined {
  const known = parts.flatMap((part) => (part === undefined ? [] : part.type === "and" ? part.filters : [part]));
  if (known.length < 2) return known[0];
  const whole: Filter<AttributePath> = { type: "and", filters: known };
  return supports(whole) ? whole : parts.find((part) => part !== undefined);
}

/** One unknown part takes the whole away. */
function disjunction(
  parts: readonly (Filter<AttributePath> | undefined)[],
  supports: Supports,
): Filter<AttributePath> | undefined {
  const known: Filter<AttributePath>[] = [];
  for (const part of parts) {
    if (part === undefined) return undefined;
    known.push(...(part.type === "or" ? part.filters : [part]));
  }
  const whole: Filter<AttributePath> = { type: "or", filters: known };
  return supports(whole) ? whole : undefined;
}

/** First a value path over less, then what holds of the attribute when it holds of one element. */
function weakenElement(
  filter: Filter<AttributePath> & { readonly type: "element" },
  supports: Supports,
): Filter<AttributePath> | undefined {
  const within: Supports = (node) => node.type !== "element" && supports(node);
  const inner = weaken(filter.filter, within);
  const narrower: Filter<AttributePath> | undefined = inner && { ...filter, filter: inner };
  if (narrower !== undefined && supports(narrower)) return narrower;
  return weakenTo(
    filter.filter,
    false,
    (node) => node.type !== "not" && (!isLeaf(node) || isHoisted(node)) && supports(node),
  );
}

function isLeaf(node: Filter<AttributePath>): node is Compare<AttributePath> | Present<AttributePath> {
  return node.type === "compare" || node.type === "present";
}

/**
 * Whether what holds of one element holds of the attribute: a comparison that needs a value does, `ne` and `eq null` may hold
 * of an element for want of a value that another element has.
 */
function isHoisted(node: Compare<AttributePath> | Present<AttributePath>): boolean {
  if (node.type === "present") return true;
  return node.value === null ? node.operator === "ne" : node.operator !== "ne";
}

/** How a backend runs a filter. @see RFC 7644 §3.4.2.2 */
export interface Explanation {
  /** What runs in storage, as text; undefined where every resource is looked at. */
  readonly storage: string | undefined;
  /** The parts that are looked at again, resource by resource; empty where storage runs all. */
  readonly rechecked: readonly string[];
}

/**
 * Tells authors what becomes of a filter: which part of it runs in storage, and which parts `queryByScan` re-checks.
 *
 * @example
 * ```ts
 * import { compileResourceType, User } from "scimkit";
 * import { explain, parseFilter, resolveFilter } from "scimkit/filter";
 * const filter = resolveFilter(parseFilter('userName sw "a" and active eq true'), compileResourceType(User));
 * explain(filter, (node) => node.type === "compare" && node.operator === "sw");
 * // { storage: 'userName sw "a"', rechecked: ["active eq true"] }
 * ```
 * @see RFC 7644 §3.4.2.2
 */
export function explain(filter: Filter<AttributePath>, supports: Supports): Explanation {
  const print = (part: Filter<AttributePath>): string => printFilter(part, (path) => path.text);
  const storage = weaken(filter, supports);
  if (storage === filter) return { storage: print(filter), rechecked: [] };
  const parts = filter.type === "and" ? filter.filters : [filter];
  const run = storage === undefined ? [] : storage.type === "and" ? storage.filters : [storage];
  return {
    storage: storage && print(storage),
    rechecked: parts.filter((part) => !run.includes(part)).map(print),
  };
}
