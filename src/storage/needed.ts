import { type Filter, type FilterVisitor, visitFilter } from "../filter/ast.ts";
import type { Attribute, AttributePath } from "../schema/attribute.ts";

/** The attributes that a filter and a sort look at: what must be read of a resource for them. */
export function neededAttributes(
  filter: Filter<AttributePath> | undefined,
  sort: AttributePath | undefined,
): ReadonlySet<Attribute> {
  const needed = new Set<Attribute>(sort === undefined ? [] : [sort.attribute]);
  const add = ({ path }: { readonly path: AttributePath }): void => {
    needed.add(path.attribute);
  };
  const visitor: FilterVisitor<AttributePath, void> = {
    and: ({ filters }) => filters.forEach(visit),
    or: ({ filters }) => filters.forEach(visit),
    not: (node) => visit(node.filter),
    present: add,
    compare: add,
    // Its own filter is about the parts of the same attribute.
    element: add,
  };
  const visit = (part: Filter<AttributePath>): void => visitFilter(part, visitor);
  if (filter !== undefined) visit(filter);
  return needed;
}
