import { isSecretHeader, isSecretMember, MASK, withoutCredentials, withoutSecretMembers } from "./secrets.ts";

/** A password in a filter, by its name before an operator. */
const IN_FILTER = /\bpassword\s+(?:eq|ne|co|sw|ew|gt|ge|lt|le)\s+"((?:[^"\\]|\\.)*)"/gi;
/** Shorter ones would take half of every text with them. */
const SHORTEST = 4;

/** Takes secrets out of what is written down: those that it knows from the start, and those that it has seen in requests. */
export interface Mask {
  /** Remembers the passwords of a request's body or query, so that an answer that shows them is masked too. */
  learn(...texts: readonly (string | undefined)[]): void;
  text(text: string): string;
  headers(headers: Headers): Readonly<Record<string, string>>;
}

export function createMask(known: ReadonlySet<string>): Mask {
  const seen = new Set<string>();
  const forms = formsOfAll(known, seen);
  const add = (secret: unknown) => {
    if (typeof secret === "string") seen.add(secret);
  };
  const mask: Mask = {
    learn(...texts) {
      for (const text of texts) {
        if (text === undefined) continue;
        for (const [, literal] of text.matchAll(IN_FILTER)) add(literal);
        const body = parsed(text);
        if (body !== undefined) collect(body, add);
      }
    },
    text(text) {
      let masked = text;
      for (const form of forms()) masked = masked.replaceAll(form, MASK);
      return withoutSecretMembers(masked);
    },
    headers(headers) {
      const entries = [...headers].map(([name, value]) => [
        name,
        isSecretHeader(name) ? withoutCredentials(value) : mask.text(value),
      ]);
      return Object.fromEntries(entries);
    },
  };
  return mask;
}

/**
 * The forms of all secrets, those of longer secrets first, as a shorter one may be a part of them. Both sets only ever grow; every line of every
 * exchange is masked, so the forms are made anew only where they have grown.
 */
function formsOfAll(known: ReadonlySet<string>, seen: ReadonlySet<string>): () => readonly string[] {
  let forms: readonly string[] = [];
  let size = 0;
  return () => {
    if (known.size + seen.size === size) return forms;
    size = known.size + seen.size;
    const secrets = [...known, ...seen].filter(({ length }) => length >= SHORTEST);
    secrets.sort((left, right) => right.length - left.length);
    forms = [...new Set(secrets.flatMap((secret) => [...formsOf(secret)]))];
    return forms;
  };
}

/** As it is, within JSON, within JSON that is a text of JSON, and within a URL. */
function formsOf(secret: string): ReadonlySet<string> {
  const escaped = (text: string) => JSON.stringify(text).slice(1, -1);
  return new Set([
    secret,
    escaped(secret),
    escaped(escaped(secret)),
    encodeURIComponent(secret),
    new URLSearchParams([["", secret]]).toString().slice(1),
  ]);
}

function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Values of members that are secrets by their name, and of PATCH operations whose path is such a name; however deep they are. */
function collect(body: unknown, add: (secret: unknown) => void): void {
  const open = [body];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== "object" || value === null) continue;
    const entries = Object.entries(value);
    const path = entries.find(([name]) => name.toLowerCase() === "path")?.[1];
    const isOfSecret = typeof path === "string" && isSecretMember(path.slice(path.lastIndexOf(":") + 1));
    for (const [name, member] of entries) {
      if (isSecretMember(name) || (isOfSecret && name.toLowerCase() === "value")) add(member);
      else open.push(member);
    }
  }
}
