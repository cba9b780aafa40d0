import type { Attribute, AttributePath } from "../schema/attribute.ts";
import { type Filter, type FilterVisitor, visitFilter } from "./ast.ts";

/** Every path that a filter names, as often as it does; those within a value path come behind the one in front of the bracket. */
export function pathsIn<Path>(filter: Filter<Path>): readonly Path[] {
  const paths: Path[] = [];
  const walk = (part: Filter<Path>): void => visitFilter(part, collector);
  const collector: FilterVisitor<Path, void> = {
    and: ({ filters }) => filters.forEach(walk),
    or: ({ filters }) => filters.forEach(walk),
    not: (node) => walk(node.filter),
    present: ({ path }) => {
      paths.push(path);
    },
    compare: ({ path }) => {
      paths.push(path);
    },
    element: (node) => {
      paths.push(node.path);
      walk(node.filter);
    },
  };
  walk(filter);
  return paths;
}

/** How many comparisons a filter makes of one resource, `pr` included; one over a multi-valued attribute counts once. */
export function comparisonsIn<Path>(filter: Filter<Path>): number {
  switch (filter.type) {
    case "and":
    case "or":
      return filter.filters.reduce((count, part) => count + comparisonsIn(part), 0);
    case "not":
    case "element":
      return comparisonsIn(filter.filter);
    default:
      return 1;
  }
}

/** The attributes that a filter and a sort look at. */
export function attributesIn(
  filter: Filter<AttributePath> | undefined,
  sort: AttributePath | undefined,
): ReadonlySet<Attribute> {
  const paths = filter === undefined ? [] : pathsIn(filter);
  return new Set([...paths, ...(sort === undefined ? [] : [sort])].map(({ attribute }) => attribute));
}
