import type { ScimEvent } from "./events/event.ts";
import type { Call, Engine } from "./operations/call.ts";
import { create } from "./operations/create.ts";
import { discover } from "./operations/discover.ts";
import { DEFAULT_LIMITS, type Limits } from "./operations/limits.ts";
import { patch } from "./operations/patch.ts";
import { query } from "./operations/query.ts";
import { read } from "./operations/read.ts";
import { remove } from "./operations/remove.ts";
import { replace } from "./operations/replace.ts";
import type { Result } from "./operations/result.ts";
import { type AuthenticationScheme, checkBaseUrl, checkOptions, type ScimOptions } from "./options.ts";
import { internalError, invalidSyntax, isScimError, payloadTooLarge, type ScimError } from "./protocol/error.ts";
import { parseJson } from "./protocol/json.ts";
import { answerType, checkContentType, SCIM_JSON } from "./protocol/media-type.ts";
import type { ScimRequest, ScimResponse } from "./protocol/message.ts";
import type { Operation } from "./protocol/operation.ts";
import { render, renderError } from "./protocol/render.ts";
import { bodyMissing, findEndpoint, headerReader, route, splitUrl } from "./protocol/route.ts";
import { selectionOf } from "./protocol/selection.ts";
import { profiles } from "./quirks/profiles.ts";
import { activate } from "./quirks/quirk.ts";
import { compileResourceType, type ResourceType } from "./schema/resource-type.ts";
import { jsonTypeOf } from "./schema/validate.ts";
import { isObject, type ResourceObject } from "./schema/value.ts";
import type { Context, StorageAdapter } from "./storage/adapter.ts";

/** A SCIM service provider, ready to be mounted. It holds no state of its own: start as many as you like. */
export interface Scim {
  /**
   * Answers a request. Never rejects: whatever goes wrong becomes a SCIM error response.
   *
   * @example
   * ```ts
   * import type { Scim } from "scimkit";
   * async function userNamed(scim: Scim, name: string) {
   *   const filter = encodeURIComponent(`userName eq ${JSON.stringify(name)}`);
   *   return scim.handle({ method: "GET", url: `/scim/v2/Users?filter=${filter}`, headers: { authorization: "Bearer …" } });
   * }
   * ```
   */
  handle(request: ScimRequest): Promise<ScimResponse>;
  /** Renders an error of the host's own (a body that is too large, a limiter's 429) as a SCIM error response. */
  error(error: ScimError, method?: string): ScimResponse;
  /** The bounds in force, for hosts that enforce `limits.body` while reading. */
  readonly limits: Limits;
  /** The compiled resource types. */
  readonly resourceTypes: readonly ResourceType[];
}

const BEARER: AuthenticationScheme = {
  type: "oauthbearertoken",
  name: "Bearer token",
  description: "An OAuth 2.0 bearer token in the Authorization header.",
  specUri: "https://www.rfc-editor.org/info/rfc6750",
  primary: true,
};

/**
 * Creates a SCIM service provider from resource types and a storage adapter.
 *
 * @throws {TypeError} when an option is wrong; the message names it. {SchemaError} when a resource type is.
 * @example
 * ```ts
 * import { bearerToken, createScim, EnterpriseUser, Group, User } from "scimkit";
 * import { fetchHandler } from "scimkit/fetch";
 * import { memoryStorage } from "scimkit/memory";
 *
 * const scim = createScim({
 *   resourceTypes: [User.extend(EnterpriseUser), Group],
 *   storage: memoryStorage(),
 *   baseUrl: "https://example.com/scim/v2",
 *   authenticate: bearerToken("a-long-random-secret"),
 * });
 * export default { fetch: fetchHandler(scim) };
 * ```
 * @see RFC 7644
 */
export function createScim<C extends Context = Context>(options: ScimOptions<C>): Scim {
  checkOptions(options);
  const engine = createEngine(options);
  const baseUrlOf = (request: ScimRequest): string =>
    typeof options.baseUrl === "string" ? options.baseUrl : options.baseUrl(request);
  const fixedBaseUrl = typeof options.baseUrl === "string" ? checkBaseUrl(options.baseUrl) : undefined;

  const answer = async (request: ScimRequest, fault: Fault<C>): Promise<ScimResponse> => {
    const header = headerReader(request.headers);
    fault.mediaType = answerType(header("accept"));
    const baseUrl = fixedBaseUrl ?? checkBaseUrl(baseUrlOf(request));
    const { path, query: queryText } = splitUrl(request.url);
    const basePath = splitUrl(baseUrl).path;
    const isDiscovery = options.anonymousDiscovery !== false && isDiscoveryPath(path, basePath);
    const context = options.authenticate === undefined || isDiscovery ? ({} as C) : await options.authenticate(request);
    fault.context = context;

    const note = (quirk: string, where: string): void => engine.emit({ type: "quirk", quirk, path: where, context });
    const call: Call<C> = { engine, context, baseUrl, signal: request.signal, note };
    const endpoint = findEndpoint(path, basePath, engine.resourceTypes, engine.quirks.reads.endpointCase);
    const method = request.method.toUpperCase();
    const operation = route(
      endpoint,
      {
        method: method === "HEAD" ? "GET" : method,
        query: queryText,
        header,
        body: () => readJson(request, header("content-type"), engine.limits),
      },
      call,
    );
    await options.authorize?.(operation, context);
    const result = await execute(operation, call);
    return render(result, {
      baseUrl,
      resourceTypes: engine.resourceTypes,
      mediaType: fault.mediaType,
      head: method === "HEAD",
    });
  };

  return {
    limits: engine.limits,
    resourceTypes: engine.resourceTypes,
    async handle(request) {
      const fault: Fault<C> = { mediaType: SCIM_JSON, context: undefined };
      const isHead = request.method.toUpperCase() === "HEAD";
      try {
        return await answer(request, fault);
      } catch (error) {
        if (isScimError(error)) return renderError(error, fault.mediaType, isHead);
        engine.emit({ type: "error", error, context: fault.context });
        return renderError(internalError(), fault.mediaType, isHead);
      }
    },
    error: (error, method = "GET") => renderError(error, SCIM_JSON, method.toUpperCase() === "HEAD"),
  };
}

/** What is known of a request when it fails. */
interface Fault<C> {
  mediaType: string;
  context: C | undefined;
}

function createEngine<C extends Context>(options: ScimOptions<C>): Engine<C> {
  const resourceTypes = options.resourceTypes.map((definition) =>
    compileResourceType(definition, options.comparisonKey),
  );
  const storages = new Map(resourceTypes.map((type) => [type, storageFor(options.storage, type)]));
  const limits = Object.freeze({ ...DEFAULT_LIMITS, ...options.limits });
  const profile = options.profile ?? "interop";
  const selections = new Map(
    resourceTypes.map((type) => [type, selectionOf(type, {}, { lenientNames: false, maxNames: limits.attributes })]),
  );
  return {
    resourceTypes,
    storageOf: (type) => storages.get(type) as StorageAdapter<C>,
    selections,
    limits,
    quirks: activate(typeof profile === "string" ? profiles[profile] : profile),
    unknownAttributes: options.unknownAttributes ?? "ignore",
    canonicalValues: options.canonicalValues ?? "suggest",
    references: options.references ?? "check",
    putOmitted: options.putOmitted ?? "clear",
    patchResponse: options.patchResponse ?? (profile === "strict" ? "resource" : "auto"),
    sensitiveAttributes: options.sensitiveAttributes ?? [],
    isReadable: options.isReadable,
    authenticationSchemes: (options.authenticationSchemes ?? [BEARER]).map((scheme) => ({ ...scheme })),
    documentationUri: options.documentationUri,
    now: options.now ?? (() => new Date()),
    newId: options.newId ?? (() => crypto.randomUUID()),
    emit: (event) => safely(options.on, event),
  };
}

function storageFor<C extends Context>(storage: ScimOptions<C>["storage"], type: ResourceType): StorageAdapter<C> {
  const isAdapter = typeof (storage as StorageAdapter<C>).query === "function";
  const found = isAdapter
    ? (storage as StorageAdapter<C>)
    : (storage as { readonly [name: string]: StorageAdapter<C> })[type.name];
  if (found === undefined)
    throw new TypeError(`createScim: storage has no adapter for the resource type ${type.name}.`);
  return found;
}

/** A listener that throws, at once or later, cannot fail the request that it is told of. */
function safely<C extends Context>(on: ScimOptions<C>["on"], event: ScimEvent<C>): void {
  try {
    const outcome: unknown = on?.(event);
    if (outcome instanceof Promise) outcome.catch(() => undefined);
  } catch {
    // Nobody is left to be told.
  }
}

/** The discovery endpoints may be read before there are credentials [S-5-09]. */
function isDiscoveryPath(path: string, basePath: string): boolean {
  const [first] = path
    .slice(basePath.length)
    .split("/")
    .filter((segment) => segment !== "");
  return ["serviceproviderconfig", "resourcetypes", "schemas"].includes(first?.toLowerCase() ?? "");
}

async function execute<C extends Context>(operation: Operation, call: Call<C>): Promise<Result> {
  switch (operation.type) {
    case "create":
      return create(operation, call);
    case "read":
      return read(operation, call);
    case "query":
      return query(operation, call);
    case "replace":
      return replace(operation, call);
    case "patch":
      return patch(operation, call);
    case "delete":
      return remove(operation, call);
    case "discover":
      return discover(operation, call);
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
const ENCODER = new TextEncoder();

/**
 * Reads the body as one JSON object, whether the host gives bytes, text or a value that it has parsed.
 * @throws {ScimError} 415, 413, 400 invalidSyntax
 */
function readJson(request: ScimRequest, contentType: string | undefined, limits: Limits): ResourceObject {
  checkContentType(contentType);
  const { body } = request;
  if (body === undefined || body === null || body === "") throw bodyMissing();
  const value =
    typeof body === "string" || body instanceof Uint8Array ? parseJson(textOf(body, limits), limits.depth) : body;
  if (!isObject(value)) throw invalidSyntax(`The request body must be a JSON object, not ${jsonTypeOf(value)}.`);
  return value;
}

function textOf(body: string | Uint8Array, limits: Limits): string {
  const size =
    typeof body === "string"
      ? body.length > limits.body / 4
        ? ENCODER.encode(body).length
        : body.length
      : body.length;
  if (size > limits.body) throw payloadTooLarge(`The request body exceeds ${limits.body} bytes (limits.body).`);
  if (typeof body === "string") return body;
  try {
    return UTF8.decode(body);
  } catch {
    throw invalidSyntax("The request body is not UTF-8 text.");
  }
}
