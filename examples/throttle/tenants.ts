// So many requests a second for each tenant, and 429 with Retry-After beyond, as `throttle` of createScim. The OpenID IPSIE profile
// asks for at least 25. It counts in one process; where there are several, keep the buckets in a store that they share.
import { type Context, errors, type ScimRequest } from "scimkit";

/** How much a tenant may ask. */
export interface Rate {
  /** Requests a second, in the long run. Default 25. */
  readonly perSecond?: number;
  /** Requests at once, after a pause. Default twice as many. */
  readonly burst?: number;
  /** Milliseconds that never go back. Default `performance.now`. */
  readonly timer?: () => number;
}

/** Tenants that have been quiet for so long have a full bucket, and need not be remembered. */
const SWEEP_EVERY = 60_000;

/** Makes a `throttle`. Discovery without credentials has a bucket of its own, for everybody together. */
export function throttlePerTenant(rate: Rate = {}): (request: ScimRequest, context: Context | undefined) => void {
  const { perSecond = 25, burst = 2 * perSecond, timer = () => performance.now() } = rate;
  const buckets = new Map<string, { left: number; at: number }>();
  let swept = timer();
  const sweep = (now: number): void => {
    swept = now;
    for (const [name, { left, at }] of buckets)
      if (left + ((now - at) / 1000) * perSecond >= burst) buckets.delete(name);
  };
  return (_request, context) => {
    const now = timer();
    if (now - swept > SWEEP_EVERY) sweep(now);
    const name = context === undefined ? "anonymous" : `tenant ${context.tenant ?? ""}`;
    const bucket = buckets.get(name) ?? { left: burst, at: now };
    const left = Math.min(burst, bucket.left + ((now - bucket.at) / 1000) * perSecond);
    buckets.set(name, { left: Math.max(0, left - 1), at: now });
    if (left < 1) throw errors.tooManyRequests((1 - left) / perSecond);
  };
}
