import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** What Node has compiled for one process it need not compile for the next. */
const COMPILED = fileURLToPath(new URL("../../node_modules/.cache/examples", import.meta.url));

/** An example that runs in a process of its own. */
export interface Example {
  readonly child: ChildProcess;
  /** All that it has printed so far. */
  readonly printed: () => string;
  /** Settles when it has printed the text, rejects when it ends before. */
  readonly until: (text: string) => Promise<string>;
  readonly exitCode: Promise<number | null>;
}

/** Starts `examples/${path}` over the package's source, with these environment variables and no others of its own; in a database that ends with it. */
export function run(path: string, env: Readonly<Record<string, string>> = {}): Example {
  const {
    HOST,
    PORT,
    LOG,
    SCIM_BASE_URL,
    SCIM_TOKEN,
    SCIM_PROFILE,
    SCIM_REFERENCES,
    SCIM_DATABASE,
    NODE_OPTIONS,
    ...rest
  } = process.env;
  const child = spawn(process.execPath, ["--import", "./test/examples/source.ts", `examples/${path}`], {
    cwd: ROOT,
    env: { ...rest, NODE_NO_WARNINGS: "1", NODE_COMPILE_CACHE: COMPILED, SCIM_DATABASE: ":memory:", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const exitCode = once(child, "close").then(([code]) => code as number | null);
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (text += data));
  const until = (wanted: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => (text.includes(wanted) ? resolve(text) : undefined);
      for (const stream of [child.stdout, child.stderr]) stream.on("data", look);
      child.on("close", () => reject(new Error(`ended before it printed "${wanted}": ${text}`)));
      look();
    });
  return { child, printed: () => text, until, exitCode };
}
