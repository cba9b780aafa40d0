import type { Call } from "../call/call.ts";
import type { AskedPage, QueryOperation } from "../call/operation.ts";
import { type Selection, selectionOf } from "../call/selection.ts";
import { parseOptions, resolveOptions } from "../call/settings.ts";
import { invalidCursor, invalidFilter, invalidValue, sensitive } from "../error.ts";
import type { Filter } from "../filter/ast.ts";
import { pathsIn } from "../filter/paths.ts";
import { readFilter } from "../filter/read.ts";
import { filterablePath, type ResolveOptions, resolveFilter } from "../filter/resolve.ts";
import type { Search } from "../filter/search.ts";
import { type AttributePath, leafOf, pathOf } from "../schema/attribute.ts";
import { printable } from "../schema/printable.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { Context, Sort } from "../storage/adapter.ts";

/** What the answer shows, by `attributes` and `excludedAttributes`. @see RFC 7644 §3.9 */
export function requestSelection<C extends Context>(
  resourceType: CompiledResourceType,
  search: Search,
  call: Call<C>,
): Selection {
  const { quirks, limits, isReadable } = call.engine;
  const { attributes, excludedAttributes } = search;
  if (isReadable === undefined && attributes === undefined && excludedAttributes === undefined)
    return call.engine.selectionOf(resourceType);
  if (attributes !== undefined && excludedAttributes !== undefined)
    throw invalidValue("attributes and excludedAttributes exclude each other; send one of them.");
  return selectionOf(
    resourceType,
    { attributes, excludedAttributes },
    {
      alias: (name) => quirks.alias(name, resourceType, "selection", call.note),
      maxNames: limits.attributes,
      isReadable: isReadable && ((attribute) => isReadable(attribute, resourceType, call.context)),
    },
  );
}

/** What a search asks of one resource type. @throws {ScimError} 400 for what does not resolve. @see RFC 7644 §3.4.2 */
export function queryOperation<C extends Context>(
  resourceType: CompiledResourceType,
  search: Search,
  call: Call<C>,
): QueryOperation | Promise<QueryOperation> {
  const parsed = search.filter === undefined ? undefined : parsedFilter(search.filter, resourceType, call);
  return parsed instanceof Promise
    ? parsed.then((filter) => operationWith(filter, resourceType, search, call))
    : operationWith(parsed, resourceType, search, call);
}

function operationWith<C extends Context>(
  parsed: Filter | undefined,
  resourceType: CompiledResourceType,
  search: Search,
  call: Call<C>,
): QueryOperation {
  const options = resolveOptions(resourceType, call);
  return {
    type: "query",
    resourceType,
    filter: parsed === undefined ? undefined : resolveFilter(parsed, resourceType, options),
    sort: sortOf(resourceType, search, options, call),
    page: pageOf(search, call),
    selection: requestSelection(resourceType, search, call),
  };
}

function parsedFilter<C extends Context>(
  text: string,
  resourceType: CompiledResourceType,
  call: Call<C>,
): Filter | Promise<Filter> {
  // A filter that is not supported must not be ignored: the client would take every resource for a match [P-3.4.2.2-01].
  if (call.storageOf(resourceType).capabilities?.filter !== true)
    throw invalidFilter("This server does not support filters.");
  return readFilter(text, parseOptions(call));
}

/** @see RFC 7644 §3.4.2.3 */
function sortOf<C extends Context>(
  resourceType: CompiledResourceType,
  search: Search,
  options: ResolveOptions,
  call: Call<C>,
): Sort | undefined {
  const descending = isDescending(search);
  const { sortBy } = search;
  if (sortBy === undefined || sortBy === "") return undefined;
  if (call.storageOf(resourceType).capabilities?.sort !== true) return undefined;
  const path = sortPath(sortBy, resourceType, options);
  if (path === "unknown")
    throw invalidValue(
      `sortBy names no attribute of ${resourceType.name} that can be sorted by; see /Schemas for the attributes.`,
    );
  if (path === "complex")
    throw invalidValue(`sortBy names ${printable(sortBy)}, which is complex; name one of its sub-attributes.`);
  return { path, descending };
}

/** @throws {ScimError} 400 invalidValue for an order that is none. */
export function isDescending({ sortOrder = "ascending" }: Search): boolean {
  const order = sortOrder.toLowerCase();
  if (order !== "ascending" && order !== "descending") throw invalidValue("sortOrder must be ascending or descending.");
  return order === "descending";
}

/** What is sorted by: of a complex attribute its `value`, if it has one; or why the name cannot be sorted by. */
export function sortPath(
  sortBy: string,
  resourceType: CompiledResourceType,
  options: ResolveOptions,
): AttributePath | "unknown" | "complex" {
  const path = filterablePath(sortBy, resourceType, options);
  if (path === undefined) return "unknown";
  if (leafOf(path).type !== "complex") return path;
  const value = path.attribute.sub("value");
  return value === undefined ? "complex" : pathOf(path.attribute, value);
}

/** Which part of the result is asked for. @throws {ScimError} 400 invalidCursor, invalidValue @see RFC 7644 §3.4.2.4; RFC 9865 §2 */
export function pageOf<C extends Context>(search: Search, call: Call<C>): AskedPage {
  const { results, defaultResults } = call.engine.limits;
  const count = Math.min(Math.max(search.count ?? defaultResults, 0), results);
  if (!isByCursor(search, call)) return { startIndex: Math.max(search.startIndex ?? 1, 1), count };
  const { filter, sortBy, sortOrder, attributes, excludedAttributes, cursor } = search;
  const query = JSON.stringify([filter, sortBy, sortOrder, attributes, excludedAttributes]);
  return { cursor: cursor === "" ? undefined : cursor, count, query };
}

/** @throws {ScimError} 400 for a way of paging that is off, and for two at once. @see RFC 9865 §2.4 */
function isByCursor<C extends Context>({ cursor, startIndex }: Search, call: Call<C>): boolean {
  const { pagination } = call.engine;
  if (cursor !== undefined && pagination.cursor) {
    if (startIndex !== undefined)
      throw invalidValue("startIndex and cursor are two ways of paging that exclude each other; send one of them.");
    return true;
  }
  // To a server without cursors the parameter is unknown; but a page that is not the first one must not be mistaken for it.
  if (cursor !== undefined && cursor !== "")
    throw invalidCursor("This server does not page by cursor; leave cursor out and use startIndex.");
  if (startIndex !== undefined && !pagination.index)
    throw invalidValue("This server pages by cursor alone; leave startIndex out and follow nextCursor.");
  return startIndex === undefined && pagination.default === "cursor";
}

/**
 * Keeps sensitive data out of URLs, which end up in logs.
 * @throws {ScimError} 403 sensitive
 * @see RFC 7644 §7.5.2
 */
export function checkSensitive<C extends Context>(filter: Filter<AttributePath>, call: Call<C>): void {
  const { sensitiveAttributes } = call.engine;
  if (sensitiveAttributes.size === 0) return;
  const named = pathsIn(filter).flatMap(({ attribute, text }) => [attribute.path, text]);
  if (named.some((path) => sensitiveAttributes.has(path.toLowerCase()))) {
    throw sensitive(
      "The filter holds sensitive data, which must not stand in a URL. Send the query in the body of POST …/.search.",
    );
  }
}
