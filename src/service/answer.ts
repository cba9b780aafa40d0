import type { Call } from "../call/call.ts";
import { factsOf } from "../call/facts.ts";
import { isAbort } from "../call/failure.ts";
import { effortOf, type Limits } from "../call/limits.ts";
import { locationOf } from "../call/location.ts";
import type { Operation } from "../call/operation.ts";
import type { Result } from "../call/result.ts";
import { unauthorized } from "../error.ts";
import { execute } from "../operations/execute.ts";
import { type Endpoint, type EndpointOf, type FinalEndpoint, findEndpoint } from "../protocol/endpoint.ts";
import { endpointOfMe } from "../protocol/me.ts";
import { checkContentType } from "../protocol/media-type.ts";
import type { ScimRequest, ScimResponse } from "../protocol/message.ts";
import { isBelow, splitUrl } from "../protocol/path.ts";
import { hasBody, limitsOfBulk, readJson } from "../protocol/read-body.ts";
import { type RenderOptions, render } from "../protocol/render.ts";
import { type RequestParts, route, routerOf } from "../protocol/route.ts";
import { printable } from "../schema/printable.ts";
import { remembered } from "../schema/remembered.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context, StorageAdapter } from "../storage/adapter.ts";
import { WatchedStorage } from "../storage/watch.ts";
import { finishInSlices, TimeSlice } from "../time-slice.ts";
import { type Arrival, arrivals } from "./arrival.ts";
import { checkBaseUrl } from "./check-options.ts";
import type { SettledOptions } from "./defaults.ts";
import type { Engines } from "./engine.ts";
import type { Fail } from "./fail.ts";
import { engineFor, isPromise } from "./listeners.ts";
import { type Outsiders, outsiders } from "./place.ts";
import { askedOf, type Progress } from "./progress.ts";
import { isSingleTenant, type TenantOptions } from "./tenant.ts";

/** Answers a request, whatever goes wrong; what it learns on its way is in `progress`. */
export type Answer<C extends Context> = (
  request: ScimRequest,
  progress: Progress<C>,
  host: unknown,
) => Promise<ScimResponse>;

/** A request whose sender is known: what the service is like for them. */
interface Visit<C extends Context> {
  readonly arrival: Arrival;
  readonly engine: Call<C>["engine"];
  /** Empty for nobody in particular. */
  readonly context: C;
  /** Somebody was authenticated. */
  readonly isKnown: boolean;
  readonly baseUrl: string;
  /** Below which path the endpoints are. */
  readonly basePath: string;
  readonly progress: Progress<C>;
}

/**
 * The way of a request: who asks, may they now, what is the service like for them, what do they want. Nothing that the client
 * sends but its URL and headers is looked at before the first two are settled [T-A1 P-7.6-01].
 *
 * It is one function, which waits for nothing that is there at once: to wait for it costs as much as many of the steps.
 */
export function createAnswer<C extends Context>(
  options: SettledOptions<C>,
  engines: Engines<C>,
  fail: Fail<C>,
): Answer<C> {
  const { arrive, identify } = arrivals(options, engines.standard);
  const { throttle, tenant } = options;
  const outside = outsiders<C>();
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: a function for each step would have to be waited for.
  return async (request, progress, host) => {
    try {
      const arrival = arrive(request, progress);
      const identified = identify(arrival, host);
      const known = isPromise(identified) ? await identified : identified;
      progress.context = known;
      if (throttle !== undefined) await throttle(arrival.request, known, host);
      const own = known === undefined || tenant === undefined ? undefined : await tenant(known, host);
      const visit = receive(arrival, known, own, progress, engines);
      const found = find(visit, outside);
      const endpoint = found.type === "me" ? await me(visit, options) : found;
      if ("resourceType" in endpoint) progress.resourceType = endpoint.resourceType.name;
      const call = callOf(visit, options);
      const body = new Body();
      const read = route(endpoint, partsOf(arrival, body), call);
      const receiving = hasBody(arrival.method) ? body.receive(arrival, endpoint, call) : undefined;
      if (receiving !== undefined) await receiving;
      const reading = read();
      const operation = isPromise(reading) ? await reading : reading;
      progress.operation = operation.type;
      const running = call.run(operation, call);
      const result = isPromise(running) ? await running : running;
      const rendering = render(result, renderOptions(visit, call));
      return progress.withHeaders(isPromise(rendering) ? await rendering : rendering);
    } catch (error) {
      return fail(error, request, progress);
    }
  };
}

/**
 * Settles which engine serves the request, and under which URL.
 * @throws {Error} for a tenant where storage has one tenant only: it would show each of them the resources of all.
 */
function receive<C extends Context>(
  arrival: Arrival,
  known: C | undefined,
  own: TenantOptions | undefined,
  progress: Progress<C>,
  engines: Engines<C>,
): Visit<C> {
  const context = known ?? ({} as C);
  const engine = engineFor(engines.of(own), arrival.request);
  const single = context.tenant !== undefined && engine.resourceTypes.map(engine.adapterOf).find(isSingleTenant);
  if (single)
    throw new Error(
      `authenticate gave a tenant, but the storage "${single.name}" has one tenant only: where it goes by context.tenant in every call, it says so by capabilities: { tenants: true }.`,
    );
  const hasOwnUrl = own?.baseUrl !== undefined;
  const baseUrl = hasOwnUrl ? checkBaseUrl(own.baseUrl) : arrival.publicUrl;
  const basePath = hasOwnUrl ? (arrival.place.mount ?? splitUrl(baseUrl).path) : arrival.basePath;
  return { arrival, engine, context, isKnown: known !== undefined, baseUrl, basePath, progress };
}

/** @throws {ScimError} 404; 401 for nobody in particular anywhere but at discovery. */
function find<C extends Context>(visit: Visit<C>, outside: Outsiders<C>): Endpoint {
  const { arrival, baseUrl, basePath, progress, engine } = visit;
  const { path } = arrival.place;
  const { resourceTypes, quirks } = engine;
  const anyCase = quirks.reads.endpointCase;
  progress.sought = { path, basePath, resourceTypes, anyCase };
  if (!isBelow(path, basePath)) throw outside(arrival.place, baseUrl, visit);
  const otherCase = (segment: string): void => note(visit, quirks.ruleOf("endpointCase"), printable(segment));
  const found = findEndpoint(path, basePath, resourceTypes, anyCase ? otherCase : undefined);
  progress.endpoint = found;
  if (!visit.isKnown && found.type !== "discovery") throw unauthorized();
  return found;
}

/** @throws as `endpointOfMe`. */
async function me<C extends Context>(
  { engine, context, baseUrl, progress }: Visit<C>,
  { resolveMe }: SettledOptions<C>,
): Promise<EndpointOf<"resource">> {
  const endpoint = await endpointOfMe(resolveMe, context, engine.resourceTypes);
  progress.headers = { Location: locationOf(baseUrl, endpoint.resourceType, endpoint.id) };
  return endpoint;
}

function note<C extends Context>({ engine, context, progress }: Visit<C>, quirk: string, path: string): void {
  progress.needed(quirk);
  engine.emit({ type: "quirk", quirk, path, context });
}

function callOf<C extends Context>(visit: Visit<C>, { authorize }: SettledOptions<C>): Call<C> {
  const { engine, context, baseUrl, isKnown, progress } = visit;
  const { signal } = visit.arrival.request;
  const call: Call<C> = {
    engine,
    context,
    baseUrl,
    signal,
    slice: new TimeSlice(),
    effort: effortOf(engine.limits),
    note: (quirk, path) => note(visit, quirk, path),
    storageOf: watch(engine.adapterOf, signal, progress),
    // Nobody in particular has no rights to ask for: what is public is public.
    authorize: (operation) =>
      isKnown && authorize !== undefined ? authorize(factsOf(operation, call), context) : undefined,
    router: routerFor(engine.resourceTypes),
    run: authorised,
  };
  return call;
}

/** The same for all requests about the same resource types. */
const routerFor = remembered(routerOf) as typeof routerOf;

/** Executes what the caller may do. */
function authorised<C extends Context>(operation: Operation, call: Call<C>): Result | Promise<Result> {
  const asked = call.authorize(operation);
  return isPromise(asked) ? Promise.resolve(asked).then(() => execute(operation, call)) : execute(operation, call);
}

function partsOf({ method, place, header }: Arrival, body: Body): RequestParts {
  return { method: method === "HEAD" ? "GET" : method, query: place.query, header, body: () => body.received };
}

/**
 * What reads the body of a request where the host has left it unread until now: once URL, method and headers are
 * found to be right, so that a body is never read for the sake of a refusal.
 */
class Body {
  #value: ResourceObject | undefined;
  #problem: unknown;

  /** What is wrong with it is said when it is asked for. */
  get received(): ResourceObject {
    if (this.#value === undefined) throw this.#problem ?? new TypeError("The body is asked for before it is there.");
    return this.#value;
  }

  /** A promise where there is something to wait for: a body that is there as text, and is not long, is read at once. */
  receive<C extends Context>(
    { header, request }: Arrival,
    endpoint: FinalEndpoint,
    call: Call<C>,
  ): undefined | Promise<void> {
    checkContentType(header("content-type"));
    const { limits: own } = call.engine;
    const limits = endpoint.type === "bulk" ? limitsOfBulk(own) : own;
    const { body } = request;
    const given: unknown = typeof body === "function" ? body() : body;
    return isPromise(given) ? this.#awaited(given, limits, call) : this.#read(given, limits, call);
  }

  async #awaited<C extends Context>(given: PromiseLike<unknown>, limits: Limits, call: Call<C>): Promise<void> {
    await this.#read(await given, limits, call);
  }

  #read<C extends Context>(given: unknown, limits: Limits, { slice, signal }: Call<C>): undefined | Promise<void> {
    try {
      const reading = finishInSlices(readJson(given, limits), slice, signal);
      if (!(reading instanceof Promise)) {
        this.#value = reading;
        return undefined;
      }
      return reading.then(
        (value) => {
          this.#value = value;
        },
        (error: unknown) => {
          this.#problem = error;
        },
      );
    } catch (error) {
      this.#problem = error;
      return undefined;
    }
  }
}

function renderOptions<C extends Context>(
  { engine, context, baseUrl, arrival, progress }: Visit<C>,
  { slice, signal }: Call<C>,
): RenderOptions {
  return {
    baseUrl,
    resourceTypes: engine.resourceTypes,
    etags: engine.etags,
    mediaType: progress.mediaType,
    head: arrival.method === "HEAD",
    slice,
    signal,
    onFault: (error: unknown) => {
      if (!isAbort(error, signal))
        engine.emit({ type: "fault", error, ...askedOf(arrival.request, progress), context });
    },
  };
}

/** Each adapter as this request uses it, made when it is first asked for; mostly there is one. */
function watch<C extends Context>(
  adapterOf: (resourceType: CompiledResourceType) => StorageAdapter<C>,
  signal: AbortSignal | undefined,
  progress: Progress<C>,
): (resourceType: CompiledResourceType) => StorageAdapter<C> {
  const made: WatchedStorage<C>[] = [];
  return (resourceType) => {
    const adapter = adapterOf(resourceType);
    for (const one of made) if (one.adapter === adapter) return one;
    const watched = new WatchedStorage(adapter, signal, progress.storage);
    made.push(watched);
    return watched;
  };
}
