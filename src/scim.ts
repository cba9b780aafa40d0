import type { Limits } from "./call/limits.ts";
import { discard, type HostArgument, type ScimRequest, type ScimResponse } from "./protocol/message.ts";
import type { CompiledResourceType, ResourceTypeDefinition } from "./schema/resource-type.ts";
import { createAnswer } from "./service/answer.ts";
import { arrivals } from "./service/arrival.ts";
import { checkOptions } from "./service/check-options.ts";
import { startDeadline } from "./service/deadline.ts";
import { settle } from "./service/defaults.ts";
import { createOutboxes, type DrainHandler, type DrainNotice } from "./service/drain.ts";
import type { DrainOptions } from "./service/drain-options.ts";
import { createEngines } from "./service/engine.ts";
import { createFail } from "./service/fail.ts";
import { insideFrom } from "./service/host-call.ts";
import { keepInside } from "./service/inside.ts";
import { tell } from "./service/listeners.ts";
import type { ScimOptions } from "./service/options.ts";
import { fixedPath } from "./service/place.ts";
import { Progress, requestEvent } from "./service/progress.ts";
import type { Context } from "./storage/adapter.ts";
import type { OutboxLag } from "./storage/outbox.ts";

/**
 * A SCIM service provider, ready to be mounted. It holds no state of its own: start as many as you like.
 * @see RFC 7644 §3
 */
export interface Scim<H = unknown, R extends ResourceTypeDefinition = ResourceTypeDefinition> {
  /**
   * Answers a request. Never rejects: whatever goes wrong becomes a SCIM error response.
   *
   * `host` is what the host knows of the request by itself, of any type: its own request with a session or a client's address, a
   * transaction. It goes to `authenticate`, `throttle` and `tenant` as it is, and nowhere else.
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
  handle(request: ScimRequest, ...host: HostArgument<H>): Promise<ScimResponse>;
  /**
   * Answers a request with an error of the host's own: one that was refused ahead of `handle` (by a body parser, or a limit of
   * the server), or one that the host could not send the answer of. `onNotice` is told as of any other refusal or fault, and `onRequest`
   * too, unless `handle` was given this very `request` before. What is no `ScimError` is a 500, and goes to `onNotice` alone.
   *
   * @example
   * ```ts
   * import { errors, type Scim, type ScimResponse } from "scimkit";
   * function brokenJson(scim: Scim, method: string, url: string): ScimResponse {
   *   return scim.error(errors.invalidSyntax("The request body is not valid JSON."), { method, url, headers: {} });
   * }
   * ```
   */
  error(error: unknown, request: Pick<ScimRequest, "method" | "url" | "headers" | "waitUntil">): ScimResponse;
  /**
   * Hands out the events of the outbox (the option `outbox`), each at least once: to `handler`, in their order for each resource, several
   * resources at once. Any number of processes may drain the same storage, and none gets what another one has. A handler that fails gets its event
   * again, after a time that grows; meanwhile that resource waits, `onNotice` is told of it as `undelivered`, and all others go on. Where a
   * process dies its events are handed out again when their lease has ended, so do nothing that harms when it is done twice: `position` is the
   * same. Storage that fails is a `fault`, and is asked again.
   *
   * It goes on until `signal` is aborted, and ends when what is under way is finished; with `until: "empty"`, when there is nothing left.
   *
   * @throws {TypeError} without the option `outbox`, and for a wrong option. With `until: "empty"`, also what storage threw.
   * @example
   * ```ts
   * import type { Scim } from "scimkit";
   * declare const scim: Scim;
   * declare function endSessions(userId: string): Promise<void>;
   * const stopping = new AbortController();
   * const drained = scim.drain(
   *   async (event) => {
   *     if (event.type === "deactivated" || event.type === "deleted") await endSessions(event.id);
   *   },
   *   { signal: stopping.signal },
   * );
   * process.once("SIGTERM", async () => {
   *   stopping.abort();
   *   await drained;
   * });
   * ```
   */
  drain(handler: DrainHandler<R>, options?: DrainOptions): Promise<void>;
  /**
   * How many events wait to be handed out, and since when the oldest of them does: for a metric, and for an alarm when that is too long ago.
   *
   * @throws {TypeError} without the option `outbox`.
   * @example
   * ```ts
   * import type { Scim } from "scimkit";
   * declare const scim: Scim;
   * const { waiting, oldest } = await scim.lag();
   * const seconds = oldest === undefined ? 0 : (Date.now() - Date.parse(oldest)) / 1000;
   * if (seconds > 60) console.error(`${waiting} events wait, one of them for ${seconds} seconds.`);
   * ```
   */
  lag(): Promise<OutboxLag>;
  /** The bounds in force, for hosts that enforce `limits.body` while reading. */
  readonly limits: Limits;
  /**
   * Below which path the endpoints are, without a slash at its end: `/scim/v2`, or `""` for the root. Undefined where that depends on the
   * request (`baseUrl` or `path` is a function).
   */
  readonly path: string | undefined;
  /** The compiled resource types of the options; those of tenants may differ. */
  readonly resourceTypes: readonly CompiledResourceType[];
}

/**
 * Creates a SCIM service provider from resource types and a storage adapter.
 *
 * @throws {TypeError} when an option is wrong; the message names it. {SchemaError} when a resource type is.
 * @example
 * ```ts
 * import { bearerToken, createScim, EnterpriseUserSchema, Group, User } from "scimkit";
 * import { fetchHandler } from "scimkit/fetch";
 * import { memoryStorage } from "scimkit/memory";
 *
 * const scim = createScim({
 *   resourceTypes: [User.extend(EnterpriseUserSchema), Group],
 *   storage: memoryStorage(),
 *   baseUrl: "https://example.com/scim/v2",
 *   authenticate: bearerToken("a-long-random-secret"),
 * });
 * export default { fetch: fetchHandler(scim) };
 * ```
 * @see RFC 7644
 */
export function createScim<
  C extends Context = Context,
  const T extends readonly ResourceTypeDefinition[] = readonly ResourceTypeDefinition[],
  H = unknown,
>(options: ScimOptions<C, T, H>): Scim<H, T[number]>;
// Within, a resource is of whatever type: those that the host names, and those of tenants.
export function createScim<C extends Context>(options: ScimOptions<C>): Scim {
  checkOptions(options);
  const settled = settle(options);
  const { drain, lag, wake } = createOutboxes(settled, (notice: DrainNotice<C>) => emit(notice));
  const engines = createEngines(settled, wake);
  const { limits, resourceTypes, emit } = engines.standard;
  const { arrive } = arrivals(settled, engines.standard);
  const { onRequest, timeout, clock } = settled;
  const { timer } = clock;
  const fail = createFail(settled, engines);
  const answer = createAnswer(settled, engines, fail);

  const begun = new WeakMap<object, Progress<C>>();
  const isTimed = timeout !== undefined || onRequest !== undefined;
  const timedAnswer: typeof answer = async (request, progress, host) => {
    const started = onRequest === undefined ? 0 : timer();
    const { request: timed, expired, end } = startDeadline(request, timeout);
    const answered = answer(timed, progress, host);
    const late = expired?.then(() => {
      // What comes after all is sent to nobody.
      const done = answered.then(discard);
      request.waitUntil?.(done);
      return fail(timed.signal?.reason, timed, progress);
    });
    const response = await (late === undefined ? answered : Promise.race([answered, late]));
    end();
    if (onRequest !== undefined)
      tell(onRequest, requestEvent(timed, response, progress, timer() - started), request.waitUntil);
    return response;
  };

  const scim: Scim = {
    limits,
    path: fixedPath(settled),
    resourceTypes,
    drain,
    lag,
    handle(request, ...[host]) {
      const progress = new Progress<C>();
      begun.set(request, progress);
      return isTimed ? timedAnswer(request, progress, host) : answer(request, progress, host);
    },
    error(error, request) {
      const known = begun.get(request);
      const progress = known ?? new Progress<C>();
      if (known === undefined) lookAt(arrive, request, progress);
      const response = fail(error, request, progress);
      if (known === undefined && onRequest !== undefined)
        tell(onRequest, requestEvent(request, response, progress, 0), request.waitUntil);
      return response;
    },
  };
  keepInside(scim, insideFrom(settled, engines));
  return scim;
}

/** What the URL and headers say of a request that never got to `handle`. */
function lookAt<C extends Context>(
  arrive: (request: ScimRequest, progress: Progress<C>) => unknown,
  request: ScimRequest,
  progress: Progress<C>,
): void {
  try {
    arrive(request, progress);
  } catch {
    // The answer is the host's own error, whatever else is wrong with the request.
  }
}
