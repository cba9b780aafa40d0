import { nearestHint } from "./nearest-name.ts";

/**
 * Refuses members that an object of options does not have: a name that is misspelt would be passed over in silence.
 * `known` has the names that there are; typed by `Known`, it has all of them and no other.
 * @throws {TypeError} naming the member, those that there are, and the one that is nearest.
 */
export function checkNames(where: string, given: object, known: object): void {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(known, name)) throw new TypeError(`${where}: ${noneOf("", name, Object.keys(known))}`);
}

/** The names of the members of an object of options. */
export type Known<T> = { readonly [K in keyof Required<T>]: true };

/** Says that there is none of that name, and which one is meant or which ones there are. */
export function noneOf(what: string, name: string, names: readonly string[]): string {
  const list = names.join(", ") || "none";
  return `there is no ${what === "" ? "" : `${what} `}${JSON.stringify(name)}; there are ${list}.${nearestHint(names, name)}`;
}
