import type { Outgoing } from "./attempt.ts";
import type { RateRule } from "./server-profile.ts";

/**
 * Gives each request the time at which it may go, so that no window of a rule has more requests than the rule lets through. A time that was
 * given is taken, so that requests which ask together go one after the other.
 */
export function timetableOf(rules: readonly RateRule[], base: URL): (request: Outgoing, now: number) => number {
  // The times of the last requests, in a ring: the one that is written over is the one that has to be a window ago.
  const rings = rules.map((rule) => ({ rule, times: [] as number[], next: 0 }));
  return (request, now) => {
    const counting = rings.filter(({ rule }) => isCounted(request, rule, base));
    const at = Math.max(now, ...counting.map(({ rule, times, next }) => (times[next] ?? 0) + rule.seconds * 1000));
    for (const ring of counting) {
      ring.times[ring.next] = at;
      ring.next = (ring.next + 1) % ring.rule.requests;
    }
    return at;
  };
}

function isCounted(
  { method, url, body }: Outgoing,
  { methods, endpoints, overBytes = -1 }: RateRule,
  base: URL,
): boolean {
  const path = url.pathname.slice(base.pathname.replace(/\/$/, "").length);
  const isThere = endpoints?.some((endpoint) => path === endpoint || path.startsWith(`${endpoint}/`)) ?? true;
  return isThere && (methods?.includes(method) ?? true) && (body?.length ?? 0) > overBytes;
}
