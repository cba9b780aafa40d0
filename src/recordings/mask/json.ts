/** JSON as it was written: members that are there twice, the order of keys and the spelling of numbers are kept. */
export type JsonNode =
  | { readonly kind: "object"; readonly members: readonly (readonly [name: string, value: JsonNode])[] }
  | { readonly kind: "array"; readonly items: readonly JsonNode[] }
  | { readonly kind: "string"; readonly value: string }
  /** A number, `true`, `false` or `null`, as it was spelt. */
  | { readonly kind: "plain"; readonly text: string };

/** Deeper than any SCIM message: what is deeper is meant to exhaust the stack. */
const DEEPEST = 64;
const TOKEN = /\s*(?:("(?:[^"\\\u0000-\u001f]|\\.)*")|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([{}[\],:]))/y;

/** Reads JSON. @throws {SyntaxError} for what is none, or is nested too deep */
export function readJson(text: string): JsonNode {
  const tokens = new Tokens(text);
  const node = value(tokens, 0);
  tokens.end();
  return node;
}

/** Without blanks between the tokens. */
export function writeJson(node: JsonNode): string {
  if (node.kind === "plain") return node.text;
  if (node.kind === "string") return JSON.stringify(node.value);
  if (node.kind === "array") return `[${node.items.map(writeJson).join(",")}]`;
  return `{${node.members.map(([name, member]) => `${JSON.stringify(name)}:${writeJson(member)}`).join(",")}}`;
}

class Tokens {
  readonly #text: string;
  #at = 0;
  #held: string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  next(): string {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) return held;
    TOKEN.lastIndex = this.#at;
    const found = TOKEN.exec(this.#text);
    if (found === null) throw new SyntaxError("This is no JSON.");
    this.#at = TOKEN.lastIndex;
    return found[1] ?? found[2] ?? found[3] ?? "";
  }

  /** Whether the next one is this; then it is read. */
  takes(token: string): boolean {
    const next = this.next();
    if (next === token) return true;
    this.#held = next;
    return false;
  }

  end(): void {
    if (this.#text.slice(this.#at).trim() !== "") throw new SyntaxError("Something stands behind the JSON.");
  }
}

function value(tokens: Tokens, depth: number): JsonNode {
  if (depth > DEEPEST) throw new SyntaxError("The JSON is nested too deep.");
  const token = tokens.next();
  if (token === "{") return object(tokens, depth);
  if (token === "[") return array(tokens, depth);
  if (token.startsWith('"')) return { kind: "string", value: JSON.parse(token) as string };
  if ("}],:".includes(token)) throw new SyntaxError("This is no JSON.");
  return { kind: "plain", text: token };
}

function object(tokens: Tokens, depth: number): JsonNode {
  const members: [string, JsonNode][] = [];
  if (tokens.takes("}")) return { kind: "object", members };
  do {
    const name = tokens.next();
    if (!name.startsWith('"') || !tokens.takes(":")) throw new SyntaxError("This is no JSON.");
    members.push([JSON.parse(name) as string, value(tokens, depth + 1)]);
  } while (tokens.takes(","));
  if (!tokens.takes("}")) throw new SyntaxError("This is no JSON.");
  return { kind: "object", members };
}

function array(tokens: Tokens, depth: number): JsonNode {
  const items: JsonNode[] = [];
  if (tokens.takes("]")) return { kind: "array", items };
  do items.push(value(tokens, depth + 1));
  while (tokens.takes(","));
  if (!tokens.takes("]")) throw new SyntaxError("This is no JSON.");
  return { kind: "array", items };
}
