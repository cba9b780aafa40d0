import { invalidSyntax, type ScimError } from "../error.ts";
import { type Steps, Unfinished, type Work } from "../time-slice.ts";

/** What a JSON text may be like. */
export interface JsonLimits {
  /** Deepest nesting. */
  readonly depth: number;
  /** Most different names of members. */
  readonly names: number;
}

/** How many UTF-16 code units are scanned at a stretch. */
const STRETCH = 65_536;

/** The fewest UTF-16 code units that a member takes: the quotes and the colon of an empty name, and a digit. */
const SHORTEST_MEMBER = 4;

/**
 * Parses a JSON text whose nesting and names are bounded and whose objects name no member twice (of two, a proxy in front of the
 * server may believe the one and the server the other).
 *
 * Of two members of one name `JSON.parse` keeps one. So a text has more strings than its value where a name comes twice, and as many
 * where none does: both are counted, which costs half of the parse. The scan that looks at each name costs more than the parse; it
 * is for texts in which something may be wrong, and says what.
 *
 * @throws {ScimError} 400 invalidSyntax naming what is wrong, and where.
 * @see RFC 7493 §2.3
 */
export function parseJson(text: string, limits: JsonLimits): Work<unknown> {
  const strings = new StringCount(text, limits);
  // Most texts are counted and found to be right at once; what they would pay for a generator is as much as the parse of a small one.
  if (text.length <= STRETCH) {
    strings.goOn();
    const value = strings.isInDoubt ? NO_VALUE : parsed(text);
    if (value !== NO_VALUE && stringsIn(value) === strings.count && !isInherited()) return value;
    return new Unfinished(parseDoubtful(text, limits));
  }
  return new Unfinished(parseInSteps(text, strings, limits));
}

/** Stands for the value of a text that is no JSON, or may not be parsed. */
const NO_VALUE = Symbol("no value");

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return NO_VALUE;
  }
}

/** Parses a text in which something may be wrong; most likely it throws. */
function* parseDoubtful(text: string, limits: JsonLimits): Steps<unknown> {
  yield* checkMembers(text, limits);
  const value = parsed(text);
  if (value === NO_VALUE) throw invalidSyntax("The request body is not valid JSON.");
  return value;
}

function* parseInSteps(text: string, strings: StringCount, limits: JsonLimits): Steps<unknown> {
  while (strings.goOn()) yield;
  if (strings.isInDoubt) return yield* parseDoubtful(text, limits);
  const value = parsed(text);
  if (value === NO_VALUE) return yield* parseDoubtful(text, limits);
  yield;
  if (stringsIn(value) !== strings.count || isInherited()) yield* checkMembers(text, limits);
  return value;
}

/**
 * Counts the strings of a JSON text, names included. It gives up at what has to be refused before `JSON.parse` gets it (what is nested
 * deep, and many names, which take it forty times as long as values do), and at an escape in a name: of such a name V8 makes another one,
 * as long, where it has read an object before in whose place a name begins with a backslash (Node 24.21).
 */
class StringCount {
  /** How many there were so far. */
  count = 0;
  /** Whether it gave up. */
  isInDoubt = false;
  readonly #text: string;
  readonly #limits: JsonLimits;
  /** The names; nothing where the text is too short for too many. */
  readonly #names: Set<string> | undefined;
  #depth = 0;
  #at = 0;

  constructor(text: string, limits: JsonLimits) {
    this.#text = text;
    this.#limits = limits;
    this.#names = text.length / SHORTEST_MEMBER > limits.names ? new Set() : undefined;
  }

  /** Whether something is left after this stretch. */
  goOn(): boolean {
    const text = this.#text;
    const end = Math.min(text.length, this.#at + STRETCH);
    // What changes is in variables: this runs once for each character of a body.
    let depth = this.#depth;
    let index = this.#at;
    for (; index < end; index++) {
      const code = text.charCodeAt(index);
      if (code === 0x22) {
        index = this.#endOfString(index);
        if (this.isInDoubt) return false;
      } else if ((code | 0x20) === 0x7b) {
        // Either bracket that opens.
        if (++depth > this.#limits.depth) return this.#giveUp();
      } else if ((code | 0x20) === 0x7d) depth--;
    }
    this.#depth = depth;
    this.#at = index;
    return index < text.length;
  }

  #giveUp(): false {
    this.isInDoubt = true;
    return false;
  }

  /** Counts a string, by the place of its first quote; that of its last. */
  #endOfString(open: number): number {
    const text = this.#text;
    let isEscaped = false;
    let index = open + 1;
    for (; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code === 0x22) break;
      if (code === 0x5c) {
        isEscaped = true;
        index++;
      }
    }
    this.count++;
    if ((isEscaped || this.#names !== undefined) && isColonNext(text, index + 1)) {
      const { size } = this.#names?.add(text.slice(open, index)) ?? NO_NAMES;
      if (isEscaped || size > this.#limits.names) this.#giveUp();
    }
    return index;
  }
}

const NO_NAMES: ReadonlySet<string> = new Set();

function isColonNext(text: string, start: number): boolean {
  let index = start;
  while (isBlank(text.charCodeAt(index))) index++;
  return text.charCodeAt(index) === 0x3a;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** How many strings there are in a value, names of members included. It is nested no deeper than `limits.depth`. */
function stringsIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return typeof value === "string" ? 1 : 0;
  if (!Array.isArray(value)) return stringsInObject(value as Readonly<Record<string, unknown>>);
  let count = 0;
  for (const item of value) count += typeof item === "string" ? 1 : stringsIn(item);
  return count;
}

/** By `for in`, since engines keep the list of names with the shape of an object; and a call for each value would cost as much again. */
function stringsInObject(object: Readonly<Record<string, unknown>>): number {
  let count = 0;
  for (const name in object) {
    const member = object[name];
    count += typeof member === "string" ? 2 : typeof member === "object" ? 1 + stringsIn(member) : 1;
  }
  return count;
}

/** Whether somebody gave all objects a member that is enumerated, and so was counted with those of the text. */
function isInherited(): boolean {
  for (const _ in {}) return true;
  return false;
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
