import type { ClientRequest, Send } from "./answer.ts";
import type { ClientClock } from "./options.ts";
import type { RateRule } from "./server-profile.ts";

/** Spreads requests over time as a server's limits ask for, so that it has none to refuse. */
export function paced(send: Send, rates: readonly RateRule[] = [], clock: ClientClock): Send {
  const limits = rates.map((rate) => ({ rate, times: [] as number[] }));
  if (limits.length === 0) return send;
  return async (request) => {
    for (const { rate, times } of limits) {
      if (!isCounted(rate, request)) continue;
      const now = clock.now();
      // The place in the window is taken before the wait, so that those who come together do not take the same one.
      const before = times.at(-rate.requests);
      const time = before === undefined ? now : Math.max(now, before + rate.seconds * 1000);
      times.push(time);
      if (times.length > rate.requests) times.shift();
      if (time > now) await clock.sleep(time - now, request.signal);
    }
    return send(request);
  };
}

function isCounted({ methods, endpoints, overBytes }: RateRule, { method, path, body }: ClientRequest): boolean {
  if (methods?.includes(method) === false) return false;
  if (endpoints?.some((endpoint) => path === endpoint || path.startsWith(`${endpoint}/`)) === false) return false;
  return overBytes === undefined || (body !== undefined && JSON.stringify(body).length > overBytes);
}
