/** A part of a URL as characters, each with the place where its spelling begins. */
export interface Encoded {
  readonly text: string;
  /** For each code unit of `text` where its raw form begins; one more for the end. */
  readonly starts: readonly number[];
}

/**
 * Decodes a part of a query, and keeps where each character came from, so that what is not changed keeps its spelling: `%20` or `+`,
 * `@` or `%40`. A percent sign that escapes nothing stands for itself.
 */
export function decodeKeeping(raw: string): Encoded {
  let text = "";
  const starts: number[] = [];
  for (let at = 0; at < raw.length; ) {
    const [piece, length] = pieceAt(raw, at);
    for (let unit = 0; unit < piece.length; unit++) starts.push(at);
    text += piece;
    at += length;
  }
  starts.push(raw.length);
  return { text, starts };
}

function pieceAt(raw: string, at: number): [piece: string, length: number] {
  const sign = raw[at] ?? "";
  if (sign === "+") return [" ", 1];
  if (sign !== "%") return [sign, 1];
  const first = Number.parseInt(raw.slice(at + 1, at + 3), 16);
  const bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return [
    decoded(raw.slice(at, at + bytes * 3)) ?? "%",
    decoded(raw.slice(at, at + bytes * 3)) === undefined ? 1 : bytes * 3,
  ];
}

/** `undefined` for what cannot be decoded. */
export function decoded(raw: string): string | undefined {
  try {
    return decodeURIComponent(raw);
  } catch {
    return undefined;
  }
}

/** Encodes a text as the raw form encodes what it replaces: its blanks and its signs. */
export function encodeLike(text: string, raw: string): string {
  let encoded = encodeURIComponent(text);
  if (raw.includes("+")) encoded = encoded.replaceAll("%20", "+");
  for (const [code, sign] of [
    ["%40", "@"],
    ["%22", '"'],
    ["%3A", ":"],
    ["%2F", "/"],
  ] as const)
    if (raw.includes(sign)) encoded = encoded.replaceAll(code, sign);
  return encoded;
}
