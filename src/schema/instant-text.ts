import { instantOf } from "./date-time.ts";

/** How a JavaScript date writes itself: in UTC, with three digits of the fraction. */
const LENGTH = "2026-01-31T09:30:00.000Z".length;

/**
 * Whether a text is a point in time. What a server writes itself looks always the same, and is not taken apart: that was a tenth of a PATCH.
 */
export function isInstant(text: unknown): boolean {
  return typeof text === "string" && (isCanonical(text) || instantOf(text) !== undefined);
}

/** The latest of some points in time, the first of several that are the same; what is none comes before all. */
export function latestOf(first: string, ...others: readonly (string | undefined)[]): string {
  let latest = first;
  for (const time of others) if (time !== undefined && time !== latest && isLater(time, latest)) latest = time;
  return latest;
}

function isLater(time: string, than: string): boolean {
  if (isCanonical(time) && isCanonical(than)) return time > than;
  return (instantOf(time) ?? "") > (instantOf(than) ?? "");
}

/** Whether a text is written as a date writes itself; such texts sort in time order. */
function isCanonical(text: string): boolean {
  if (text.length !== LENGTH || text.charCodeAt(10) !== 0x54 || text.charCodeAt(23) !== 0x5a) return false;
  return CANONICAL.test(text);
}

/** Days that every month has, and hours that every day has: what is left is rare, and looked at more closely. */
const CANONICAL = /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
