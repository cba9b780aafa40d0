import type { Attribute } from "../../../schema/attribute.ts";
import type { ResourceType } from "../../../schema/resource-type.ts";

/** A hint at the attribute that is nearest to a path, among those that can stand in its place. */
export function didYouMean(
  { attributes }: ResourceType,
  text: string,
  isMeant: (attribute: Attribute) => boolean = () => true,
): string {
  const paths = attributes.flatMap((attribute) =>
    [attribute, ...attribute.subAttributes].filter(isMeant).map(({ path }) => path),
  );
  return nearestHint(paths, text);
}

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
  return Math.min(...candidates.map((one) => distance(one.toLowerCase(), text.toLowerCase())));
}

/** How many letters differ, as Levenshtein counts them. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = (row[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[right.length] as number;
}
