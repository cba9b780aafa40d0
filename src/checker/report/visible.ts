/**
 * Characters that a terminal obeys and a reader does not see: what a server sends must not move the cursor, change a title or turn text
 * around.
 */
const UNSEEN = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g;

/** A text with each unseen character written as `\u{1b}`. Lines and tabs stay. */
export function visible(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll(UNSEEN, (one) => `\\u{${one.charCodeAt(0).toString(16)}}`);
}
