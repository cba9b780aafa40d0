import type { Call } from "../call/call.ts";
import { effortOf } from "../call/limits.ts";
import { execute } from "../operations/execute.ts";
import { routerOf } from "../protocol/route.ts";
import type { Context } from "../storage/adapter.ts";
import { TimeSlice } from "../time-slice.ts";
import { checkBaseUrl } from "./check-options.ts";
import type { SettledOptions } from "./defaults.ts";
import type { Engines } from "./engine.ts";
import { checkContext, isSingleTenant } from "./tenant.ts";

/** The inside of a service provider, for what the host itself does with its directory: no request, no URL, and nobody to be asked. */
export interface Inside<C extends Context = Context> {
  /**
   * A call of the host's own in the tenant of a context. `authorize` is not asked.
   * @throws {TypeError} for a context that is none; {Error} for a tenant where storage has one tenant only.
   */
  call(context: C, signal?: AbortSignal): Promise<Call<C>>;
}

const INSIDES = new WeakMap<object, unknown>();

/** Keeps the inside of a service provider for whoever has the service provider. */
export function keepInside<C extends Context>(scim: object, options: SettledOptions<C>, engines: Engines<C>): void {
  INSIDES.set(scim, insideFrom(options, engines));
}

/**
 * The inside of a service provider.
 * @throws {TypeError} for what `createScim` did not make, a copy of it included.
 */
export function insideOf<C extends Context>(scim: object): Inside<C> {
  const found = INSIDES.get(scim);
  if (found === undefined)
    throw new TypeError("The first argument must be what createScim gave, the very object and no copy of it.");
  return found as Inside<C>;
}

function insideFrom<C extends Context>(options: SettledOptions<C>, engines: Engines<C>): Inside<C> {
  return {
    async call(context, signal) {
      checkContext(context);
      const own = await options.tenant?.(context);
      const engine = engines.of(own);
      if (context.tenant !== undefined && engine.resourceTypes.some((type) => isSingleTenant(engine.adapterOf(type))))
        throw new Error("The context names a tenant, but the storage has one tenant only.");
      const { baseUrl } = options;
      return {
        engine,
        context,
        // A base URL that depends on the request is nobody's here; references in a body may be URLs below a fixed one.
        baseUrl: checkBaseUrl(own?.baseUrl ?? (typeof baseUrl === "string" ? baseUrl : "https://scim.invalid")),
        signal,
        slice: new TimeSlice(),
        effort: effortOf(engine.limits),
        note: () => undefined,
        storageOf: (type) => engine.adapterOf(type),
        authorize: async () => undefined,
        router: routerOf(engine.resourceTypes),
        run: execute,
      };
    },
  };
}
