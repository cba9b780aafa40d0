import type { Compare, Filter } from "../../filter/ast.ts";
import { operandKey } from "../../filter/operand.ts";
import { type AttributePath, pathOf } from "../../schema/attribute.ts";
import { balance, FALSE, type Fragment, sql, TRUE } from "./dialect/fragment.ts";
import type { Key } from "./key.ts";
import type { Equality, Place, Places } from "./place.ts";

/** A filter as SQL. */
export interface CompiledFilter {
  readonly condition: Fragment;
  /** `false`: the storage cannot express all of the filter; the condition lets through what matches, and maybe more. */
  readonly isExact: boolean;
}

/**
 * Compiles a resolved filter with the semantics of `predicateOf`: two-valued, existential over the values of a
 * multi-valued attribute, a value path within one element. NULL counts as false, and `IS NOT TRUE` negates, so that a
 * missing value cannot make a negation unknown.
 *
 * What the storage cannot express becomes true, and false below a negation, so that the whole is implied by the filter; not
 * `weaker`, the other way round, so that the whole implies the filter.
 */
export function compileFilter(filter: Filter<AttributePath>, places: Places, weaker = true): CompiledFilter {
  const compiler = new Compiler();
  const condition = compiler.compile(filter, places, weaker);
  return { condition, isExact: compiler.isExact };
}

class Compiler {
  isExact = true;

  /** `weaker`: what cannot be expressed may be let through; otherwise it must not. */
  compile(filter: Filter<AttributePath>, places: Places, weaker: boolean): Fragment {
    switch (filter.type) {
      case "and":
      case "or": {
        const parts = filter.filters.map((part) => this.compile(part, places, weaker));
        return balance(filter.type === "and" ? "AND" : "OR", parts);
      }
      case "not":
        return negate(this.compile(filter.filter, places, !weaker));
      case "element": {
        // Value paths do not nest.
        if (places.element === undefined) return FALSE;
        const { attribute } = filter.path;
        return this.#or(
          places.element(
            attribute,
            (element) => this.compile(filter.filter, element, weaker),
            equalitiesOf(filter.filter),
            weaker,
          ),
          weaker,
        );
      }
      case "present":
        return this.#or(compilePresent(filter.path, places, weaker), weaker);
      case "compare":
        return this.#or(compileCompare(filter, places, weaker), weaker);
    }
  }

  #or(condition: Fragment | undefined, weaker: boolean): Fragment {
    if (condition !== undefined) return condition;
    this.isExact = false;
    return weaker ? TRUE : FALSE;
  }
}

/** What an element must be equal to in its parts, as far as that is all or one side of a conjunction. */
export function equalitiesOf(filter: Filter<AttributePath>): readonly Equality[] {
  if (filter.type === "and") return filter.filters.flatMap(equalitiesOf);
  if (filter.type !== "compare" || filter.operator !== "eq" || filter.value === null) return [];
  return [{ path: filter.path, operand: operandKey(filter) }];
}

function negate(condition: Fragment): Fragment {
  return sql`((${condition}) IS NOT TRUE)`;
}

function compileCompare(filter: Compare<AttributePath>, places: Places, weaker: boolean): Fragment | undefined {
  const { path, operator, value } = filter;
  const place = places.place(path, false, weaker);
  if (place === undefined) return undefined;
  // What is negated must not let through what is in doubt where the whole may.
  const isMissing = (): Fragment | undefined => {
    const there = places.place(path, false, !weaker);
    const exists = there && existsAny(there);
    return exists && negate(exists);
  };
  if (value === null) return operator === "eq" ? isMissing() : existsAny(place);
  const operand = operandKey(filter);
  if (operator === "eq" && place.type === "list") {
    const found = place.equals?.(operand);
    if (found !== undefined) return found;
  }
  const matches = compileMatch(place, operator, operand);
  if (operator !== "ne") return matches;
  // Of no value at all, `ne` is true.
  const missing = isMissing();
  return missing === undefined || matches === undefined ? undefined : sql`(${matches} OR ${missing})`;
}

function compileMatch(place: Place, operator: Compare<AttributePath>["operator"], operand: Key): Fragment | undefined {
  if (place.type === "one") return place.leaf.compare(operator, operand);
  const exists = place.exists((leaf) => leaf.compare(operator, operand));
  const narrower = exists && place.narrow?.(operator, operand);
  return narrower === undefined ? exists : sql`(${narrower} AND ${exists})`;
}

function existsAny(place: Place): Fragment | undefined {
  return place.type === "one" ? place.leaf.exists() : place.exists();
}

/** A value that is not empty; of a complex attribute, a part that has one. */
function compilePresent(path: AttributePath, places: Places, weaker: boolean, asWritten = false): Fragment | undefined {
  const { attribute, sub } = path;
  if (sub === undefined && attribute.type === "complex") {
    const anyPart = (scope: Places): Fragment | undefined => {
      const parts = attribute.subAttributes.map((part) => compilePresent(pathOf(attribute, part), scope, weaker, true));
      return parts.includes(undefined) ? undefined : balance("OR", parts as Fragment[]);
    };
    return attribute.multiValued ? places.element?.(attribute, anyPart, [], weaker) : anyPart(places);
  }
  const place = places.place(path, asWritten, weaker);
  if (place === undefined) return undefined;
  return place.type === "one" ? place.leaf.isPresent() : place.exists((leaf) => leaf.isPresent());
}
