/** Splits a URL into its path and query without normalising it: `%2e%2e` must stay what it is [T-H3]. */
export function splitUrl(url: string): { readonly path: string; readonly query: string } {
  // At its beginning alone: a filter may hold a URL as well. Most hosts give a path.
  const whole = url.startsWith("/") ? url : url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, "");
  const hash = whole.indexOf("#");
  const text = hash === -1 ? whole : whole.slice(0, hash);
  const mark = text.indexOf("?");
  return mark === -1 ? { path: text, query: "" } : { path: text.slice(0, mark), query: text.slice(mark + 1) };
}

/**
 * Whether a URL parser would make another path of this one, because a segment is `.` or `..`, encoded or not; to that of the web a
 * backslash is a slash. Such a path leads nowhere: a filter in front of the server has most likely not seen where it would lead
 * [T-H3].
 * @see RFC 3986 §5.2.4; https://url.spec.whatwg.org/#path-state
 */
export function hasDotSegment(path: string): boolean {
  return (path.includes(".") || path.includes("%2")) && /[/\\](?:\.|%2e){1,2}(?=[/\\]|$)/i.test(path);
}

/** Whether a path is the base path or lies below it; the host itself is the empty base path. */
export function isBelow(path: string, basePath: string): boolean {
  return path === basePath || path.startsWith(`${basePath}/`);
}
