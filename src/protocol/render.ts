import { collectionStreams, isStreamed, joinStreams } from "../call/collection-streams.ts";
import { locationOf } from "../call/location.ts";
import { entityTag } from "../call/preconditions.ts";
import type { ListItem, ListPlace, Result } from "../call/result.ts";
import { errorMessage, type ScimError } from "../error.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { StoredResource } from "../storage/adapter.ts";
import type { TimeSlice } from "../time-slice.ts";
import { holdsLong, jsonText, resourcesText, streamedJson, unmade, withoutEmpty } from "./json-body.ts";
import type { ScimResponse } from "./message.ts";
import { addSchemas, type Locations, type Showing, showingOf } from "./represent.ts";

/** URN of a list. @see RFC 7644 §3.4.2 */
const LIST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/** What a response needs besides the result. */
export interface RenderOptions extends Locations {
  /** Content-Type of the answer. */
  readonly mediaType: string;
  /** HEAD: everything but the body. */
  readonly head: boolean;
  /** What the request may do at a stretch. */
  readonly slice: TimeSlice;
  readonly signal: AbortSignal | undefined;
  /** Told of a fault of storage that comes too late for another answer: when a streamed body is under way. */
  readonly onFault: (error: unknown) => void;
}

/** Directory data is personal: no cache keeps it, no browser guesses at its type [T-H5 T-H9]. */
const FIXED_HEADERS = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" } as const;

/** Makes the response of what a verb came to; a promise only where it takes its time. @see RFC 7644 §3.4, §3.14 */
export function render(result: Result, options: RenderOptions): ScimResponse | Promise<ScimResponse> {
  switch (result.type) {
    case "resource": {
      const { resource, resourceType } = result;
      const location = locationOf(options.baseUrl, resourceType, resource.id);
      const headers = { Location: location, "Content-Location": location, ...tagOf(resource.meta.version, options) };
      return respondWith(result.status, bodyOf([result], BARE, options), headers, options);
    }
    case "list":
      return respondWith(200, bodyOf(result.items, listEnvelope(result.place), options), {}, options);
    case "notModified":
      return notModified(result, options);
    case "patched": {
      const location = locationOf(options.baseUrl, result.resourceType, result.id);
      // A media type of nothing: a client that looks for it counts the change as failed without [R-66a].
      return respond(204, undefined, { Location: location, ...tagOf(result.version, options) }, options);
    }
    case "empty":
      return { status: 204, headers: { ...FIXED_HEADERS }, body: undefined };
    case "documents": {
      const { documents } = result;
      const list = listResponse(documents, documents.length, { totalResults: documents.length, startIndex: 1 });
      return respond(200, options.head ? undefined : JSON.stringify(list), {}, options);
    }
    case "document":
      return respond(
        200,
        options.head ? undefined : JSON.stringify(result.body),
        result.location === undefined ? {} : { "Content-Location": result.location },
        options,
      );
  }
}

async function notModified(
  { resourceType, resource }: Extract<Result, { readonly type: "notModified" }>,
  options: RenderOptions,
): Promise<ScimResponse> {
  await collectionStreams(resourceType, [resource]).free().catch(options.onFault);
  return { status: 304, headers: { ...FIXED_HEADERS, ...tagOf(resource.meta.version, options) }, body: undefined };
}

function respondWith(
  status: number,
  body: ScimResponse["body"] | Promise<ScimResponse["body"]>,
  headers: Readonly<Record<string, string>>,
  options: RenderOptions,
): ScimResponse | Promise<ScimResponse> {
  return body instanceof Promise
    ? body.then((made) => respond(status, made, headers, options))
    : respond(status, body, headers, options);
}

/** After how many seconds a client may try again what nobody knows the end of: long enough for a database to fail over. */
const RETRY_AFTER = "5";

/** What the error of some statuses says besides, unless it says it in its own words. */
function headersFor({ status, headers }: ScimError, challenge: string): Readonly<Record<string, string>> {
  const has = (name: string): boolean => Object.keys(headers).some((known) => known.toLowerCase() === name);
  if (status === 503 && !has("retry-after")) return { "Retry-After": RETRY_AFTER };
  return status === 401 && !has("www-authenticate") ? { "WWW-Authenticate": challenge } : {};
}

/** Makes the response of an error. Every 503 says when to come back, every 401 how. @see RFC 7644 §3.12; RFC 9110 §10.2.3, §15.5.2 */
export function renderError(error: ScimError, mediaType: string, head: boolean, challenge: string): ScimResponse {
  const more = headersFor(error, challenge);
  return {
    status: error.status,
    headers: { "Content-Type": mediaType, ...FIXED_HEADERS, ...more, ...error.headers },
    body: head ? undefined : JSON.stringify(errorMessage(error)),
  };
}

/**
 * A list. Of an index page all five members are there always, as numbers and as an array, since Entra and Okta read them [Q26];
 * a cursor page has no startIndex, and a member that is undefined is left out.
 * @see RFC 7644 §3.4.2; RFC 9865 §2
 */
function listResponse(resources: readonly unknown[], itemsPerPage: number, place: ListPlace) {
  const { totalResults, startIndex, previousCursor, nextCursor } = place;
  return {
    schemas: [LIST_SCHEMA],
    totalResults,
    startIndex,
    itemsPerPage,
    previousCursor,
    nextCursor,
    Resources: resources,
  };
}

function tagOf(version: string, { etags }: RenderOptions): Readonly<Record<string, string>> {
  return etags ? { ETag: entityTag(version) } : {};
}

function respond(
  status: number,
  body: ScimResponse["body"],
  headers: Readonly<Record<string, string>>,
  options: RenderOptions,
): ScimResponse {
  return { status, headers: { "Content-Type": options.mediaType, ...FIXED_HEADERS, ...headers }, body };
}

/** What stands around the resources of a body, as a value and as text. */
interface Envelope {
  around(shown: readonly unknown[]): unknown;
  text(resources: string, count: number): string;
}

/** One resource is the body. */
const BARE: Envelope = { around: ([shown]) => shown, text: (resource) => resource };

function listEnvelope(place: ListPlace): Envelope {
  return {
    around: (shown) => listResponse(shown, shown.length, place),
    text: (resources, count) =>
      `${JSON.stringify(listResponse([], count, place)).slice(0, -END.length)}${resources}${END}`,
  };
}

/** How the text of a list ends. */
const END = "]}";

/** The body of these resources; undefined for HEAD. Streams in them are read as the body is, or freed. */
function bodyOf(
  items: readonly ListItem[],
  envelope: Envelope,
  options: RenderOptions,
): ScimResponse["body"] | Promise<ScimResponse["body"]> {
  if (items.some(isStreamed)) return streamedBody(items, envelope, options);
  if (options.head) return undefined;
  const { slice, signal } = options;
  const showing = showings(options);
  const answer = (item: ListItem): ResourceObject => showing(item).answer(item.resource, item.isPlain === true);
  if (items.some(holdsLong))
    return jsonText(envelope.around(items.map((item) => unmade(() => answer(item)))), slice, signal);
  const areSmall = items.every(({ isPlain }) => isPlain === true);
  const text = resourcesText(items.length, (index) => answer(items[index] as ListItem), areSmall, slice, signal);
  const finish = (resources: string): string => envelope.text(resources, items.length);
  return typeof text === "string" ? finish(text) : text.then(finish);
}

async function streamedBody(
  items: readonly ListItem[],
  envelope: Envelope,
  options: RenderOptions,
): Promise<ScimResponse["body"]> {
  const streams = joinStreams(items.map(({ resourceType, resource }) => collectionStreams(resourceType, [resource])));
  if (options.head) {
    await streams.free().catch(options.onFault);
    return undefined;
  }
  const showing = showings(options);
  const body = envelope.around(
    items.map((item, index) =>
      unmade(async () => {
        const shown = showing(item).show(streams.resources[index] as StoredResource);
        return addSchemas(item.resourceType, await withoutEmpty(shown));
      }),
    ),
  );
  return streamedJson(body, streams, options.onFault);
}

/** What shows each resource of a response: mostly all of them are of one type, and selected alike. */
function showings(options: RenderOptions): (item: ListItem) => Showing {
  let last: { readonly item: ListItem; readonly showing: Showing } | undefined;
  return (item) => {
    const { resourceType, selection } = item;
    if (last?.item.resourceType !== resourceType || last.item.selection !== selection)
      last = { item, showing: showingOf(resourceType, selection, options) };
    return last.showing;
  };
}
