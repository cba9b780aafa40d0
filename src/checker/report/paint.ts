/** What is asked of a terminal here; the command's `Terminal` has it. */
export interface Screen {
  out(text: string): void;
  error(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Colours a text, or leaves it. */
export type Paint = Readonly<Record<"red" | "green" | "yellow" | "cyan" | "bold" | "dim", (text: string) => string>>;

/** `FORCE_COLOR` wins over `NO_COLOR`, as in Node itself; without both it is for a terminal to show colours. */
export function wantsColor({ env, isTTY }: Pick<Screen, "env" | "isTTY">): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no } = env;
  if (force !== undefined) return force !== "0" && force !== "false";
  return isTTY && (no === undefined || no === "") && env.TERM !== "dumb";
}

export function paint(hasColor: boolean): Paint {
  const by =
    (on: number, off: number) =>
    (text: string): string =>
      hasColor && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    red: by(31, 39),
    green: by(32, 39),
    yellow: by(33, 39),
    cyan: by(36, 39),
    bold: by(1, 22),
    dim: by(2, 22),
  };
}
