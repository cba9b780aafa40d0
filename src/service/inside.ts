import type { Call } from "../call/call.ts";
import type { Limits } from "../call/limits.ts";
import type { Context } from "../storage/adapter.ts";

/** What `createScim` gave, whatever its host and its resource types. */
export interface ServiceProvider {
  readonly limits: Limits;
}

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
export function keepInside<C extends Context>(scim: ServiceProvider, inside: Inside<C>): void {
  INSIDES.set(scim, inside);
}

/**
 * The inside of a service provider.
 * @throws {TypeError} for what `createScim` did not make, a copy of it and what another copy of the package made included.
 */
export function insideOf<C extends Context>(scim: ServiceProvider): Inside<C> {
  const found = INSIDES.get(scim);
  if (found === undefined)
    throw new TypeError(
      "The first argument must be what createScim gave, the very object and no copy of it, of the same copy of scimkit: import and require load two.",
    );
  return found as Inside<C>;
}
