import type { AttributePath } from "../schema/attribute.ts";
import { compareKeys } from "../schema/comparison-key.ts";
import { isKeptPart, keptTexts } from "../schema/kept.ts";
import { isObject, type ResourceObject, readAttribute } from "../schema/value.ts";

/**
 * By the comparison key, of a multi-valued attribute that of the primary value or else of the first. Missing values come last
 * when ascending and first when descending; ties are in ascending code point order of the id. @see RFC 7644 §3.4.2.3
 */
export interface Sort {
  readonly path: AttributePath;
  readonly descending: boolean;
}

/**
 * The key by which a resource is sorted: of a multi-valued attribute the primary value's, or else the first one's; undefined
 * where the resource has none.
 * @see RFC 7644 §3.4.2.3
 */
export function sortKey(resource: ResourceObject, path: AttributePath): string | number | boolean | undefined {
  const value = readAttribute(resource, path.attribute);
  const element = Array.isArray(value)
    ? (value.find((candidate) => isObject(candidate) && candidate.primary === true) ?? value[0])
    : value;
  if (element === undefined) return undefined;
  const leaf = path.sub ?? path.attribute.sub("value") ?? path.attribute;
  if (isKeptPart(leaf)) return keptTexts(element, leaf.name).map((text) => leaf.key(text))[0];
  const plain = isObject(element) ? element[leaf.name] : element;
  const single = Array.isArray(plain) ? plain[0] : plain;
  return single === undefined ? undefined : leaf.key(single);
}

/** What of a resource decides its place in a sort. */
export interface SortPlace {
  readonly key: string | number | boolean | undefined;
  readonly id: string;
}

/** The place of a resource, to be computed once for each resource and not once for each comparison. */
export function sortPlaceOf(resource: ResourceObject, sort: Sort): SortPlace {
  return { key: sortKey(resource, sort.path), id: String(resource.id) };
}

/** Orders places: missing values last when ascending and first when descending, the id as tie-breaker in code point order. */
export function comparePlaces(descending: boolean): (left: SortPlace, right: SortPlace) => number {
  const direction = descending ? -1 : 1;
  return (left, right) => {
    if (left.key === undefined || right.key === undefined) {
      if (left.key !== right.key) return left.key === undefined ? direction : -direction;
    } else {
      const order = compareKeys(left.key, right.key);
      if (order !== 0) return order * direction;
    }
    return compareKeys(left.id, right.id);
  };
}

/**
 * Orders resources: missing values last when ascending and first when descending, the id as tie-breaker, so that the order is
 * total and pages neither repeat nor skip.
 *
 * @example
 * ```ts
 * import { compileResourceType, User } from "scimkit";
 * import { compareBy } from "scimkit/filter";
 * const path = compileResourceType(User).resolve("name.familyName");
 * const users = [{ id: "1", name: { familyName: "King" } }, { id: "2", name: { familyName: "Babbage" } }];
 * if (path !== undefined) users.sort(compareBy({ path, descending: false })); // Babbage, King
 * ```
 * @see RFC 7644 §3.4.2.3
 */
export function compareBy(sort: Sort): (left: ResourceObject, right: ResourceObject) => number {
  const compare = comparePlaces(sort.descending);
  return (left, right) => compare(sortPlaceOf(left, sort), sortPlaceOf(right, sort));
}
