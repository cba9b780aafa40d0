import { effortOf } from "../call/limits.ts";
import { execute } from "../operations/execute.ts";
import { routerOf } from "../protocol/route.ts";
import type { Context } from "../storage/adapter.ts";
import { TimeSlice } from "../time-slice.ts";
import { checkBaseUrl } from "./check-options.ts";
import type { SettledOptions } from "./defaults.ts";
import type { Engines } from "./engine.ts";
import type { Inside } from "./inside.ts";
import { checkContext, isSingleTenant } from "./tenant.ts";

/** Makes calls of the host's own. */
export function insideFrom<C extends Context>(options: SettledOptions<C>, engines: Engines<C>): Inside<C> {
  return {
    async call(context, signal) {
      checkContext(context);
      const own = await options.tenant?.(context, undefined);
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
