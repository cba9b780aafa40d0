import type { Limits } from "./call/limits.ts";
import { internalError, isScimError, type ScimError, unavailable } from "./error.ts";
import { SCIM_JSON } from "./protocol/media-type.ts";
import { discard, type ScimRequest, type ScimResponse } from "./protocol/message.ts";
import { renderError } from "./protocol/render.ts";
import type { ResourceType } from "./schema/resource-type.ts";
import { createAnswer } from "./service/answer.ts";
import { checkOptions } from "./service/check-options.ts";
import { isAbort, startDeadline } from "./service/deadline.ts";
import { settle } from "./service/defaults.ts";
import { createEngines, tell } from "./service/engine.ts";
import type { ScimOptions } from "./service/options.ts";
import { type Progress, requestEvent, startProgress } from "./service/progress.ts";
import type { Context } from "./storage/adapter.ts";

/**
 * A SCIM service provider, ready to be mounted. It holds no state of its own: start as many as you like.
 * @see RFC 7644 §3
 */
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
  /** Renders an error of the host's own as a SCIM error response. */
  error(error: ScimError, method?: string): ScimResponse;
  /** The bounds in force, for hosts that enforce `limits.body` while reading. */
  readonly limits: Limits;
  /** The compiled resource types of the options; those of tenants may differ. */
  readonly resourceTypes: readonly ResourceType[];
}

const GIVEN_UP = "The request was given up before it was done: it took too long, or the client left. Repeat it.";

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
  const settled = settle(options);
  const engines = createEngines(settled);
  const { limits, resourceTypes, emit } = engines.standard;
  const answer = createAnswer(settled, engines);
  const { observe, timeout, timer } = settled;

  const fail = (error: unknown, { signal, method }: ScimRequest, progress: Progress<C>): ScimResponse => {
    const problem = isScimError(error) ? error : isAbort(error, signal) ? unavailable(GIVEN_UP) : internalError();
    progress.error = problem;
    // A ScimError with a cause is the client's sentence for something that the host has to know.
    const isFault = problem !== error || problem.cause !== undefined;
    if (problem.status === 500 && isFault) emit({ type: "error", error, context: progress.context });
    const response = renderError(problem, progress.mediaType, method.toUpperCase() === "HEAD");
    return { ...response, headers: { ...response.headers, ...progress.headers } };
  };

  return {
    limits,
    resourceTypes,
    async handle(request) {
      const started = observe === undefined ? 0 : timer();
      const progress = startProgress<C>();
      const { request: timed, expired, end } = startDeadline(request, timeout);
      const answered = answer(timed, progress).catch((error) => fail(error, timed, progress));
      const late = expired?.then(() => {
        // What comes after all is sent to nobody.
        answered.then(discard);
        return fail(timed.signal?.reason, timed, progress);
      });
      const response = await (late === undefined ? answered : Promise.race([answered, late]));
      end();
      if (observe !== undefined) tell(observe, requestEvent(timed, response, progress, timer() - started));
      return response;
    },
    error: (error, method = "GET") => renderError(error, SCIM_JSON, method.toUpperCase() === "HEAD"),
  };
}
