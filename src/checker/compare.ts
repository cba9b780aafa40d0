import type { Json } from "./json.ts";
import type { Workbench } from "./workbench.ts";

/** What a resource has under the names, one below the other, whatever letter case the server gives them. */
export function valueAt(body: Json, ...names: readonly string[]): Json {
  let value = body;
  for (const name of names) {
    if (value === null || typeof value !== "object") return undefined;
    const key = Object.keys(value).find((one) => one.toLowerCase() === name.toLowerCase());
    value = key === undefined ? undefined : value[key];
  }
  return value;
}

/** Whether it says nothing: absent, null, `[]` and `{}` are one state. @see RFC 7643 §2.5 */
export function isUnassigned(value: Json): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "object" && Object.values(value).every(isUnassigned);
}

/** Whether two values say the same, whatever the order of members and elements and the letter case of names. */
export function isSame(one: Json, other: Json): boolean {
  return JSON.stringify(settled(one)) === JSON.stringify(settled(other));
}

/** Whether two representations are of one state, but for the members that are named. */
export function sameResource(one: Json, other: Json, except: readonly string[] = ["meta"]): boolean {
  const left = except.map((name) => name.toLowerCase());
  const rest = (body: Json) =>
    Object.fromEntries(Object.entries(body ?? {}).filter(([name]) => !left.includes(name.toLowerCase())));
  return isSame(rest(one), rest(other));
}

/** The members in which two representations differ. */
export function differences(one: Json, other: Json): readonly string[] {
  const names = new Set([...Object.keys(one ?? {}), ...Object.keys(other ?? {})]);
  return [...names].filter((name) => !isSame(valueAt(one, name), valueAt(other, name)));
}

function settled(value: Json): Json {
  if (isUnassigned(value)) return null;
  if (Array.isArray(value)) return value.map((one) => JSON.stringify(settled(one))).sort();
  if (typeof value !== "object") return value;
  const members = Object.entries(value).filter(([, one]) => !isUnassigned(one));
  return members.map(([name, one]) => [name.toLowerCase(), settled(one)]).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A URI of the server in full: it may be relative to the base URL, with or without a slash in front. @see RFC 7643 §2.3.7 */
export function absolute(bench: Workbench, uri: string): string {
  const base = bench.facts.baseUrl.replace(/\/+$/, "");
  if (/^[a-z][a-z0-9+.-]*:/i.test(uri)) return uri;
  const { origin, pathname } = new URL(base);
  return uri.startsWith(`${pathname}/`) ? origin + uri : `${base}/${uri.replace(/^\.?\/+/, "")}`;
}

/** Whether two URIs are of one resource, absolute or relative, escaped or not. */
export function isSameUri(bench: Workbench, one: string, other: string): boolean {
  const form = (uri: string) => {
    try {
      return new URL(absolute(bench, uri)).href.replace(/\/$/, "").replace(/%[0-9a-f]{2}/gi, unescaped);
    } catch {
      return uri;
    }
  };
  return form(one) === form(other);
}

function unescaped(escaped: string): string {
  try {
    return decodeURIComponent(escaped);
  } catch {
    return escaped.toUpperCase();
  }
}
