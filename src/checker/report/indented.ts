/**
 * JSON with line breaks for a reader. Only white space between tokens changes: numbers that no double holds, names that come twice and the
 * way in which text is escaped are what a report is read for. What is no JSON stays as it is.
 */
export function indented(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let depth = 0;
  // A body of brackets alone must not grow by the square of its depth.
  const line = (): string => `\n${"  ".repeat(Math.min(depth, 30))}`;
  const written = (token: string): string => {
    switch (token) {
      case "{":
      case "[":
        depth++;
        return token + line();
      case "}":
      case "]":
        depth--;
        return line() + token;
      case ",":
        return token + line();
      case ":":
        return ": ";
      default:
        return token.startsWith('"') ? token : token.replaceAll(/\s/g, "");
    }
  };
  return (text.match(TOKEN) ?? []).map(written).join("");
}

/** Texts, empty objects and lists, marks, and all else: numbers and words. */
const TOKEN = /"(?:[^"\\]|\\.)*"|\{\s*\}|\[\s*\]|[{}[\],:]|[^\s{}[\],:"]+/g;
