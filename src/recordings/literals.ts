import { decodeKeeping, encodeLike } from "./encoded.ts";

/** Changes a value that a filter compares; `attribute` is the path that it is compared with, `""` where none can be seen. */
export type ChangeLiteral = (literal: string, attribute: string) => string;

interface Span {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const TOKENS = /"(?:[^"\\]|\\.)*"?|'[^']*'?|[()[\]]|[^\s()[\]"']+/gs;
const OPERATOR = /^(?:eq|ne|co|sw|ew|gt|ge|lt|le|pr)$/i;
const LOGIC = /^(?:and|or|not)$/i;
const ATTRIBUTE = /^[A-Za-z$][\w$.:-]*$/;

/** Whether the text is the path of an attribute and nothing else: `name.familyName`, a URN. */
export const isAttributePath = (text: string): boolean => ATTRIBUTE.test(text);

/**
 * Changes the values in a filter, or in the path of a PATCH operation, and nothing else. Filters that no grammar has are read as far
 * as they can be: what stands in no place of an attribute, an operator or `and` is a value.
 */
export function mapLiterals(text: string, change: ChangeLiteral): string {
  let result = "";
  let last = 0;
  for (const { start, end, text: replacement } of changed(text, change)) {
    result += text.slice(last, start) + replacement;
    last = end;
  }
  return result + text.slice(last);
}

/** The same for a filter as it stands in a URL; what is not changed keeps its spelling. */
export function mapEncodedLiterals(raw: string, change: ChangeLiteral): string {
  const { text, starts } = decodeKeeping(raw);
  let result = "";
  let last = 0;
  for (const span of changed(text, change)) {
    const start = starts[span.start] ?? raw.length;
    const end = starts[span.end] ?? raw.length;
    result += raw.slice(last, start) + encodeLike(span.text, raw.slice(start, end));
    last = end;
  }
  return result + raw.slice(last);
}

function changed(text: string, change: ChangeLiteral): Span[] {
  const tokens = [...text.matchAll(TOKENS)].map(([token], index, all) => ({ token, index, all }));
  const places = [...text.matchAll(TOKENS)].map(({ index }) => index);
  const reader = new Reader();
  const spans: Span[] = [];
  for (const { token, index } of tokens) {
    const attribute = reader.read(token, tokens[index + 1]?.token);
    if (attribute === undefined) continue;
    const start = places[index] ?? 0;
    const replacement = changedToken(token, attribute, change);
    if (replacement !== token) spans.push({ start, end: start + token.length, text: replacement });
  }
  return spans;
}

function changedToken(token: string, attribute: string, change: ChangeLiteral): string {
  if (token[0] !== '"') {
    const [, open = "", inner = "", close = ""] = /^('?)(.*?)('?)$/s.exec(token) ?? [];
    return open + change(inner, attribute) + close;
  }
  const literal = unquoted(token);
  const replacement = change(literal, attribute);
  return replacement === literal ? token : JSON.stringify(replacement);
}

function unquoted(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return token.slice(1).replace(/"$/, "");
  }
}

/** Where in a filter the reading is. */
class Reader {
  /** Attributes whose brackets are open. */
  readonly #outer: string[] = [];
  #attribute = "";
  #before: "attribute" | "operator" | "value" | "start" = "start";

  /** Reads one token; the attribute that it is compared with where it is a value. */
  read(token: string, next: string | undefined): string | undefined {
    if ("()[]".includes(token)) {
      this.#bracket(token);
      return undefined;
    }
    if (this.#before === "attribute" && OPERATOR.test(token)) {
      this.#before = /^pr$/i.test(token) ? "value" : "operator";
      return undefined;
    }
    if (this.#before !== "operator" && this.#isWordOfGrammar(token, next)) return undefined;
    const attribute = this.#attribute;
    this.#before = "value";
    return attribute;
  }

  #bracket(token: string): void {
    if (token === "[") this.#outer.push(this.#attribute);
    if (token === "]") this.#attribute = this.#outer.pop() ?? "";
    this.#before = token === "]" ? "attribute" : "start";
  }

  #isWordOfGrammar(token: string, next: string | undefined): boolean {
    // After a closing bracket: `.value`.
    if (this.#before === "attribute") {
      if (!/^\.[A-Za-z$][\w$-]*$/.test(token)) return false;
      this.#attribute += token;
      return true;
    }
    if (LOGIC.test(token)) {
      this.#before = "start";
      return true;
    }
    if (!ATTRIBUTE.test(token) || next === undefined || !(OPERATOR.test(next) || next === "[")) return false;
    const outer = this.#outer.at(-1);
    this.#attribute = outer === undefined ? token : `${outer}.${token}`;
    this.#before = "attribute";
    return true;
  }
}
