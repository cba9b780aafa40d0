import type { Call } from "../call/call.ts";
import { notFound, type ScimError } from "../error.ts";
import type { ScimRequest } from "../protocol/message.ts";
import { hasDotSegment, isBelow, splitUrl } from "../protocol/path.ts";
import { printable } from "../schema/printable.ts";
import type { Context } from "../storage/adapter.ts";
import { checkBaseUrl, checkPath } from "./check-options.ts";
import type { SettledOptions } from "./defaults.ts";

/** Where a request stands among what the host serves. */
export interface Place {
  readonly path: string;
  readonly query: string;
  /** The path below which the endpoints are, as the option `path` has it; undefined: that of the base URL. */
  readonly mount: string | undefined;
}

/** Reads the place of each request; a `path` that is the same for all is checked once. */
export function places(option: SettledOptions<never>["path"]): (request: ScimRequest) => Place {
  if (typeof option === "function") return (request) => placeOf(request, checkPath(option(request)));
  const fixed = option === undefined ? undefined : checkPath(option);
  return (request) => placeOf(request, fixed);
}

/** The path below which the endpoints are, where it is the same for all requests. */
export function fixedPath({ path, baseUrl }: Pick<SettledOptions<never>, "path" | "baseUrl">): string | undefined {
  const place = path ?? baseUrl;
  if (typeof place === "function") return undefined;
  return path === undefined ? splitUrl(checkBaseUrl(place)).path : checkPath(place);
}

/**
 * Of the forms that frameworks have made of the URL, the one that lies where the service is. Without `path` there is one form: the
 * URL as it came in, whatever a framework has cut off since. That form alone counts where it has dot segments, which another may
 * have lost [T-H3].
 */
function placeOf({ url, localUrls = [] }: ScimRequest, mount: string | undefined): Place {
  const whole = splitUrl(url);
  const isAlone = mount === undefined || localUrls.length === 0 || hasDotSegment(whole.path);
  const form = isAlone ? undefined : localUrls.map(splitUrl).find(({ path }) => isBelow(path, mount));
  const { path, query } = form ?? whole;
  return { path, query, mount };
}

/** Makes the error for a request that is not below the service. */
export type Outsiders<C extends Context> = (
  place: Place,
  baseUrl: string,
  { engine, context }: Pick<Call<C>, "engine" | "context">,
) => ScimError;

/**
 * With the first such request goes a warning to the host: most likely all requests go astray. The client is told where clients see
 * the service, which each answer tells it; the host, what was looked for.
 */
export function outsiders<C extends Context>(): Outsiders<C> {
  let isTold = false;
  return ({ path, mount }, baseUrl, { engine, context }) => {
    if (!isTold) {
      isTold = true;
      const place = mount ?? splitUrl(baseUrl).path;
      const source = mount === undefined ? "the path of baseUrl" : "the option path";
      engine.emit({
        type: "warning",
        code: "outsideBaseUrl",
        message: `A request for ${printable(path) || "/"} got a 404, because it is not below ${place || "/"} (${source}). If a framework or proxy takes something off the path, or puts something in front of it, say in the option path below which path requests arrive here.`,
        context,
      });
    }
    return notFound(`No such endpoint. The endpoints of this service are below ${baseUrl}/.`);
  };
}
