import type { Filter } from "../filter/ast.ts";
import { type Attribute, type AttributePath, leafOf } from "../schema/attribute.ts";
import { remembered } from "../schema/remembered.ts";
import type { CompiledExtension, CompiledResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";

/** What the path of an operation leads to. */
export type Target = ResourceTarget | ExtensionTarget | AttributeTarget | ElementsTarget;

/** The URN of the base schema alone. */
export interface ResourceTarget {
  readonly type: "resource";
}

/** The URN of an extension alone. */
export interface ExtensionTarget {
  readonly type: "extension";
  readonly extension: CompiledExtension;
}

export interface AttributeTarget {
  readonly type: "attribute";
  readonly path: AttributePath;
}

/** What a filter in brackets selects, or a sub-attribute of it. */
export interface ElementsTarget {
  readonly type: "elements";
  readonly path: AttributePath;
  readonly filter: Filter<AttributePath>;
  /** As that of an `ElementOperation`, where it is the same however values are read. */
  readonly described: ResourceObject | undefined;
  /** The attributes that a client must be allowed to read, since the filter compares them. */
  readonly compared: readonly Attribute[];
}

/** Longer paths, and filters of more comparisons and levels, are not kept: so all limits that are no smaller have been looked at. */
export const MOST_KEPT = { length: 128, clauses: 8, depth: 8 };
/** How many paths are kept twice over: those of the last so many, and those of as many before them. */
const MOST_PATHS = 256;

/**
 * What paths of one resource type lead to, by their text: clients send the same few, and to read one takes longer than all the rest of
 * an operation. Kept is what follows from the schema alone, and no text with a value in it that the schema does not name: there
 * is nothing of one tenant's data to be found here by another.
 */
export class KnownPaths {
  #last = new Map<string, Target>();
  #before = new Map<string, Target>();

  find(text: string): Target | undefined {
    const target = this.#last.get(text);
    if (target !== undefined || this.#before.size === 0) return target;
    const older = this.#before.get(text);
    if (older !== undefined) this.keep(text, older);
    return older;
  }

  keep(text: string, target: Target): void {
    if (text.length > MOST_KEPT.length) return;
    if (this.#last.size >= MOST_PATHS) {
      this.#before = this.#last;
      this.#last = new Map();
    }
    this.#last.set(text, target);
  }
}

export const knownPathsOf: (resourceType: CompiledResourceType) => KnownPaths = remembered(() => new KnownPaths());

/**
 * The attributes that a filter compares, where it says the same whatever the profile and whoever asks: it was resolved to what stood
 * there, and all that it compares with is what the schema names. Undefined for every other filter.
 */
export function comparedBySchema(
  parsed: Filter<string>,
  resolved: Filter<AttributePath>,
): readonly Attribute[] | undefined {
  const compared: Attribute[] = [];
  return isBySchema(parsed, resolved, compared) && compared.length <= MOST_KEPT.clauses ? compared : undefined;
}

function isBySchema(parsed: Filter<string>, resolved: Filter<AttributePath>, compared: Attribute[]): boolean {
  switch (parsed.type) {
    case "and":
    case "or":
      return (
        resolved.type === parsed.type &&
        resolved.filters.length === parsed.filters.length &&
        resolved.filters.every((part, index) => isBySchema(parsed.filters[index] as Filter, part, compared))
      );
    case "not":
      return resolved.type === "not" && isBySchema(parsed.filter, resolved.filter, compared);
    case "present":
      return resolved.type === "present" && compared.push(leafOf(resolved.path)) > 0;
    case "compare": {
      if (resolved.type !== "compare" || parsed.bare !== undefined) return false;
      const leaf = leafOf(resolved.path);
      compared.push(leaf);
      return resolved.value === parsed.value && isNamedBySchema(leaf, parsed.value);
    }
    default:
      return false;
  }
}

/** What `ne` means of several values is a question of the profile, and so is what a format asks of a text. */
function isNamedBySchema({ type, canonicalValues, format, multiValued }: Attribute, value: unknown): boolean {
  if (multiValued) return false;
  if (typeof value !== "string") return typeof value === "boolean" || value === null;
  return type === "string" && format === undefined && canonicalValues.includes(value);
}
