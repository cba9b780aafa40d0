/** A comparison key as `Attribute.key` gives it. */
export type Key = string | number | boolean;

/**
 * The text under which a comparison key is stored: texts compare as the keys do. A number becomes the hexadecimal
 * digits of its double, with the bits turned so that the order of the text is the order of the numbers: databases
 * disagree on how to read a decimal.
 */
export function keyText(key: Key): string {
  return typeof key === "number" ? numberText(key) : String(key);
}

const view = new DataView(new ArrayBuffer(8));

function numberText(value: number): string {
  view.setFloat64(0, value === 0 ? 0 : value);
  const bits = view.getBigUint64(0);
  const turned = value < 0 ? bits ^ 0xffff_ffff_ffff_ffffn : bits | 0x8000_0000_0000_0000n;
  return turned.toString(16).padStart(16, "0");
}

/** The number that a key's text stands for; undefined for another text. */
export function numberOfText(text: string): number | undefined {
  if (!/^[0-9a-f]{16}$/.test(text)) return undefined;
  const turned = BigInt(`0x${text}`);
  const isNegative = turned < 0x8000_0000_0000_0000n;
  view.setBigUint64(0, isNegative ? turned ^ 0xffff_ffff_ffff_ffffn : turned ^ 0x8000_0000_0000_0000n);
  return view.getFloat64(0);
}

/**
 * Longest key, in UTF-16 code units, of what an index keeps whole: unique values and the `value`s of a collection's
 * elements. PostgreSQL's indexes end at 2,704 bytes for all columns together.
 */
export const LONGEST_KEY = 512;

/** Stands before the key of an element's `value` that begins with a control character. */
export const ESCAPE = "\u0002";

/** The key of an element's `value` as its row has it: none is taken for the key of an element that has no `value`. */
export function escapeKey(key: string): string {
  return key !== "" && key < " " ? `${ESCAPE}${key}` : key;
}

/**
 * Whether a database can hold the text: PostgreSQL has no NUL, and half of a surrogate pair would come back as
 * something else.
 */
export function isStorable(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}
