import { type Attribute, type AttributePath, leafOf } from "../schema/attribute.ts";
import { standardKeyOf } from "../schema/comparison-key.ts";
import { isKeptPart, keptTexts } from "../schema/kept.ts";
import { isObject } from "../schema/value.ts";
import type { Filter } from "./ast.ts";
import { pathsIn } from "./paths.ts";

/** What counts as the value of a sub-attribute that an element does not have: a missing `primary` is false [S-2.4-04]. */
export function missingIn({ attribute, sub }: AttributePath): unknown {
  return attribute.multiValued && sub?.name === "primary" && sub.type === "boolean" ? false : undefined;
}

/** Gives the values that a path names within one element. */
function elementReader(path: AttributePath): (element: unknown) => readonly unknown[] {
  const { sub } = path;
  if (sub === undefined) return (element) => [element];
  if (isKeptPart(sub)) return (element) => keptTexts(element, sub.name);
  const missing = missingIn(path) === undefined ? [] : [missingIn(path)];
  return (element) => {
    const value = isObject(element) ? element[sub.name] : undefined;
    if (value === undefined) return missing;
    return Array.isArray(value) ? value : [value];
  };
}

/** The values that a path names within one element, with the keys of those that were looked at. */
export interface Keyed {
  readonly element: unknown;
  readonly values: readonly unknown[];
  readonly keys: (string | number | boolean)[];
}

/** The keys of one path, for as long as one resource is looked at. */
export class PathKeys {
  readonly #read: (element: unknown) => readonly unknown[];
  #known: Keyed[] = [];

  constructor(path: AttributePath) {
    this.#read = elementReader(path);
  }

  /** Those of the element at this place, or of the single value. */
  at(element: unknown, index: number): Keyed {
    const known = this.#known[index];
    if (known !== undefined && known.element === element) return known;
    const keyed: Keyed = { element, values: this.#read(element), keys: [] };
    this.#known[index] = keyed;
    return keyed;
  }

  forget(): void {
    if (this.#known.length > 0) this.#known = [];
  }
}

/** From how many comparisons on keys are kept: to keep standard ones costs as much as to make a few, and a host's may cost anything. */
const MANY = { standard: 4, own: 2 };

/**
 * The keys of the paths that a filter names many times: to fold and to normalise a value costs more than to compare it, and
 * 200 comparisons of one attribute need it done once. A path that is named a few times has none here, and its keys are not kept.
 */
export class SharedKeys {
  #paths: Map<Attribute, PathKeys> | undefined;

  constructor(filter: Filter<AttributePath>) {
    const paths = pathsIn(filter);
    if (paths.length < MANY.own) return;
    const times = new Map<Attribute, number>();
    for (const path of paths) {
      const leaf = leafOf(path);
      const count = (times.get(leaf) ?? 0) + 1;
      times.set(leaf, count);
      if (count !== (leaf.key === standardKeyOf(leaf) ? MANY.standard : MANY.own)) continue;
      this.#paths ??= new Map();
      this.#paths.set(leaf, new PathKeys(path));
    }
  }

  get areNone(): boolean {
    return this.#paths === undefined;
  }

  of(path: AttributePath): PathKeys | undefined {
    return this.#paths?.get(leafOf(path));
  }

  /** Before another resource is looked at: one that changed has other keys, though it is the same object. */
  forget(): void {
    if (this.#paths !== undefined) for (const path of this.#paths.values()) path.forget();
  }
}
