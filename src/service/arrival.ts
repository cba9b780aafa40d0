import type { Engine } from "../call/call.ts";
import { isScimError } from "../error.ts";
import { findTemplate, isDiscovery } from "../protocol/endpoint.ts";
import { headerReader, withLowerCaseNames } from "../protocol/header.ts";
import { answerType } from "../protocol/media-type.ts";
import type { ScimRequest } from "../protocol/message.ts";
import { splitUrl } from "../protocol/path.ts";
import type { Context } from "../storage/adapter.ts";
import { checkBaseUrl } from "./check-options.ts";
import type { SettledOptions } from "./defaults.ts";
import { type Place, places } from "./place.ts";
import type { Progress } from "./progress.ts";
import { checkContext } from "./tenant.ts";

/** A request as it comes in: what its URL and headers say, before anybody knows who sent it. */
export interface Arrival extends Place {
  readonly request: ScimRequest;
  /** In capitals. */
  readonly method: string;
  readonly header: (name: string) => string | undefined;
  /** Where the service is, as the options have it; a tenant's own URL may be another. */
  readonly publicUrl: string;
  /** It asks for what everybody may read. */
  readonly isPublic: boolean;
}

/** The first two steps of every request. `standard`: the engine of those whose tenant is not known yet. */
export function arrivals<C extends Context>(options: SettledOptions<C>, standard: Engine<C>) {
  const { authenticate, tenant, baseUrl, discovery } = options;
  const anyCase = standard.quirks.reads.endpointCase;
  const urlOf = publicUrlOf(baseUrl);
  const find = places(options.path);
  return {
    /** @throws {ScimError} 406 */
    arrive(given: ScimRequest, progress: Progress<C>): Arrival {
      // From here on: every function of the host sees header names in lower case.
      const request = { ...given, headers: withLowerCaseNames(given.headers) };
      const header = headerReader(request.headers);
      const place = find(request);
      const publicUrl = urlOf(request);
      const basePath = place.mount ?? splitUrl(publicUrl).path;
      progress.path = () => findTemplate(place.path, basePath, standard.resourceTypes, anyCase);
      progress.mediaType = answerType(header("accept"));
      const isPublic = discovery.anonymous !== false && isDiscovery(place.path, basePath, anyCase);
      return { ...place, request, method: request.method.toUpperCase(), header, publicUrl, isPublic };
    },
    /** Undefined for nobody in particular, who may read the discovery endpoints and nothing else [S-5-09]. */
    async identify({ request, isPublic }: Arrival, host: unknown): Promise<C | undefined> {
      if (authenticate === undefined) return {} as C;
      if (isPublic && tenant === undefined) return undefined;
      try {
        return checkContext(await authenticate(request, host));
      } catch (error) {
        if (isPublic && isScimError(error) && error.status === 401) return undefined;
        throw error;
      }
    },
  };
}

/** A URL that is the same for all is checked once. */
function publicUrlOf(baseUrl: SettledOptions<never>["baseUrl"]): (request: ScimRequest) => string {
  if (typeof baseUrl === "function") return (request) => checkBaseUrl(baseUrl(request));
  const fixed = checkBaseUrl(baseUrl);
  return () => fixed;
}
