import { invalidSyntax, type ScimError } from "../error.ts";
import type { Steps } from "../time-slice.ts";

/** What a JSON text may be like. */
export interface JsonLimits {
  /** Deepest nesting. */
  readonly depth: number;
  /** Most different names of members. */
  readonly names: number;
}

/** How many UTF-16 code units are scanned at a stretch. */
const STRETCH = 65_536;

/**
 * Parses a JSON text whose nesting and names are bounded and whose objects name no member twice (of two, a proxy in front of the
 * server may believe the one and the server the other). The scan before `JSON.parse` is one linear pass without recursion.
 *
 * @throws {ScimError} 400 invalidSyntax naming what is wrong, and where.
 * @see RFC 7493 §2.3
 */
export function* parseJson(text: string, limits: JsonLimits): Steps<unknown> {
  yield* checkMembers(text, limits);
  try {
    return JSON.parse(text);
  } catch {
    throw invalidSyntax("The request body is not valid JSON.");
  }
}

/** What `JSON.parse` leaves unseen; a text that is no JSON at all is for `JSON.parse` to refuse. */
function* checkMembers(text: string, { depth, names: mostNames }: JsonLimits): Steps<void> {
  const open: (Set<string> | undefined)[] = [];
  const names = new Set<string>();
  let expectsName = false;
  let end = STRETCH;
  for (let index = 0; index < text.length; index++) {
    if (index >= end) {
      end = index + STRETCH;
      yield;
    }
    switch (text.charCodeAt(index)) {
      case 0x22: {
        const close = endOfString(text, index);
        if (expectsName) addName(open.at(-1), names, text.slice(index, close + 1));
        if (names.size > mostNames) throw tooManyNames(mostNames);
        expectsName = false;
        index = close;
        break;
      }
      case 0x7b:
        open.push(new Set());
        expectsName = true;
        break;
      case 0x5b:
        open.push(undefined);
        expectsName = false;
        break;
      case 0x7d:
      case 0x5d:
        open.pop();
        expectsName = false;
        break;
      case 0x2c:
        expectsName = open.at(-1) !== undefined;
        break;
    }
    if (open.length > depth)
      throw invalidSyntax(`The request body is nested more than ${depth} levels deep (limits.depth).`);
  }
}

function tooManyNames(most: number): ScimError {
  return invalidSyntax(
    `The members of the request body have more than ${most} different names (limits.names); leave out what the resource type does not have.`,
  );
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charCodeAt(index) !== 0x22) index += text.charCodeAt(index) === 0x5c ? 2 : 1;
  return index;
}

/** `own`: the names of the object; `all`: those of the whole text. */
function addName(own: Set<string> | undefined, all: Set<string>, quoted: string): void {
  const name = quoted.includes("\\") ? unquote(quoted) : quoted.slice(1, -1);
  if (own === undefined || name === undefined) return;
  if (own.has(name)) throw invalidSyntax(`The request body names a member twice in one object${quoteName(name)}.`);
  own.add(name);
  all.add(name);
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
