import type { CompareOperator, CompareValue, Filter } from "scimkit/filter";

let text = "";
let at = 0;

/**
 * The filter grammar by recursive descent: what one would write for well-formed filters alone, without errors that explain, limits or
 * tolerances.
 */
export function parseFilterByHand(given: string): Filter {
  text = given;
  at = 0;
  const filter = anyOf();
  if (skipFrom(at) !== text.length) throw new SyntaxError(`Something is left over at ${at}.`);
  return filter;
}

function anyOf(): Filter {
  return joined("or", allOf);
}

function allOf(): Filter {
  return joined("and", factor);
}

function joined(type: "and" | "or", operand: () => Filter): Filter {
  const first = operand();
  if (!takeWord(type)) return first;
  const filters = [first];
  do filters.push(operand());
  while (takeWord(type));
  return { type, filters };
}

function factor(): Filter {
  skipBlanks();
  const code = text.charCodeAt(at);
  if (code === 0x28) return group();
  if (text.startsWith("not", at) && text[skipFrom(at + 3)] === "(") {
    at = skipFrom(at + 3);
    return { type: "not", filter: group() };
  }
  const path = word();
  if (text.charCodeAt(at) === 0x5b) {
    at++;
    const filter = anyOf();
    skipBlanks();
    expect("]");
    return { type: "element", path, filter };
  }
  skipBlanks();
  const operator = word();
  if (operator === "pr") return { type: "present", path };
  skipBlanks();
  return { type: "compare", path, operator: operator as CompareOperator, value: value() };
}

function group(): Filter {
  at++;
  const filter = anyOf();
  skipBlanks();
  expect(")");
  return filter;
}

function word(): string {
  const start = at;
  const { length } = text;
  for (; at < length; at++) {
    const code = text.charCodeAt(at);
    // A blank or a parenthesis; a bracket.
    if (code < 0x2a ? code === 0x20 || code === 0x28 || code === 0x29 : code === 0x5b || code === 0x5d) break;
  }
  if (at === start) throw new SyntaxError(`Something is missing at ${at}.`);
  return text.slice(start, at);
}

function value(): CompareValue {
  if (text.charCodeAt(at) !== 0x22) {
    const literal = word();
    return literal === "true" ? true : literal === "false" ? false : literal === "null" ? null : Number(literal);
  }
  const { length } = text;
  const start = at++;
  let isPlain = true;
  for (; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at++;
      return isPlain ? text.slice(start + 1, at - 1) : JSON.parse(text.slice(start, at));
    }
    if (code !== 0x5c) continue;
    isPlain = false;
    at++;
  }
  throw new SyntaxError("The string does not end.");
}

function takeWord(expected: string): boolean {
  const start = skipFrom(at);
  if (!text.startsWith(expected, start)) return false;
  at = start + expected.length;
  return true;
}

function expect(character: string): void {
  if (text[at] !== character) throw new SyntaxError(`${character} is missing at ${at}.`);
  at++;
}

function skipFrom(index: number): number {
  let next = index;
  while (text.charCodeAt(next) === 0x20) next++;
  return next;
}

function skipBlanks(): void {
  at = skipFrom(at);
}
