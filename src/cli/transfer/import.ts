import { parseArgs } from "node:util";
import { importResources } from "../../transfer/index.ts";
import { type Command, CommandError, type Terminal } from "../command.ts";
import { CONNECTION_HELP, CONNECTION_OPTIONS, connectionOf } from "../connection.ts";
import { openDirectory } from "./directory.ts";
import { importToServer } from "./import-server.ts";
import { linesOf } from "./lines.ts";
import { openServer } from "./open-server.ts";

const help = `scimkit import <file|-> --url <url> | --database <where> [options]

Takes JSON Lines of "scimkit export" to a server, or into a database of scimkit. A server gives its own ids: references
between the lines are led to them. A database keeps the ids of the lines. The same file again makes nothing twice. A line that is
refused is told of with its number, the rest goes on, and the exit status is 1.

  --url <url>               the base URL of the server, which is read and written
  --database <where>        a SQLite file or postgres://…, as "scimkit serve" has it
  --tenant <name>           whose directory it is, in a database of several
  --existing replace|keep   what becomes of a resource that is there already (default replace)
${CONNECTION_HELP}
  SCIM_TOKEN=… npx scimkit import directory.jsonl --url https://host/scim/v2
  npx scimkit import directory.jsonl --database scim.sqlite
`;

export const importCommand: Command = {
  name: "import",
  summary: "take JSON Lines to a server or into a database",
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...CONNECTION_OPTIONS,
        url: { type: "string" },
        database: { type: "string" },
        tenant: { type: "string" },
        existing: { type: "string", default: "replace" },
      },
    });
    const { existing, url, database } = values;
    const [file] = positionals;
    if (file === undefined || positionals.length > 1)
      throw new CommandError("name one file: npx scimkit import directory.jsonl --url https://host/scim/v2");
    if ((url === undefined) === (database === undefined))
      throw new CommandError("say where to: --url https://host/scim/v2, or --database scim.sqlite");
    if (existing !== "replace" && existing !== "keep")
      throw new CommandError(`--existing is replace or keep, and not "${existing}".`);
    const lines = await linesOf(file, terminal);
    const problem = (line: number | undefined, reason: string): void =>
      terminal.error(line === undefined ? `${reason}\n` : `line ${line}: ${reason}\n`);
    if (database !== undefined) return toDatabase(database, { ...values, existing, lines, problem }, terminal);
    const { client, types } = await openServer(connectionOf(url, values, terminal), terminal);
    const counts = await importToServer({ client, types, lines, existing, problem });
    return shown(counts, counts.failed, terminal);
  },
};

interface DatabaseImport {
  readonly tenant?: string;
  readonly existing: "replace" | "keep";
  readonly lines: () => AsyncIterable<string> | Iterable<string>;
  problem(line: number | undefined, reason: string): void;
}

async function toDatabase(database: string, options: DatabaseImport, terminal: Terminal): Promise<number> {
  const { tenant, existing, lines, problem } = options;
  const { scim, close } = await openDirectory(database);
  try {
    const { created, replaced, unchanged, failed } = await importResources(scim, lines, {
      context: tenant === undefined ? {} : { tenant },
      existing,
      signal: terminal.signal,
      onProblem: ({ line, reason }) => problem(line, reason),
    });
    return shown({ created, replaced, unchanged, failed }, failed, terminal);
  } finally {
    await close();
  }
}

function shown(counts: object, failed: number, terminal: Terminal): number {
  const words = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  terminal.out(`${words.join(", ")}\n`);
  return failed === 0 ? 0 : 1;
}
