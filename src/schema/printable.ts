/** A piece of the client's text with control and format characters, halves of surrogate pairs and odd blanks as "·". */
export function maskControls(text: string): string {
  return text.replace(/[\p{C}\p{Z}]/gu, (character) => (character === " " ? " " : "·"));
}

/** Longest name that an error shows, in UTF-16 code units. */
const LONGEST_NAME = 128;

/** A name of the client's, fit to be shown in an error: short, and without characters that a terminal would act on. */
export function printable(name: string): string {
  const text = maskControls(name.slice(0, LONGEST_NAME));
  return name.length > LONGEST_NAME ? `${text}…` : text;
}
