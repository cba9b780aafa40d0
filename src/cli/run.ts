import { isScimClientError, type ScimClientError } from "../client/error.ts";
import { nearestHint } from "../schema/nearest-name.ts";
import { type Command, CommandError, type Terminal } from "./command.ts";
import { VERSION } from "./version.ts";

/** Each is loaded when it is asked for. */
const COMMANDS: Readonly<Record<string, readonly [summary: string, load: () => Promise<Command>]>> = {
  check: [
    "try whether a SCIM server does what the RFCs and its clients ask for",
    async () => (await import("./check/command.ts")).checkCommand,
  ],
  replay: [
    "play recorded requests on a server, or record live ones, masked",
    async () => (await import("./replay/command.ts")).replayCommand,
  ],
  filter: [
    "show how a filter is read: tokens, tree, words, SQL",
    async () => (await import("./filter/command.ts")).filterCommand,
  ],
  patch: ["show what a PATCH does to a resource", async () => (await import("./patch/command.ts")).patchCommand],
  export: [
    "write all resources of a server or a database as JSON Lines",
    async () => (await import("./transfer/export.ts")).exportCommand,
  ],
  import: [
    "take JSON Lines to a server or into a database",
    async () => (await import("./transfer/import.ts")).importCommand,
  ],
  serve: ["serve SCIM from memory, SQLite or PostgreSQL", async () => (await import("./serve.ts")).serveCommand],
};

/** Runs the command that the words name; the exit status. */
export async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  const [name = "--help", ...rest] = words;
  if (["--help", "-h", "help"].includes(name) && rest[0] === undefined) {
    terminal.out(overview());
    return words.length === 0 ? 2 : 0;
  }
  if (name === "--version" || name === "-v") {
    terminal.out(`${VERSION}\n`);
    return 0;
  }
  const wanted = name === "help" ? (rest[0] ?? "") : name;
  const found = COMMANDS[wanted];
  if (found === undefined) {
    terminal.error(`scimkit: there is no command "${wanted}".${nearestHint(Object.keys(COMMANDS), wanted)} Commands: ${Object.keys(COMMANDS).join(", ")}.
`);
    return 2;
  }
  const command = await found[1]();
  if (name === "help" || rest.includes("--help") || rest.includes("-h")) {
    terminal.out(command.help);
    return 0;
  }
  try {
    return await command.run(rest, terminal);
  } catch (error) {
    terminal.error(`scimkit ${wanted}: ${inOneLine(error, wanted)}\n`);
    return terminal.signal.aborted ? 130 : 2;
  }
}

/** What could not be done. @throws what is a fault of the command itself */
function inOneLine(error: unknown, command: string): string {
  if (error instanceof CommandError) return error.message;
  // Of Node's advice on words that begin with a dash only the first sentence is for people.
  if (isWrongCall(error)) return `${error.message.split(". ")[0]}. scimkit ${command} --help lists the options.`;
  if (isScimClientError(error) && error.code === "aborted") return "stopped.";
  if (isScimClientError(error)) return sentence(error.message) + adviceOn(error);
  throw error;
}

/** A system's own words end as they like. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** What to look at, behind what a server or its absence has said. */
function adviceOn({ code, status }: ScimClientError): string {
  if (status === 401 || status === 403) return " Look at --token, --header, or SCIM_TOKEN.";
  if (status === 404 || code === "not-scim") return " Look at the base URL: /Users is looked for right below it.";
  if (code === "tls") return " NODE_EXTRA_CA_CERTS names a file with the certificate of an authority of your own.";
  return code === "unreachable" ? " Look at the address and the port, and whether the server runs." : "";
}

/** What `parseArgs` throws. */
function isWrongCall(error: unknown): error is Error {
  return String((error as { code?: unknown }).code).startsWith("ERR_PARSE_ARGS");
}

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map(({ length }) => length));
  return [
    "scimkit: SCIM 2.0 from the command line.",
    "",
    ...Object.entries(COMMANDS).map(([name, [summary]]) => `  scimkit ${name.padEnd(width)}  ${summary}`),
    "",
    "scimkit <command> --help says more.",
    "",
  ].join("\n");
}
