import { printable } from "./printable.ts";
import type { CompiledResourceType } from "./resource-type.ts";
import { slipsBetween } from "./slips.ts";

/** Most slips that a name is taken for another one with, however long it is. */
const MOST_SLIPS = 3;

/** Letters of a name that one slip comes to. */
const LETTERS_OF_A_SLIP = 3;

/** Says of a name that no attribute has it, and which one is meant, as far as that can be told. */
export function notAnAttribute(resourceType: CompiledResourceType, path: string): string {
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
export function nearestPath({ attributes }: CompiledResourceType, text: string): string | undefined {
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
