import type { ScimEvent } from "./events/event.ts";
import type { Engine } from "./operations/call.ts";
import { DEFAULT_LIMITS } from "./operations/limits.ts";
import type { AuthenticationScheme, ScimOptions } from "./options.ts";
import { selectionOf } from "./protocol/selection.ts";
import { profiles } from "./quirks/profiles.ts";
import { activate } from "./quirks/quirk.ts";
import { compileResourceType, type ResourceType } from "./schema/resource-type.ts";
import type { Context, StorageAdapter } from "./storage/adapter.ts";

const BEARER: AuthenticationScheme = {
  type: "oauthbearertoken",
  name: "Bearer token",
  description: "An OAuth 2.0 bearer token in the Authorization header.",
  specUri: "https://www.rfc-editor.org/info/rfc6750",
  primary: true,
};

/** Makes of the options what every request needs, once: nothing that depends on them alone is computed again. */
export function createEngine<C extends Context>(options: ScimOptions<C>): Engine<C> {
  const resourceTypes = options.resourceTypes.map((definition) =>
    compileResourceType(definition, options.comparisonKey),
  );
  const storages = new Map(resourceTypes.map((type) => [type, storageFor(options.storage, type)]));
  const limits = Object.freeze({ ...DEFAULT_LIMITS, ...options.limits });
  const profile = options.profile ?? "interop";
  const selections = new Map(
    resourceTypes.map((type) => [type, selectionOf(type, {}, { lenientNames: false, maxNames: limits.attributes })]),
  );
  return {
    resourceTypes,
    storageOf: (type) => storages.get(type) as StorageAdapter<C>,
    selections,
    limits,
    quirks: activate(typeof profile === "string" ? profiles[profile] : profile),
    unknownAttributes: options.unknownAttributes ?? "ignore",
    canonicalValues: options.canonicalValues ?? "suggest",
    references: options.references ?? "check",
    putOmitted: options.putOmitted ?? "clear",
    patchResponse: options.patchResponse ?? (profile === "strict" ? "resource" : "auto"),
    sensitiveAttributes: options.sensitiveAttributes ?? [],
    isReadable: options.isReadable,
    authenticationSchemes: (options.authenticationSchemes ?? [BEARER]).map((scheme) => ({ ...scheme })),
    documentationUri: options.documentationUri,
    now: options.now ?? (() => new Date()),
    newId: options.newId ?? (() => crypto.randomUUID()),
    emit: (event) => safely(options.on, event),
  };
}

function storageFor<C extends Context>(storage: ScimOptions<C>["storage"], type: ResourceType): StorageAdapter<C> {
  const isAdapter = typeof (storage as StorageAdapter<C>).query === "function";
  const found = isAdapter
    ? (storage as StorageAdapter<C>)
    : (storage as { readonly [name: string]: StorageAdapter<C> })[type.name];
  if (found === undefined)
    throw new TypeError(`createScim: storage has no adapter for the resource type ${type.name}.`);
  return found;
}

/** A listener that throws, at once or later, cannot fail the request that it is told of. */
function safely<C extends Context>(on: ScimOptions<C>["on"], event: ScimEvent<C>): void {
  try {
    const outcome: unknown = on?.(event);
    if (outcome instanceof Promise) outcome.catch(() => undefined);
  } catch {
    // Nobody is left to be told.
  }
}
