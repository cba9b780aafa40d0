import { printable } from "./printable.ts";
import type { ResourceType } from "./resource-type.ts";

/** Most slips that a name is taken for another one with, however long it is. */
const MOST_SLIPS = 3;

/** Letters of a name that one slip comes to. */
const LETTERS_OF_A_SLIP = 3;

/** Says of a name that no attribute has it, and which one is meant, as far as that can be told. */
export function notAnAttribute(resourceType: ResourceType, path: string): string {
  const meant = nearestPath(resourceType, withoutFilter(path));
  const hint = meant === undefined ? "; see /Schemas for the attributes." : `. Did you mean ${meant}?`;
  return `"${printable(path)}" is not an attribute of ${resourceType.name}${hint}`;
}

/** A path without what stands in brackets: `emails.value` of `emails[type eq "work"].value`. */
export function withoutFilter(path: string): string {
  const [open, close] = [path.indexOf("["), path.lastIndexOf("]")];
  return open === -1 || close < open ? path : path.slice(0, open) + path.slice(close + 1);
}

/**
 * The path of the attribute that is meant by a name that no attribute has, as far as that can be told: a letter or two too many, too
 * few, wrong, or in the place of their neighbours. Undefined where no name is near.
 */
export function nearestPath({ attributes }: ResourceType, text: string): string | undefined {
  const name = text.toLowerCase();
  let most = Math.min(MOST_SLIPS, Math.floor(name.length / LETTERS_OF_A_SLIP));
  let nearest: string | undefined;
  const paths = attributes.flatMap((attribute) => [attribute, ...attribute.subAttributes]);
  for (const { path, extension, parent } of paths) {
    // An extension's attribute is often named without its URN.
    const urn = extension ?? parent?.extension;
    for (const known of urn === undefined ? [path] : [path, path.slice(urn.length + 1)]) {
      if (Math.abs(known.length - name.length) > most) continue;
      const slips = slipsBetween(known.toLowerCase(), name);
      if (slips > most || (slips === most && nearest !== undefined)) continue;
      most = slips;
      nearest = path;
    }
  }
  return nearest;
}

/** Letters that are added, left out, wrong, or swapped with the one beside them (Damerau and Levenshtein, one row at a time). */
function slipsBetween(left: string, right: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const row = [i];
    for (let j = 1; j <= right.length; j++) {
      const isSame = left[i - 1] === right[j - 1];
      const isSwapped = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      const changed = at(last, j - 1) + (isSame ? 0 : 1);
      const swapped = isSwapped ? at(beforeLast, j - 2) + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(changed, swapped, at(last, j) + 1, at(row, j - 1) + 1));
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, right.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] as number;
}
