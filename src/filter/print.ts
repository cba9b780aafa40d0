import type { Filter } from "./ast.ts";

/**
 * Prints a filter in canonical form: keywords in lower case, one blank between tokens, parentheses only where they are needed.
 * Parsing what was printed gives the same filter.
 *
 * @param filter in normal form, as `parseFilter` returns it.
 * @example
 * ```ts
 * import { parseFilter, printFilter } from "scimkit/filter";
 * printFilter(parseFilter('(title PR) AND not(active eq true)')); // 'title pr and not (active eq true)'
 * ```
 * @see RFC 7644 §3.4.2.2
 */
export function printFilter(filter: Filter<string>): string;
/**
 * Prints a filter whose paths are not text, such as a resolved one.
 *
 * @param pathText the text of a path, e.g. `(path) => path.text` for resolved filters.
 * @example
 * ```ts
 * import { compileResourceType, User } from "scimkit";
 * import { parseFilter, printFilter, resolveFilter } from "scimkit/filter";
 * const resolved = resolveFilter(parseFilter('EMAILS co "@example.com"'), compileResourceType(User));
 * printFilter(resolved, (path) => path.text); // 'emails.value co "@example.com"'
 * ```
 * @see RFC 7644 §3.4.2.2
 */
export function printFilter<Path>(filter: Filter<Path>, pathText: (path: Path) => string): string;
export function printFilter<Path>(filter: Filter<Path>, pathText: (path: Path) => string = String): string {
  const print = (part: Filter<Path>): string => {
    switch (part.type) {
      case "and":
        return part.filters.map((inner) => (isJunction(inner) ? `(${print(inner)})` : print(inner))).join(" and ");
      case "or":
        return part.filters.map((inner) => (inner.type === "or" ? `(${print(inner)})` : print(inner))).join(" or ");
      case "not":
        return `not (${print(part.filter)})`;
      case "present":
        return `${pathText(part.path)} pr`;
      case "compare":
        return `${pathText(part.path)} ${part.operator} ${JSON.stringify(part.value)}`;
      case "element":
        return `${pathText(part.path)}[${print(part.filter)}]`;
    }
  };
  return print(filter);
}

function isJunction(filter: Filter<unknown>): boolean {
  return filter.type === "and" || filter.type === "or";
}
