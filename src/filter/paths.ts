import type { Attribute, AttributePath } from "../schema/attribute.ts";
import type { Filter } from "./ast.ts";

/** Every path that a filter names, as often as it does; those within a value path come behind the one in front of the bracket. */
export function pathsIn<Path>(filter: Filter<Path>): readonly Path[] {
  const paths: Path[] = [];
  collect(filter, paths);
  return paths;
}

function collect<Path>(filter: Filter<Path>, paths: Path[]): void {
  switch (filter.type) {
    case "and":
    case "or":
      for (const part of filter.filters) collect(part, paths);
      return;
    case "not":
      collect(filter.filter, paths);
      return;
    case "element":
      paths.push(filter.path);
      collect(filter.filter, paths);
      return;
    default:
      paths.push(filter.path);
  }
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
