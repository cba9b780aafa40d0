/** A piece of the client's text with control and format characters, halves of surrogate pairs and odd blanks as "·". */
export function maskControls(text: string): string {
  return text.replace(/[\p{C}\p{Z}]/gu, (character) => (character === " " ? " " : "·"));
}

/** Longest name that an error shows, in UTF-16 code units. */
const LONGEST_NAME = 128;

/**
 * A name of the client's, fit to be shown in an error and told in an event: short, without characters that a terminal would act
 * on, and without what a value path compares (`emails[…].value`).
 */
export function printable(name: string): string {
  const plain = name.includes("[") ? name.replace(/\[.*\]|\[.*$/s, "[…]") : name;
  const text = maskControls(plain.slice(0, LONGEST_NAME));
  return plain.length > LONGEST_NAME ? `${text}…` : text;
}
