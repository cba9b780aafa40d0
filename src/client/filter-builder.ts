import type { CompareOperator, CompareValue, Filter } from "../filter/ast.ts";
import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { FilterElements, FilterPaths } from "./filter-paths.ts";

type OfType<P, T> = { readonly [K in keyof P]: P[K] extends T ? K : never }[keyof P] & string;

/** Makes comparisons by the paths of a resource type, or of an element of one of its attributes. Made by `filter`. */
export interface FilterBuilder<P, E = Readonly<Record<never, never>>> {
  /** The same. `null`: has no value. */
  eq<K extends keyof P & string>(path: K, value: P[K] | null): Filter;
  /** Not the same. */
  ne<K extends keyof P & string>(path: K, value: P[K] | null): Filter;
  /** Contains the text. */
  co(path: OfType<P, string>, value: string): Filter;
  /** Starts with the text. */
  sw(path: OfType<P, string>, value: string): Filter;
  /** Ends with the text. */
  ew(path: OfType<P, string>, value: string): Filter;
  /** Greater, or later. */
  gt<K extends OfType<P, string | number>>(path: K, value: P[K]): Filter;
  /** Greater or the same. */
  ge<K extends OfType<P, string | number>>(path: K, value: P[K]): Filter;
  /** Less, or earlier. */
  lt<K extends OfType<P, string | number>>(path: K, value: P[K]): Filter;
  /** Less or the same. */
  le<K extends OfType<P, string | number>>(path: K, value: P[K]): Filter;
  /** Has a value. */
  pr(path: keyof P & string): Filter;
  /** One element matches as a whole: `emails[type eq "work" and value ew "@example.com"]`. */
  element<K extends keyof E & string>(path: K, inner: (element: FilterBuilder<E[K]>) => Filter): Filter;
}

/** `[URN:]attribute[.sub]`, without what could end it. */
const PATH = /^[a-z][\w:.$-]*$/i;

/**
 * Makes filters by the paths of a resource type: a misspelt path, or a value of the wrong type, is an error of types. What it makes is a
 * filter of `scimkit/filter`; values are escaped where it is printed.
 *
 * @throws {TypeError} by its functions, for a path that is none, and for a value that no filter can hold (`undefined`, `NaN`).
 * @example
 * ```ts
 * import { User } from "scimkit";
 * import { and, filter } from "scimkit/client";
 * import { printFilter } from "scimkit/filter";
 * const { eq, sw, element } = filter(User);
 * const isWanted = and(eq("active", true), element("emails", (email) => email.eq("type", "work")), sw("userName", 'a"'));
 * printFilter(isWanted); // active eq true and emails[type eq "work"] and userName sw "a\""
 * ```
 * @see RFC 7644 §3.4.2.2
 */
export function filter<R extends ResourceTypeDefinition>(_type: R): FilterBuilder<FilterPaths<R>, FilterElements<R>> {
  return builder as unknown as FilterBuilder<FilterPaths<R>, FilterElements<R>>;
}

const compare =
  (operator: CompareOperator) =>
  (path: string, value: CompareValue): Filter => {
    const isNone = value === undefined || (typeof value === "number" && !Number.isFinite(value));
    if (isNone || (typeof value === "object" && value !== null))
      throw new TypeError(`filter: ${path} ${operator} ${value} is no comparison; give a text, a number or a boolean.`);
    return { type: "compare", path: checked(path), operator, value };
  };

const builder = {
  eq: compare("eq"),
  ne: compare("ne"),
  co: compare("co"),
  sw: compare("sw"),
  ew: compare("ew"),
  gt: compare("gt"),
  ge: compare("ge"),
  lt: compare("lt"),
  le: compare("le"),
  pr: (path: string): Filter => ({ type: "present", path: checked(path) }),
  element: (path: string, inner: (element: unknown) => Filter): Filter => ({
    type: "element",
    path: checked(path),
    filter: inner(builder),
  }),
};

function checked(path: string): string {
  if (!PATH.test(path)) throw new TypeError(`filter: ${JSON.stringify(path)} is no path of an attribute.`);
  return path;
}

/**
 * All of them match. One alone is itself.
 * @throws {TypeError} for none, which would be every resource.
 * @example
 * ```ts
 * import { User } from "scimkit";
 * import { and, filter } from "scimkit/client";
 * and(filter(User).eq("active", true), filter(User).pr("title"));
 * ```
 * @see RFC 7644 §3.4.2.2
 */
export function and(...filters: readonly Filter[]): Filter {
  return joined("and", filters);
}

/**
 * Any of them matches. One alone is itself.
 * @throws {TypeError} for none, which would be no resource.
 * @example
 * ```ts
 * import { User } from "scimkit";
 * import { filter, or } from "scimkit/client";
 * or(...["ada", "grace"].map((name) => filter(User).eq("userName", name)));
 * ```
 * @see RFC 7644 §3.4.2.2
 */
export function or(...filters: readonly Filter[]): Filter {
  return joined("or", filters);
}

/**
 * It does not match.
 * @example
 * ```ts
 * import { User } from "scimkit";
 * import { filter, not } from "scimkit/client";
 * not(filter(User).pr("externalId"));
 * ```
 * @see RFC 7644 §3.4.2.2
 */
export function not(inner: Filter): Filter {
  return { type: "not", filter: inner };
}

function joined(type: "and" | "or", filters: readonly Filter[]): Filter {
  const parts = filters.flatMap((part) => (part.type === type ? part.filters : [part]));
  const [first] = parts;
  if (first === undefined) throw new TypeError(`${type}: there is no filter to join; leave the filter out.`);
  return parts.length === 1 ? first : { type, filters: parts };
}
