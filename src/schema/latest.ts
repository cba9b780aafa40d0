import { instantOf } from "./date-time.ts";

/** Whether a text is a point in time. */
export function isInstant(text: unknown): boolean {
  return typeof text === "string" && instantOf(text) !== undefined;
}

/** The latest of some points in time, the first of several that are the same; what is none comes before all. */
export function latestOf(first: string, ...others: readonly (string | undefined)[]): string {
  let latest = first;
  for (const time of others) if (time !== undefined && time !== latest && isLater(time, latest)) latest = time;
  return latest;
}

function isLater(time: string, than: string): boolean {
  return (instantOf(time) ?? "") > (instantOf(than) ?? "");
}
