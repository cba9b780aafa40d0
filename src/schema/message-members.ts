import { invalidSyntax } from "../error.ts";
import type { ResourceObject } from "./value.ts";

/**
 * The members of a message by their names in lower case, since names have no letter case. `repeated` ends the sentence that
 * begins with `where` and refuses two that differ in nothing else.
 * @throws {ScimError} 400 invalidSyntax.
 * @see RFC 7643 §2.1
 */
export function byLowerCase(
  message: ResourceObject,
  where: string,
  repeated = (_name: string): string => "names a member twice, in different letter case",
): Record<string, unknown> {
  const members = new Map<string, unknown>();
  for (const [name, value] of Object.entries(message)) {
    const key = name.toLowerCase();
    if (members.has(key)) throw invalidSyntax(`${where} ${repeated(key)}.`);
    members.set(key, value);
  }
  return Object.fromEntries(members);
}
