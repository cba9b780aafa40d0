import type { ResourceType } from "../../../schema/resource-type.ts";

/** A hint at the attribute whose path is nearest to a text. */
export function didYouMean({ attributes }: ResourceType, text: string): string {
  const paths = attributes.flatMap(({ path, subAttributes }) => [path, ...subAttributes.map((sub) => sub.path)]);
  const distances = paths.map((path) => [distance(path.toLowerCase(), text.toLowerCase()), path] as const);
  const [nearest] = distances.sort(([left], [right]) => left - right);
  return nearest === undefined ? "" : ` Did you mean ${nearest[1]}?`;
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
