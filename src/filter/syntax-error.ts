import type { IToken } from "chevrotain";
import { invalidFilter, invalidPath, type ScimError } from "../error.ts";
import { maskControls } from "../schema/printable.ts";
import { LeftBracket, RightBracket } from "./tokens.ts";

/** The text that is parsed: errors point into it. */
export interface Source {
  readonly kind: "filter" | "path";
  readonly text: string;
  readonly tokens: IToken[];
}

/** How much of the text an error shows, in UTF-16 code units. */
const WINDOW = 60;

/** `<problem> at position 10<found>.` with the text around it and a caret; never a message of Chevrotain's [T-C7]. */
export function errorAt(source: Source, offset: number, problem: string, found = ""): ScimError {
  const { text } = source;
  const start = Math.max(0, Math.min(offset - WINDOW / 2, text.length - WINDOW));
  const end = start + WINDOW;
  const before = (start > 0 ? "…" : "") + maskControls(text.slice(start, offset));
  const line = before + maskControls(text.slice(offset, end)) + (end < text.length ? "…" : "");
  const detail = `${problem} at position ${offset + 1}${found}.\n${line}\n${" ".repeat([...before].length)}^`;
  // What stands in the text may be a value: the client has it back, and nobody else is told.
  const summary = `${problem} at position ${offset + 1}.`;
  return (isPathItself(source, offset) ? invalidPath : invalidFilter)(detail, { summary });
}

/** What stands between the brackets of a PATCH path is a filter, with a filter's errors. */
function isPathItself({ kind, tokens }: Source, offset: number): boolean {
  if (kind === "filter") return false;
  const open = tokens.find((token) => token.tokenType === LeftBracket);
  const close = tokens.find((token) => token.tokenType === RightBracket);
  return open === undefined || offset <= open.startOffset || (close !== undefined && offset > close.startOffset);
}

/** What is wrong where the text falls into no tokens. */
export function lexerProblem(text: string, offset: number): string {
  if (text[offset] === '"')
    return "String without closing quote, or with a character or escape that JSON does not have,";
  const code = text.codePointAt(offset) ?? 0;
  return `Unexpected character U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** A piece of the client's text in an error: short, quoted, and without characters that a terminal would act on. */
export function quote(image: string): string {
  const short = maskControls(image.length > 40 ? `${image.slice(0, 40)}…` : image);
  return short.startsWith('"') ? short : `"${short}"`;
}
