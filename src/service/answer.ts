import type { Call } from "../call/call.ts";
import { factsOf } from "../call/facts.ts";
import { isAbort } from "../call/failure.ts";
import { effortOf } from "../call/limits.ts";
import { locationOf } from "../call/location.ts";
import { unauthorized } from "../error.ts";
import { execute } from "../operations/execute.ts";
import { type FinalEndpoint, findEndpoint, findTemplate, templateOf } from "../protocol/endpoint.ts";
import { endpointOfMe } from "../protocol/me.ts";
import { checkContentType } from "../protocol/media-type.ts";
import type { ScimRequest, ScimResponse } from "../protocol/message.ts";
import { isBelow, splitUrl } from "../protocol/path.ts";
import { hasBody, limitsOfBulk, readJson } from "../protocol/read-body.ts";
import { render } from "../protocol/render.ts";
import { type RequestParts, route, routerOf } from "../protocol/route.ts";
import { printable } from "../schema/printable.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context, StorageAdapter } from "../storage/adapter.ts";
import { getOrCreate } from "../storage/get-or-create.ts";
import { watchStorage } from "../storage/watch.ts";
import { doInSlices, TimeSlice } from "../time-slice.ts";
import { type Arrival, arrivals } from "./arrival.ts";
import { checkBaseUrl } from "./check-options.ts";
import type { SettledOptions } from "./defaults.ts";
import type { Engines } from "./engine.ts";
import { engineFor } from "./listeners.ts";
import { type Outsiders, outsiders } from "./place.ts";
import { askedOf, type Progress } from "./progress.ts";
import { isSingleTenant, type TenantOptions } from "./tenant.ts";

/** Answers a request, or throws; what it learns on its way is in `progress`. */
export type Answer<C extends Context> = (
  request: ScimRequest,
  progress: Progress<C>,
  host: unknown,
) => Promise<ScimResponse>;

/** A request whose sender is known: what the service is like for them. */
interface Visit<C extends Context> extends Arrival {
  readonly engine: Call<C>["engine"];
  /** Empty for nobody in particular. */
  readonly context: C;
  /** Somebody was authenticated. */
  readonly isKnown: boolean;
  readonly baseUrl: string;
  readonly note: Call<C>["note"];
  readonly slice: TimeSlice;
  readonly progress: Progress<C>;
}

/**
 * The way of a request: who asks, may they now, what is the service like for them, what do they want. Nothing that the client
 * sends but its URL and headers is looked at before the first two are settled [T-A1 P-7.6-01].
 */
export function createAnswer<C extends Context>(options: SettledOptions<C>, engines: Engines<C>): Answer<C> {
  const { arrive, identify } = arrivals(options, engines.standard);
  const outside = outsiders<C>();
  return async (request, progress, host) => {
    const arrival = arrive(request, progress);
    const known = await identify(arrival, host);
    progress.context = known;
    await options.throttle?.(arrival.request, known, host);
    const own = known === undefined ? undefined : await options.tenant?.(known, host);
    const visit = receive(arrival, known, own, progress, engines);
    const endpoint = await endpointOf(visit, options, outside);
    const call = callOf(visit, options);
    const { parts, receiveBody } = partsOf(visit, endpoint);
    const read = route(endpoint, parts, call);
    await receiveBody();
    const operation = await read();
    progress.operation = operation.type;
    const result = await call.run(operation, call);
    const response = await render(result, renderOptions(visit));
    return { ...response, headers: { ...response.headers, ...progress.headers } };
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
  const baseUrl = own?.baseUrl === undefined ? arrival.publicUrl : checkBaseUrl(own.baseUrl);
  const note: Call<C>["note"] = (quirk, path) => {
    progress.quirks.add(quirk);
    engine.emit({ type: "quirk", quirk, path, context });
  };
  const slice = new TimeSlice();
  return { ...arrival, engine, context, isKnown: known !== undefined, baseUrl, note, slice, progress };
}

/** Below which path the endpoints are. */
function basePathOf<C extends Context>({ mount, baseUrl }: Visit<C>): string {
  return mount ?? splitUrl(baseUrl).path;
}

/** @throws {ScimError} 404; 401 for nobody in particular anywhere but at discovery; as `endpointOfMe`. */
async function endpointOf<C extends Context>(
  visit: Visit<C>,
  { resolveMe }: SettledOptions<C>,
  outside: Outsiders<C>,
): Promise<FinalEndpoint> {
  const { path, baseUrl, context, note, progress } = visit;
  const { resourceTypes, quirks } = visit.engine;
  const otherCase = (segment: string): void => note(quirks.ruleOf("endpointCase"), printable(segment));
  const basePath = basePathOf(visit);
  const { endpointCase } = quirks.reads;
  progress.path = () => findTemplate(path, basePath, resourceTypes, endpointCase);
  if (!isBelow(path, basePath)) throw outside(visit, baseUrl, visit);
  const found = findEndpoint(path, basePath, resourceTypes, endpointCase ? otherCase : undefined);
  progress.path = () => templateOf(found);
  if (!visit.isKnown && found.type !== "discovery") throw unauthorized();
  const endpoint = found.type === "me" ? await endpointOfMe(resolveMe, context, resourceTypes) : found;
  if ("resourceType" in endpoint) progress.resourceType = endpoint.resourceType.name;
  if (found.type === "me" && endpoint.type === "resource")
    progress.headers = { Location: locationOf(baseUrl, endpoint.resourceType, endpoint.id) };
  return endpoint;
}

function callOf<C extends Context>(visit: Visit<C>, { authorize }: SettledOptions<C>): Call<C> {
  const { engine, context, baseUrl, note, isKnown, progress } = visit;
  const { signal } = visit.request;
  const call: Call<C> = {
    engine,
    context,
    baseUrl,
    signal,
    slice: visit.slice,
    effort: effortOf(engine.limits),
    note,
    storageOf: watch((type) => engine.adapterOf(type), signal, progress),
    // Nobody in particular has no rights to ask for: what is public is public.
    authorize: async (operation) => (isKnown ? authorize?.(factsOf(operation, call), context) : undefined),
    router: routerOf(engine.resourceTypes),
    run: async (operation, inner) => {
      await inner.authorize(operation);
      return execute(operation, inner);
    },
  };
  return call;
}

/**
 * The parts of a request, and what reads its body where the host has left it unread until now: once URL, method and headers are
 * found to be right, so that a body is never read for the sake of a refusal.
 */
function partsOf<C extends Context>(visit: Visit<C>, endpoint: FinalEndpoint) {
  const { method, query, header, slice } = visit;
  const { body, signal } = visit.request;
  const limits = endpoint.type === "bulk" ? limitsOfBulk(visit.engine.limits) : visit.engine.limits;
  let received: () => ResourceObject = () => {
    throw new TypeError("The body is asked for before it is there.");
  };
  const parts: RequestParts = {
    method: method === "HEAD" ? "GET" : method,
    query,
    header,
    body: () => received(),
  };
  const receiveBody = async (): Promise<void> => {
    if (!hasBody(method)) return;
    checkContentType(header("content-type"));
    const given = await (typeof body === "function" ? body() : body);
    const reading = doInSlices(readJson(given, limits), slice, signal);
    // What is wrong with it is said when it is asked for.
    received = await reading.then(
      (value) => () => value,
      (error) => () => {
        throw error;
      },
    );
  };
  return { parts, receiveBody };
}

function renderOptions<C extends Context>({ engine, context, baseUrl, method, request, slice, progress }: Visit<C>) {
  return {
    baseUrl,
    resourceTypes: engine.resourceTypes,
    etags: engine.etags,
    mediaType: progress.mediaType,
    head: method === "HEAD",
    slice,
    signal: request.signal,
    onFault: (error: unknown) => {
      if (!isAbort(error, request.signal))
        engine.emit({ type: "fault", error, ...askedOf(request, progress), context });
    },
  };
}

/** Each adapter as this request uses it, made when it is first asked for. */
function watch<C extends Context>(
  adapterOf: (resourceType: CompiledResourceType) => StorageAdapter<C>,
  signal: AbortSignal | undefined,
  progress: Progress<C>,
): (resourceType: CompiledResourceType) => StorageAdapter<C> {
  const made = new Map<StorageAdapter<C>, StorageAdapter<C>>();
  return (resourceType) => {
    const adapter = adapterOf(resourceType);
    return getOrCreate(made, adapter, () => watchStorage(adapter, signal, progress.storage));
  };
}
