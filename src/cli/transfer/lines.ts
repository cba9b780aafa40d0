import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { createInterface } from "node:readline";
import { CommandError, type Terminal } from "../command.ts";

/** Opens the lines of a file, as often as it is asked to; those of standard input are kept. */
export async function linesOf(
  file: string,
  terminal: Terminal,
): Promise<() => AsyncIterable<string> | Iterable<string>> {
  if (file === "-") {
    const lines = (await terminal.stdin()).split("\n");
    return () => lines;
  }
  await access(file).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${file} cannot be read (${error.code ?? error.message}).`);
  });
  return () => withoutMark(createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY }));
}

/** Windows begins a file with the byte order mark, which is no JSON. */
async function* withoutMark(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let isFirst = true;
  for await (const line of lines) {
    yield isFirst ? line.replace(/^\uFEFF/, "") : line;
    isFirst = false;
  }
}
