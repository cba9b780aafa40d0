import type { Engine } from "../call/call.ts";
import { isScimError } from "../error.ts";
import { isDiscovery } from "../protocol/endpoint.ts";
import { headerReader, withLowerCaseNames } from "../protocol/header.ts";
import { answerType } from "../protocol/media-type.ts";
import type { ScimRequest } from "../protocol/message.ts";
import { splitUrl } from "../protocol/path.ts";
import type { Context } from "../storage/adapter.ts";
import { checkBaseUrl } from "./check-options.ts";
import type { SettledOptions } from "./defaults.ts";
import { isPromise } from "./listeners.ts";
import { type Place, places } from "./place.ts";
import type { Progress } from "./progress.ts";
import { checkContext } from "./tenant.ts";

/** A request as it comes in: what its URL and headers say, before anybody knows who sent it. */
export interface Arrival {
  readonly request: ScimRequest;
  readonly place: Place;
  /** In capitals. */
  readonly method: string;
  readonly header: (name: string) => string | undefined;
  /** Where the service is, as the options have it; a tenant's own URL may be another. */
  readonly publicUrl: string;
  /** Below which path the endpoints are, as the options have it. */
  readonly basePath: string;
}

/** The first two steps of every request. `standard`: the engine of those whose tenant is not known yet. */
export function arrivals<C extends Context>(options: SettledOptions<C>, standard: Engine<C>) {
  const { authenticate, tenant, baseUrl, discovery } = options;
  const anyCase = standard.quirks.reads.endpointCase;
  const urlOf = publicUrlOf(baseUrl);
  const find = places(options.path);
  const pathOf = pathReader();
  return {
    /** @throws {ScimError} 406 */
    arrive(given: ScimRequest, progress: Progress<C>): Arrival {
      // From here on: every function of the host sees header names in lower case.
      const headers = withLowerCaseNames(given.headers);
      const request = headers === given.headers ? given : { ...given, headers };
      const header = headerReader(headers);
      const place = find(request);
      const publicUrl = urlOf(request);
      const basePath = place.mount ?? pathOf(publicUrl);
      progress.sought = { path: place.path, basePath, resourceTypes: standard.resourceTypes, anyCase };
      progress.mediaType = answerType(header("accept"));
      return { request, place, method: request.method.toUpperCase(), header, publicUrl, basePath };
    },
    /**
     * Undefined for nobody in particular, who may read the discovery endpoints and nothing else [S-5-09]. A promise where the host gives
     * one: who is known at once is not waited for.
     */
    identify({ request, place, basePath }: Arrival, host: unknown): C | undefined | Promise<C | undefined> {
      if (authenticate === undefined) return {} as C;
      // It asks for what everybody may read.
      const isPublic = discovery.anonymous !== false && isDiscovery(place.path, basePath, anyCase);
      if (isPublic && tenant === undefined) return undefined;
      const orNobody = (error: unknown): undefined => {
        if (isPublic && isScimError(error) && error.status === 401) return undefined;
        throw error;
      };
      const awaited = async (found: PromiseLike<C>): Promise<C | undefined> => {
        try {
          return checkContext(await found);
        } catch (error) {
          return orNobody(error);
        }
      };
      try {
        const found = authenticate(request, host);
        return isPromise(found) ? awaited(found) : checkContext(found);
      } catch (error) {
        return orNobody(error);
      }
    },
  };
}

/** The path of the one URL that most services have. */
function pathReader(): (url: string) => string {
  let known = { url: "", path: "" };
  return (url) => {
    if (url !== known.url) known = { url, path: splitUrl(url).path };
    return known.path;
  };
}

/** A URL that is the same for all is checked once. */
function publicUrlOf(baseUrl: SettledOptions<never>["baseUrl"]): (request: ScimRequest) => string {
  if (typeof baseUrl === "function") return (request) => checkBaseUrl(baseUrl(request));
  const fixed = checkBaseUrl(baseUrl);
  return () => fixed;
}
