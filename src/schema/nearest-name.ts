import { slipsBetween } from "./slips.ts";

/**
 * A hint at the name that is nearest to a text. None where the nearest is another word, or the text itself: a hint that
 * is no help is worse than none.
 */
export function nearestHint(names: readonly string[], text: string): string {
  const distances = names
    .filter((name) => name !== text)
    .map((name) => [distanceOf(name, text), name] as const)
    .sort(([left], [right]) => left - right);
  const [nearest] = distances;
  return nearest === undefined || nearest[0] > mostApart(text) ? "" : ` Did you mean ${nearest[1]}?`;
}

/** Of how many letters two names may differ for one to be meant by the other: one in three. */
function mostApart(text: string): number {
  return Math.ceil(text.length / 3);
}

/** How far a path is from a text: its last name alone counts where the text has no more than a name. */
function distanceOf(name: string, text: string): number {
  const last = name.slice(Math.max(name.lastIndexOf("."), name.lastIndexOf(":")) + 1);
  const isShort = !/[.:]/.test(text);
  const candidates = isShort ? [name, last] : [name];
  return Math.min(...candidates.map((one) => slipsBetween(one.toLowerCase(), text.toLowerCase())));
}
