const MARK = Symbol("scimkit.sql");

/**
 * SQL text with parameters in it. What a template holds is a parameter, unless it is a fragment itself: a value of a
 * client can not become text by accident.
 */
export interface Fragment {
  readonly [MARK]: true;
  /** The text around the parameters: one more than there are parameters. */
  readonly texts: readonly string[];
  readonly parameters: readonly unknown[];
  /** Of a write that gives rows: its parts, for databases that have no RETURNING. */
  readonly returning?: { readonly write: Fragment; readonly query: Fragment; readonly isDeletion: boolean };
  /** @see short */
  readonly isShort?: boolean;
  /** @see fill */
  readonly isKept?: boolean;
  /** @see withBeside */
  readonly besides?: readonly Beside[];
}

/**
 * Reads what belongs to rows that a query gave, by statements of the same state, and puts it into them: what other databases have as a
 * column of the query.
 */
export type Beside = (
  rows: readonly Record<string, unknown>[],
  run: <R>(statement: Fragment) => Promise<readonly R[]>,
) => Promise<void>;

/** Writes SQL: fragments in the template become part of the text, everything else becomes a parameter. */
export function sql(strings: TemplateStringsArray, ...inner: readonly unknown[]): Fragment {
  const texts: string[] = [strings[0] as string];
  const parameters: unknown[] = [];
  const besides: Beside[] = [];
  inner.forEach((part, index) => {
    if (isFragment(part)) append(texts, parameters, besides, part);
    else {
      parameters.push(part);
      texts.push("");
    }
    texts[texts.length - 1] += strings[index + 1] as string;
  });
  return { [MARK]: true, texts, parameters, ...(besides.length === 0 ? {} : { besides }) };
}

/** Text that the program or the schema made, never a client. */
export function raw(text: string): Fragment {
  return { [MARK]: true, texts: [text], parameters: [] };
}

/**
 * A write that gives columns of the rows that it wrote, of a deletion as they were. `rows` is what follows FROM to find
 * the same rows; where they have to be asked for, two statements are sent, so that this belongs into a transaction.
 */
export function returning(write: Fragment, columns: Fragment, rows: Fragment): Fragment {
  const isDeletion = (write.texts[0] as string).startsWith("DELETE");
  return {
    ...sql`${write} RETURNING ${columns}`,
    returning: { write, query: sql`SELECT ${columns} FROM ${rows}`, isDeletion },
  };
}

/**
 * A read that an index answers with few rows, however many there are: where a driver runs statements in other threads, the
 * way there takes longer than it. `isShort`: whether it is one.
 */
export function short(statement: Fragment, isShort = true): Fragment {
  return isShort ? { ...statement, isShort } : statement;
}

/** A part of a query whose rows get something beside, wherever in the query it stands. */
export function withBeside(fragment: Fragment, beside: Beside): Fragment {
  return { ...fragment, besides: [...(fragment.besides ?? []), beside] };
}

/**
 * The same statement with other values, as many as it has. Its text is put together once, so that a driver which keeps statements by their
 * texts knows it without reading it again.
 */
export function fill({ texts, isShort }: Fragment, parameters: readonly unknown[]): Fragment {
  return { [MARK]: true, texts, parameters, isKept: true, ...(isShort === true ? { isShort } : {}) };
}

/** The same statement to be kept and filled: without the values that it was built with, which are those of one tenant. */
export function emptied(statement: Fragment): Fragment {
  return fill(statement, []);
}

/** The texts of statements that are filled, each of which belongs to one dialect, by their parts. */
const KEPT = new WeakMap<readonly string[], string>();

/** Fragments one after the other, with a separator. */
export function join(fragments: readonly Fragment[], separator: string): Fragment {
  const texts: string[] = [""];
  const parameters: unknown[] = [];
  const besides: Beside[] = [];
  fragments.forEach((fragment, index) => {
    if (index > 0) texts[texts.length - 1] += separator;
    append(texts, parameters, besides, fragment);
  });
  return { [MARK]: true, texts, parameters, ...(besides.length === 0 ? {} : { besides }) };
}

/**
 * Combines conditions as a balanced tree: databases limit the depth of an expression (SQLite to 1,000), and a chain is
 * as deep as it is long.
 */
export function balance(operator: "AND" | "OR", conditions: readonly Fragment[]): Fragment {
  if (conditions.length === 1) return conditions[0] as Fragment;
  if (conditions.length === 0) return operator === "AND" ? TRUE : FALSE;
  const tree = (from: number, to: number): Fragment => {
    if (to - from === 1) return conditions[from] as Fragment;
    const middle = (from + to) >>> 1;
    return sql`(${tree(from, middle)} ${raw(operator)} ${tree(middle, to)})`;
  };
  return tree(0, conditions.length);
}

/** Conditions that every row meets, and that none does. */
export const TRUE: Fragment = raw("(1 = 1)");
/** @see TRUE */
export const FALSE: Fragment = raw("(1 = 0)");

/** How a database reads statements. */
export interface Rendering {
  placeholder(position: number): string;
  readonly spell?: (text: string) => string;
}

/** The text and parameters as a driver takes them. */
export function render(
  fragment: Fragment,
  rendering: Rendering,
): { readonly text: string; readonly parameters: readonly unknown[] } {
  const { texts, parameters, isKept } = fragment;
  if (isKept !== true) return { text: textOf(fragment, rendering), parameters };
  let text = KEPT.get(texts);
  if (text === undefined) {
    text = textOf(fragment, rendering);
    KEPT.set(texts, text);
  }
  return { text, parameters };
}

function textOf(fragment: Fragment, { placeholder, spell }: Rendering): string {
  let text = fragment.texts[0] as string;
  for (let index = 1; index < fragment.texts.length; index++)
    text += placeholder(index) + (fragment.texts[index] as string);
  return spell === undefined ? text : spell(text);
}

function append(texts: string[], parameters: unknown[], besides: Beside[], fragment: Fragment): void {
  texts[texts.length - 1] += fragment.texts[0] as string;
  for (let index = 1; index < fragment.texts.length; index++) texts.push(fragment.texts[index] as string);
  for (const parameter of fragment.parameters) parameters.push(parameter);
  if (fragment.besides !== undefined) besides.push(...fragment.besides);
}

function isFragment(value: unknown): value is Fragment {
  return typeof value === "object" && value !== null && MARK in value;
}
