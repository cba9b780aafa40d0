/**
 * Prepares a writeOnly text for whoever hashes it, so that the same password typed on another keyboard is the same: every blank
 * is a plain one, and composed characters are composed.
 * @see RFC 8265 §4.2 OpaqueString; RFC 7643 §4.1.1 password
 */
export function prepareSecret(value: string): string {
  return value.replace(/\p{Zs}/gu, " ").normalize("NFC");
}

/** What no password may be or hold: no text, control characters. Gives the end of the sentence "password …", without the value. */
export function secretProblem(value: string): string | undefined {
  // "A zero-length string is not allowed".
  if (value === "") return "must not be empty; leave it out to keep the one that there is";
  return /\p{Cc}/u.test(value) ? "must not contain control characters" : undefined;
}
