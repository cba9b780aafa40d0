import type { Profile } from "../quirks/profile.ts";
import type { ProfileName } from "../quirks/profiles.ts";
import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { Context, StorageCapabilities } from "../storage/adapter.ts";

/**
 * What one tenant has of its own; what is left out is as in the options of `createScim`. Define resource types once and give
 * the same objects again: they are compiled when they are first seen.
 * @see RFC 7644 §6
 */
export interface TenantOptions {
  /**
   * The URL under which this tenant's clients see the service. A request whose path is not below it is 404, whoever asks: a
   * token of one tenant opens nothing under the URL of another. (With the option `path`, that one says where requests arrive.)
   */
  readonly baseUrl?: string | undefined;
  /** Replaces the resource types, e.g. by ones with this tenant's extensions. */
  readonly resourceTypes?: readonly ResourceTypeDefinition[] | undefined;
  /**
   * Replaces the profile with its settings, e.g. by that of this tenant's identity provider, or by one in which a PUT keeps what it
   * omits. Define profiles once and give the same objects again, as with resource types.
   */
  readonly profile?: ProfileName | Profile | undefined;
}

/**
 * Refuses a context that could end in another tenant's data: `tenant` is a string with something in it, or the member is not
 * there at all. An undefined, null or empty tenant is a fault of the host, never "no tenant" and never "all of them" [T-A13].
 * @throws {TypeError} the client gets a 500, and `onNotice({ type: "fault" })` is told.
 */
export function checkContext<C extends Context>(context: C): C {
  if (typeof context !== "object" || context === null)
    throw new TypeError('authenticate must return a context, such as { tenant: "acme" } or {}; it returned none.');
  if ("tenant" in context && (typeof context.tenant !== "string" || context.tenant === ""))
    throw new TypeError(
      "authenticate returned a context whose tenant is not a string with something in it. Throw unauthorized() where nobody is known, and leave tenant out in a single-tenant server.",
    );
  return context;
}

/** Whether a store keeps no tenants apart: it would show each of them the resources of all. */
export function isSingleTenant({ capabilities }: { readonly capabilities?: StorageCapabilities }): boolean {
  return capabilities?.tenants !== true;
}
