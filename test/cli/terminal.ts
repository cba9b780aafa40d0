import type { Terminal } from "../../src/cli/command.ts";
import { run } from "../../src/cli/run.ts";

/** What a command did to a terminal that is none. */
export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

/** Runs the words behind `scimkit`. */
export async function ran(
  words: readonly string[],
  given: Partial<Terminal> & { readonly input?: string } = {},
): Promise<Ran> {
  const { input = "", ...terminal } = given;
  const written = { out: "", error: "" };
  const status = await run(words, {
    out(text) {
      written.out += text;
    },
    error(text) {
      written.error += text;
    },
    isTTY: false,
    columns: 100,
    env: {},
    signal: new AbortController().signal,
    fetch: () => Promise.reject(new Error("this command asks nobody")),
    stdin: async () => input,
    ...terminal,
  });
  return { status, ...written };
}
