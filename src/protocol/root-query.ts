import type { Call } from "../call/call.ts";
import type { RootPart, RootQueryOperation } from "../call/operation.ts";
import { parseOptions, resolveOptions } from "../call/settings.ts";
import { invalidFilter, invalidValue } from "../error.ts";
import type { Filter } from "../filter/ast.ts";
import { type Folded, junction, negation } from "../filter/fold.ts";
import { predicateOf } from "../filter/predicate.ts";
import { readFilter } from "../filter/read.ts";
import { resolveWhereKnown, unknownAttribute } from "../filter/resolve.ts";
import type { Search } from "../filter/search.ts";
import type { AttributePath } from "../schema/attribute.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context } from "../storage/adapter.ts";
import { isDescending, pageOf, requestSelection, sortPath } from "./query.ts";

/**
 * What a search asks of all resource types together: of each one by its own schemas and selection. An attribute that a type does
 * not have has no value there; one that no type has is a mistake [P-3.4.2.1-04 R-35].
 * @throws {ScimError} 400 invalidFilter, invalidValue
 * @see RFC 7644 §3.4.2.1
 */
export async function rootQueryOperation<C extends Context>(
  search: Search,
  call: Call<C>,
): Promise<RootQueryOperation> {
  // A rule that puts the same thing right for each type has put it right once.
  const notes = new Set<string>();
  const once: Call<C> = {
    ...call,
    note(quirk, path) {
      if (!notes.has(`${quirk} ${path}`)) call.note(quirk, path);
      notes.add(`${quirk} ${path}`);
    },
  };
  const resourceTypes = call.engine.resourceTypes.filter(({ operations }) => operations.has("query"));
  const filters = search.filter === undefined ? undefined : await filtersOf(search.filter, resourceTypes, once);
  const descending = isDescending(search);
  const paths = sortPathsOf(search.sortBy, resourceTypes, once);
  const parts = resourceTypes.flatMap((resourceType, index): RootPart[] => {
    const filter = filters?.[index] ?? true;
    if (filter === false) return [];
    const selection = requestSelection(resourceType, search, once);
    return [{ resourceType, filter: filter === true ? undefined : filter, sortPath: paths?.[index], selection }];
  });
  return {
    type: "rootQuery",
    resourceTypes: parts.map(({ resourceType }) => resourceType),
    parts,
    order: paths === undefined ? undefined : { descending },
    page: pageOf(search, call),
  };
}

async function filtersOf<C extends Context>(
  text: string,
  resourceTypes: readonly CompiledResourceType[],
  call: Call<C>,
): Promise<readonly Folded[]> {
  if (resourceTypes.some((type) => call.engine.adapterOf(type).capabilities?.filter !== true))
    throw invalidFilter("This server does not support filters over all resource types.");
  const parsed = await readFilter(text, parseOptions(call));
  const strangers = new Map<string, { readonly text: string; readonly types: Set<CompiledResourceType> }>();
  const filters = resourceTypes.map((resourceType) => {
    const unknown = (name: string): void => {
      const key = name.toLowerCase();
      const stranger = strangers.get(key) ?? { text: name, types: new Set() };
      strangers.set(key, stranger);
      stranger.types.add(resourceType);
    };
    return ofType(resolveWhereKnown(parsed, resourceType, resolveOptions(resourceType, call), unknown), resourceType);
  });
  for (const { text: name, types } of strangers.values())
    if (types.size === resourceTypes.length) throw unknownAttribute(name);
  return filters;
}

/** What the type settles by itself: `meta.resourceType eq "User"` needs no look at any group. */
function ofType(filter: Folded, resourceType: CompiledResourceType): Folded {
  if (typeof filter === "boolean") return filter;
  switch (filter.type) {
    case "and":
    case "or":
      return junction(
        filter.type,
        filter.filters.map((part) => ofType(part, resourceType)),
      );
    case "not":
      return negation(ofType(filter.filter, resourceType));
    case "present":
    case "compare":
      return filter.path.text === "meta.resourceType" ? isTrueOf(filter, resourceType) : filter;
    case "element":
      return filter;
  }
}

function isTrueOf(filter: Filter<AttributePath>, { name }: CompiledResourceType): boolean {
  return predicateOf(filter)({ meta: { resourceType: name } });
}

/** What each type is sorted by, undefined where it does not have the attribute; undefined altogether where no sort is asked for. */
function sortPathsOf<C extends Context>(
  sortBy: string | undefined,
  resourceTypes: readonly CompiledResourceType[],
  call: Call<C>,
): readonly (AttributePath | undefined)[] | undefined {
  if (sortBy === undefined || sortBy === "") return undefined;
  if (resourceTypes.some((type) => call.engine.adapterOf(type).capabilities?.sort !== true)) return undefined;
  const paths = resourceTypes.map((type) => sortPath(sortBy, type, resolveOptions(type, call)));
  if (paths.every((path) => typeof path === "string"))
    throw invalidValue(
      "sortBy names no attribute of any resource type that can be sorted by; see /Schemas for the attributes.",
    );
  return paths.map((path) => (typeof path === "string" ? undefined : path));
}
