import type { Call } from "../call/call.ts";
import { locationOf } from "../call/location.ts";
import { isScimError, unauthorized } from "../error.ts";
import { execute } from "../operations/execute.ts";
import { findEndpoint, isDiscovery, splitUrl } from "../protocol/endpoint.ts";
import { headerReader } from "../protocol/header.ts";
import { endpointOfMe } from "../protocol/me.ts";
import { answerType } from "../protocol/media-type.ts";
import type { ScimRequest, ScimResponse } from "../protocol/message.ts";
import { hasBody, readJson, withBulkDepth } from "../protocol/read-body.ts";
import { render } from "../protocol/render.ts";
import { route } from "../protocol/route.ts";
import type { QuirkNote } from "../quirks/quirk.ts";
import { printable } from "../schema/canonical.ts";
import type { ResourceType } from "../schema/resource-type.ts";
import type { Context, StorageAdapter, StorageCapabilities } from "../storage/adapter.ts";
import { watchStorage } from "../storage/watch.ts";
import { isAbort } from "./deadline.ts";
import type { Engines } from "./engine.ts";
import { checkBaseUrl, type ScimOptions } from "./options.ts";
import type { Progress } from "./progress.ts";
import { checkContext } from "./tenant.ts";

/** Answers a request, or throws; what it learns on its way is in `progress`. */
export type Answer<C extends Context> = (request: ScimRequest, progress: Progress<C>) => Promise<ScimResponse>;

/**
 * The way of a request: who asks, may they now, what is the service like for them, what do they want. Nothing that the client
 * sends but its URL and headers is looked at before the first two are settled [A1 P-7.6-01].
 */
export function createAnswer<C extends Context>(options: ScimOptions<C>, engines: Engines<C>): Answer<C> {
  const { authenticate, authorize, throttle, tenant, resolveMe } = options;
  const fixedBaseUrl = typeof options.baseUrl === "string" ? checkBaseUrl(options.baseUrl) : undefined;
  const publicBaseUrl = (request: ScimRequest): string =>
    fixedBaseUrl ?? checkBaseUrl((options.baseUrl as (request: ScimRequest) => string)(request));

  /** Undefined for nobody in particular, who may read the discovery endpoints and nothing else [S-5-09]. */
  const identify = async (request: ScimRequest, isPublic: boolean): Promise<C | undefined> => {
    if (authenticate === undefined) return {} as C;
    if (isPublic && tenant === undefined) return undefined;
    try {
      return checkContext(await authenticate(request));
    } catch (error) {
      if (isPublic && isScimError(error) && error.status === 401) return undefined;
      throw error;
    }
  };

  return async (request, progress) => {
    const header = headerReader(request.headers);
    progress.mediaType = answerType(header("accept"));
    const method = request.method.toUpperCase();
    const { path, query } = splitUrl(request.url);
    const publicUrl = publicBaseUrl(request);
    const anyCase = engines.standard.quirks.reads.endpointCase;
    const isPublic = options.anonymousDiscovery !== false && isDiscovery(path, splitUrl(publicUrl).path, anyCase);
    const known = await identify(request, isPublic);
    progress.context = known;
    await throttle?.(request, known);

    const context = known ?? ({} as C);
    const own = known === undefined ? undefined : await tenant?.(known);
    const engine = engines.of(own);
    const { resourceTypes } = engine;
    if (context.tenant !== undefined && resourceTypes.some((type) => isSingleTenant(engine.adapterOf(type))))
      throw new Error("authenticate gave a tenant, but the storage has one tenant only (capabilities.tenants: false).");
    const baseUrl = own?.baseUrl === undefined ? publicUrl : checkBaseUrl(own.baseUrl);
    const { quirks } = engine;
    const note: QuirkNote = (quirk, where) => {
      progress.quirks.add(quirk);
      engine.emit({ type: "quirk", quirk, path: where, context });
    };
    const otherCase = (segment: string): void => note(quirks.ruleOf("endpointCase"), printable(segment));
    const found = findEndpoint(
      path,
      splitUrl(baseUrl).path,
      resourceTypes,
      quirks.reads.endpointCase ? otherCase : undefined,
    );
    if (known === undefined && found.type !== "discovery") throw unauthorized();
    const endpoint = found.type === "me" ? await endpointOfMe(resolveMe, context, resourceTypes) : found;
    if ("resourceType" in endpoint) progress.resourceType = endpoint.resourceType.name;
    if (found.type === "me" && endpoint.type === "resource")
      progress.headers = { Location: locationOf(baseUrl, endpoint.resourceType, endpoint.id) };

    const call: Call<C> = {
      engine,
      context,
      baseUrl,
      signal: request.signal,
      note,
      storageOf: watched((type) => engine.adapterOf(type), request.signal, progress),
      // Nobody in particular has no rights to ask for: what is public is public.
      authorize: async (operation) => (known === undefined ? undefined : authorize?.(operation, context)),
      run: async (operation, inner) => {
        await inner.authorize(operation);
        return execute(operation, inner);
      },
    };
    const body = hasBody(method) ? await receive(request) : undefined;
    const operation = route(
      endpoint,
      {
        method: method === "HEAD" ? "GET" : method,
        query,
        header,
        body: () =>
          readJson(
            body,
            header("content-type"),
            endpoint.type === "bulk" ? withBulkDepth(engine.limits) : engine.limits,
          ),
      },
      call,
    );
    progress.operation = operation.type;
    const result = await call.run(operation, call);
    const response = await render(result, {
      baseUrl,
      resourceTypes,
      etags: engine.etags,
      mediaType: progress.mediaType,
      head: method === "HEAD",
      onFault: (error) => {
        if (!isAbort(error, request.signal)) engine.emit({ type: "error", error, context });
      },
    });
    return { ...response, headers: { ...response.headers, ...progress.headers } };
  };
}

/** A store without tenants would show each tenant the resources of all. */
function isSingleTenant({ capabilities }: { readonly capabilities?: StorageCapabilities }): boolean {
  return capabilities?.tenants === false;
}

/** Reads the body where the host has left it unread until now. */
async function receive({ body }: ScimRequest): Promise<unknown> {
  return typeof body === "function" ? body() : body;
}

/** Each adapter as this request uses it, made when it is first asked for. */
function watched<C extends Context>(
  adapterOf: (resourceType: ResourceType) => StorageAdapter<C>,
  signal: AbortSignal | undefined,
  progress: Progress<C>,
): (resourceType: ResourceType) => StorageAdapter<C> {
  const made = new Map<StorageAdapter<C>, StorageAdapter<C>>();
  return (resourceType) => {
    const adapter = adapterOf(resourceType);
    let storage = made.get(adapter);
    if (storage === undefined) {
      storage = watchStorage(adapter, signal, progress.storage);
      made.set(adapter, storage);
    }
    return storage;
  };
}
