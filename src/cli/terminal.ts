import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { Terminal } from "./command.ts";

/** The terminal that the process has. */
export function terminal(): Terminal {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      // Whoever asks twice does not want to wait.
      if (stopping.signal.aborted) process.exit(130);
      stopping.abort();
    });
  // Who reads no more (`| head`) has what they wanted.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  return {
    out: (line) => (process.stdout.write(line) ? undefined : drained(stopping.signal)),
    error: (line) => void process.stderr.write(line),
    isTTY: process.stdout.isTTY === true,
    columns: process.stdout.columns ?? 80,
    env: process.env,
    signal: stopping.signal,
    fetch: globalThis.fetch,
    stdin: () => text(process.stdin),
  };
}

async function drained(signal: AbortSignal): Promise<void> {
  await once(process.stdout, "drain", { signal }).catch(() => {});
}
