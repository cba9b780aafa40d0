import { invalidSyntax } from "../error.ts";

/** Most members of one object. No schema has as many attributes, and to look up so many names is all that they are good for. */
const MOST_MEMBERS = 10_000;

/**
 * Parses a JSON text whose nesting is bounded and whose objects name no member twice (of two, a proxy in front of the server
 * may believe the one and the server the other). The scan before `JSON.parse` is one linear pass without recursion.
 *
 * @throws {ScimError} 400 invalidSyntax naming what is wrong, and where.
 * @see RFC 7493 §2.3
 */
export function parseJson(text: string, maxDepth: number): unknown {
  checkMembers(text, maxDepth);
  try {
    return JSON.parse(text);
  } catch {
    throw invalidSyntax("The request body is not valid JSON.");
  }
}

/** What `JSON.parse` leaves unseen; a text that is no JSON at all is for `JSON.parse` to refuse. */
function checkMembers(text: string, maxDepth: number): void {
  const names: (Set<string> | undefined)[] = [];
  let expectsName = false;
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case 0x22: {
        const end = endOfString(text, index);
        if (expectsName) addName(names.at(-1), text.slice(index, end + 1));
        expectsName = false;
        index = end;
        break;
      }
      case 0x7b:
        names.push(new Set());
        expectsName = true;
        break;
      case 0x5b:
        names.push(undefined);
        expectsName = false;
        break;
      case 0x7d:
      case 0x5d:
        names.pop();
        expectsName = false;
        break;
      case 0x2c:
        expectsName = names.at(-1) !== undefined;
        break;
    }
    if (names.length > maxDepth)
      throw invalidSyntax(`The request body is nested more than ${maxDepth} levels deep (limits.depth).`);
  }
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charCodeAt(index) !== 0x22) index += text.charCodeAt(index) === 0x5c ? 2 : 1;
  return index;
}

function addName(names: Set<string> | undefined, quoted: string): void {
  const name = quoted.includes("\\") ? unquote(quoted) : quoted.slice(1, -1);
  if (names === undefined || name === undefined) return;
  if (names.has(name)) throw invalidSyntax(`The request body names a member twice in one object${quoteName(name)}.`);
  if (names.size === MOST_MEMBERS)
    throw invalidSyntax(`The request body has an object of more than ${MOST_MEMBERS} members.`);
  names.add(name);
}

function quoteName(name: string): string {
  return /^[\w$.:-]{1,64}$/.test(name) ? `: "${name}"` : "";
}

function unquote(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return undefined;
  }
}
