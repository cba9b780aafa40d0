/**
 * The number whose one notation the text is: as JSON writes it, without an exponent. Undefined for every other text, and for one
 * that is longer than a double is exact.
 * @see RFC 7643 §2.3.3, §2.3.4
 */
export function numberOf(text: string): number | undefined {
  const number = /^-?\d{1,17}(?:\.\d{1,17})?$/.test(text) ? Number(text) : Number.NaN;
  return String(number) === text ? number : undefined;
}
