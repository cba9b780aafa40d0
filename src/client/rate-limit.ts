/** What a server says of when to come back. */

/** Milliseconds that the server asks to wait, in `Retry-After` or, with none, by the limit that is used up. @see RFC 9110 §10.2.3 */
export function askedWait(headers: Headers, now: number): number | undefined {
  const after = headers.get("retry-after")?.trim();
  const limit = rateLimit(headers, now);
  if (!after) return limit?.remaining === 0 ? limit.wait : undefined;
  if (/^\d+(\.\d+)?$/.test(after)) return Number(after) * 1000;
  return untilTime(Date.parse(after), headers, now);
}

const PREFIXES = ["ratelimit", "x-ratelimit", "x-rate-limit"];

/**
 * How many requests are left, and in how many milliseconds there are new ones: of `x-rate-limit-…` (Okta), `x-ratelimit-…` (GitHub),
 * `ratelimit-…`, and of `RateLimit` in the forms of the drafts.
 */
export function rateLimit(
  headers: Headers,
  now: number,
): { readonly remaining: number; readonly wait: number } | undefined {
  const whole = headers.get("ratelimit") ?? "";
  const part = (name: string): string | undefined =>
    new RegExp(`(?:^|[;,\\s])(?:${name})=(\\d+)`, "i").exec(whole)?.[1];
  const named = (name: string): string | undefined =>
    PREFIXES.map((prefix) => headers.get(`${prefix}-${name}`)).find((value) => value !== null) ?? undefined;
  const remaining = part("r|remaining") ?? named("remaining");
  const reset = part("t|reset") ?? named("reset");
  if (!remaining || !reset) return undefined;
  const wait = untilReset(reset, headers, now);
  return Number.isNaN(Number(remaining)) || wait === undefined ? undefined : { remaining: Number(remaining), wait };
}

/** Some count the seconds that are left, others name the time in seconds or milliseconds since 1970, or as a date. */
function untilReset(reset: string, headers: Headers, now: number): number | undefined {
  const number = Number(reset);
  if (Number.isNaN(number)) return untilTime(Date.parse(reset), headers, now);
  if (number < 1e8) return number * 1000;
  return untilTime(number < 1e11 ? number * 1000 : number, headers, now);
}

/** By the clock of the server where it tells it: the two may differ by minutes. */
function untilTime(time: number, headers: Headers, now: number): number | undefined {
  const theirs = Date.parse(headers.get("date") ?? "");
  const wait = time - (Number.isNaN(theirs) ? now : theirs);
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
