import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { SESSION_FORMAT, type SessionExchange } from "./session.ts";

const HEAD = `{"format":"${SESSION_FORMAT}","version":1,"exchanges":[`;
const TAIL = "\n]}\n";

/** A file that grows by one exchange at a time, and is whole JSON after each. */
export interface SessionWriter {
  readonly file: string;
  write(exchange: SessionExchange): void;
  close(): void;
}

/** Opens a file of its own in the folder, which is made where it is missing; nobody else may read it. */
export function createSessionWriter(folder: string, now: Date): SessionWriter {
  mkdirSync(folder, { recursive: true });
  const [file, handle] = openNew(folder, `session-${now.toISOString().slice(0, 19).replaceAll(/[:T]/g, "-")}`);
  let end = writeSync(handle, HEAD, 0);
  let count = 0;
  writeSync(handle, TAIL, end);
  return {
    file,
    write(exchange) {
      const text = `${count === 0 ? "" : ","}\n${JSON.stringify(exchange)}`;
      // The tail is written over with the exchange and a new tail at once.
      writeSync(handle, text + TAIL, end);
      end += Buffer.byteLength(text);
      count += 1;
    },
    close: () => closeSync(handle),
  };
}

function openNew(folder: string, name: string): [file: string, handle: number] {
  for (let number = 1; ; number++) {
    const file = join(folder, `${name}${number === 1 ? "" : `-${number}`}.json`);
    try {
      return [file, openSync(file, "wx", 0o600)];
    } catch (error) {
      if ((error as { readonly code?: string }).code !== "EEXIST") throw error;
    }
  }
}
