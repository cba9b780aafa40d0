import type { AttributeLiteral } from "../schema/attribute.ts";
import type { ResourceObject } from "../schema/value.ts";
import { isObject } from "./json-object.ts";
import { isSame, isUnassigned } from "./same.ts";

type Literals = Readonly<Record<string, AttributeLiteral>>;

/** By what elements are told apart: the first of these that does so in both lists. */
const IDENTITIES = [["value"], ["value", "type"], ["type"]] as const;

/**
 * The list that is to come to be: each element with what it says, and with what it has beside that and does not say.
 *
 * @throws {TypeError} where two of the desired elements are primary.
 */
export function targetOf(
  path: string,
  was: readonly unknown[],
  wanted: readonly unknown[],
  literals: Literals | undefined,
  removes: boolean,
): readonly unknown[] {
  const names = IDENTITIES.find((candidate) => tells(candidate, was) && tells(candidate, wanted));
  const known = new Map(names === undefined ? [] : was.map((element) => [identityOf(names, element), element]));
  const primaries = wanted.filter((element) => isObject(element) && element.primary === true);
  if (primaries.length > 1)
    throw new TypeError(`diff: ${path} has ${primaries.length} primary elements, and may have one; say primary once.`);
  const target = wanted.map((element) => {
    const there = names === undefined ? undefined : known.get(identityOf(names, element));
    if (!isObject(element) || !isObject(there)) return there ?? element;
    const next = merged(there, element, literals, removes);
    return primaries.length === 1 && element.primary === undefined ? { ...next, primary: undefined } : next;
  });
  return target.map((element) => (isObject(element) ? bare(element) : element));
}

function identityOf(names: readonly string[], element: unknown): string | undefined {
  if (!isObject(element)) return undefined;
  const values = names.map((name) => element[name]);
  return values.some((value) => isUnassigned(value) || typeof value === "object") ? undefined : JSON.stringify(values);
}

function tells(names: readonly string[], elements: readonly unknown[]): boolean {
  const identities = elements.map((element) => identityOf(names, element));
  return !identities.includes(undefined) && new Set(identities).size === elements.length;
}

function merged(
  there: ResourceObject,
  wanted: ResourceObject,
  literals: Literals | undefined,
  removes: boolean,
): ResourceObject {
  const isKept = (name: string): boolean => name === "$ref" || literals?.[name]?.mutability === "readOnly";
  const said = Object.entries(wanted).filter(([name, value]) => value !== undefined && !isKept(name));
  const kept = Object.entries(there).filter(([name]) => !removes || isKept(name));
  return { ...Object.fromEntries(kept), ...Object.fromEntries(said) };
}

function bare(element: ResourceObject): ResourceObject {
  return Object.fromEntries(Object.entries(element).filter(([, value]) => !isUnassigned(value)));
}

/** The same text for what is the same: members in order, and no `primary` that is false. */
export function textOf(element: unknown): string {
  if (!isObject(element)) return JSON.stringify(element);
  const parts = Object.entries(element).filter(
    ([name, value]) => !isUnassigned(value) && !(name === "primary" && isSame(value, false)),
  );
  return JSON.stringify(parts.sort(([left], [right]) => (left < right ? -1 : 1)));
}
