import type { Filter } from "../filter/ast.ts";
import type { ClientRequest } from "./answer.ts";
import type { Capabilities } from "./capabilities.ts";
import type { Endpoint } from "./endpoint.ts";
import { ScimClientError } from "./error.ts";
import { filterText } from "./filter-check.ts";
import { iterate, type PagePlace } from "./iterate.ts";
import { type AnyResource, expectSuccess, type ListPage, pageOf } from "./read-answer.ts";
import { SEARCH } from "./urns.ts";

/** What of each resource is wanted. @see RFC 7644 §3.9 */
export interface SelectOptions {
  /** These attributes, and those that come always. Default: those that the server gives by itself. */
  readonly attributes?: readonly string[] | undefined;
  /** All but these. */
  readonly excludedAttributes?: readonly string[] | undefined;
  /** Ends the request. */
  readonly signal?: AbortSignal | undefined;
}

/** What is asked of a list. @see RFC 7644 §3.4.2 */
export interface ListOptions extends SelectOptions {
  /** A filter of `scimkit/filter` or of this package's functions, or its text. Default: all resources. */
  readonly filter?: Filter | string | undefined;
  /** A server that cannot sort passes it over. */
  readonly sortBy?: string | undefined;
  readonly sortOrder?: "ascending" | "descending" | undefined;
  /** Resources that are asked for at a time. Default 100, or as many as the server gives at most. */
  readonly count?: number | undefined;
  /** How pages are asked for. Default: by cursor where the server announces it, which loses nothing under writes; else by index. */
  readonly by?: "cursor" | "index" | undefined;
  /** Asks by `POST …/.search`, so that no filter stands in a URL. Default `false`. */
  readonly search?: boolean | undefined;
}

/** The resources of an endpoint, read as they are asked for. */
export async function* list(endpoint: Endpoint, options: ListOptions): AsyncGenerator<AnyResource, void> {
  const capabilities = await endpoint.capabilities();
  const by = options.by ?? pagesOf(capabilities);
  const maxResults = capabilities.filter.maxResults;
  const most = (by === "cursor" ? capabilities.cursor.maxPageSize : undefined) ?? maxResults;
  const count = Math.min(options.count ?? 100, most ?? Number.POSITIVE_INFINITY);
  let last: ListPage | undefined;
  yield* iterate({
    by,
    count,
    maxResults,
    read: async (place) => {
      last = await readPage(endpoint, options, by === "none" ? {} : { ...place, count }, last);
      return last;
    },
    fail: (words) => {
      const url = endpoint.type.endpoint;
      return new ScimClientError(`GET ${url} ${words}`, { code: "paging", method: "GET", url });
    },
  });
}

function pagesOf({ cursor, index }: Capabilities): "cursor" | "index" | "none" {
  return cursor.supported ? "cursor" : index.supported ? "index" : "none";
}

/** One page of it. */
export async function readPage(
  { send, type, server }: Endpoint,
  options: ListOptions,
  place: PagePlace & { readonly count?: number },
  last?: ListPage,
): Promise<ListPage> {
  const request = pageRequest(type.endpoint, { ...options, filter: filterText(options.filter, server) }, place);
  const answer = await send(request);
  const isBehind = (place.startIndex ?? 0) > (last?.totalResults ?? Number.POSITIVE_INFINITY);
  // A look behind the end, which some servers take amiss.
  if (isBehind && (answer.status === 400 || answer.status === 404))
    return { resources: [], totalResults: last?.totalResults, nextCursor: undefined };
  return pageOf(request.method, expectSuccess(request.method, answer));
}

function pageRequest(
  path: string,
  options: ListOptions & { readonly filter: string | undefined },
  place: object,
): ClientRequest {
  const { filter, sortBy, sortOrder, attributes, excludedAttributes, signal, search = false } = options;
  const query = { filter, sortBy, sortOrder, ...place };
  if (!search) return { method: "GET", path, query: { ...query, ...selectQuery(options) }, signal };
  const body = { schemas: [SEARCH], ...query, attributes, excludedAttributes };
  return { method: "POST", path: `${path}/.search`, body, signal };
}

/** The parameters that say which attributes come. */
export function selectQuery({
  attributes,
  excludedAttributes,
}: SelectOptions): Readonly<Record<string, string | undefined>> {
  return { attributes: attributes?.join(","), excludedAttributes: excludedAttributes?.join(",") };
}
