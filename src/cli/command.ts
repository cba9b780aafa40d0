/** The outside, as commands see it: tests give their own. */
export interface Terminal {
  /** Writes; what it returns is settled when there is room for more, which who writes much waits for. */
  out(text: string): void | Promise<void>;
  error(text: string): void;
  readonly isTTY: boolean;
  readonly columns: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  readonly fetch: typeof fetch;
  /** All of standard input, where it is no terminal. */
  stdin(): Promise<string>;
}

/** One word behind `scimkit`. */
export interface Command {
  readonly name: string;
  /** One line for the list. */
  readonly summary: string;
  /** What `scimkit <name> --help` prints: use, what it does, every option, examples that can be pasted. */
  readonly help: string;
  /** Does it; the number is the exit status. What it throws as a `CommandError` is printed in one line. */
  run(args: readonly string[], terminal: Terminal): Promise<number>;
}

/** What cannot be done, in one line that says what was tried and what to type. The exit status is 2, as that of a wrong call. */
export class CommandError extends Error {}
