import { createEngine } from "./engine.ts";
import type { Call } from "./operations/call.ts";
import { execute } from "./operations/execute.ts";
import type { Limits } from "./operations/limits.ts";
import { checkBaseUrl, checkOptions, type ScimOptions } from "./options.ts";
import { findEndpoint, splitUrl } from "./protocol/endpoint.ts";
import { internalError, isScimError, type ScimError } from "./protocol/error.ts";
import { headerReader } from "./protocol/header.ts";
import { answerType, SCIM_JSON } from "./protocol/media-type.ts";
import type { ScimRequest, ScimResponse } from "./protocol/message.ts";
import { readJson } from "./protocol/read-body.ts";
import { render, renderError } from "./protocol/render.ts";
import { route } from "./protocol/route.ts";
import type { ResourceType } from "./schema/resource-type.ts";
import type { Context } from "./storage/adapter.ts";

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

/** The discovery endpoints may be read before there are credentials [S-5-09]. */
function isDiscoveryPath(path: string, basePath: string): boolean {
  const [first] = path
    .slice(basePath.length)
    .split("/")
    .filter((segment) => segment !== "");
  return ["serviceproviderconfig", "resourcetypes", "schemas"].includes(first?.toLowerCase() ?? "");
}
