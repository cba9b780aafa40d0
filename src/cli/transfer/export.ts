import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { exportResources } from "../../transfer/index.ts";
import { type Command, CommandError, type Terminal } from "../command.ts";
import { CONNECTION_HELP, CONNECTION_OPTIONS, type Connection, connectionOf } from "../connection.ts";
import { openDirectory } from "./directory.ts";
import { openServer } from "./open-server.ts";

const help = `scimkit export <url> | --database <where> [options] > directory.jsonl

Writes all resources of a server, or of a database of scimkit, to standard output as JSON Lines: one
{ "resourceType": "User", "resource": { … } } a line, which "scimkit import" and importResources take. A server is read page by
page and gives what it shows to the token: no passwords.

  --database <where>        a SQLite file or postgres://…, as "scimkit serve" has it
  --tenant <name>           whose directory it is, in a database of several
  --secrets                 from a database: with the hashes of passwords; keep such a file as you keep the database
  --type <name>             one resource type alone; may be repeated
${CONNECTION_HELP}
  SCIM_TOKEN=… npx scimkit export https://host/scim/v2 > directory.jsonl
  npx scimkit export --database scim.sqlite --type User > users.jsonl
`;

export const exportCommand: Command = {
  name: "export",
  summary: "write all resources of a server or a database as JSON Lines",
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...CONNECTION_OPTIONS,
        database: { type: "string" },
        tenant: { type: "string" },
        secrets: { type: "boolean", default: false },
        type: { type: "string", multiple: true },
      },
    });
    if ((positionals.length === 1) === (values.database !== undefined) || positionals.length > 1)
      throw new CommandError("name one source: npx scimkit export https://host/scim/v2, or --database scim.sqlite");
    if (values.database !== undefined) return exportDatabase(values.database, values, terminal);
    if (values.secrets) throw new CommandError("--secrets goes with --database: no server shows passwords.");
    const connection = connectionOf(positionals[0], values, terminal);
    return exportServer(connection, values.type, terminal);
  },
};

async function exportServer(
  connection: Connection,
  names: readonly string[] | undefined,
  terminal: Terminal,
): Promise<number> {
  const { client, types: announced } = await openServer(connection, terminal);
  const types = announced.filter(({ name }) => names === undefined || names.includes(name));
  const missing = names?.filter((name) => !announced.some((type) => type.name === name)) ?? [];
  if (missing.length > 0)
    throw new CommandError(
      `the server has no ${missing.join(", ")}; it has ${announced.map(({ name }) => name).join(", ")}.`,
    );
  for (const type of types) {
    let count = 0;
    for await (const resource of client.resource(type).list()) {
      await terminal.out(`${JSON.stringify({ resourceType: type.name, resource })}\n`);
      count++;
    }
    terminal.error(`${type.name}: ${count}\n`);
  }
  return 0;
}

async function exportDatabase(
  database: string,
  { tenant, secrets, type }: { readonly tenant?: string; readonly secrets: boolean; readonly type?: readonly string[] },
  terminal: Terminal,
): Promise<number> {
  // Opening makes what is not there, and a slip in a name would give an empty directory.
  if (!database.includes("://") && database !== "memory" && !existsSync(database))
    throw new CommandError(`there is no file ${database}: name the SQLite file of "scimkit serve", or postgres://…`);
  const { scim, close } = await openDirectory(database);
  let count = 0;
  try {
    const { signal } = terminal;
    const context = tenant === undefined ? {} : { tenant };
    for await (const line of exportResources(scim, { context, secrets, resourceTypes: type, signal })) {
      await terminal.out(`${JSON.stringify(line)}\n`);
      count++;
    }
  } catch (error) {
    if (error instanceof TypeError) throw new CommandError(error.message);
    throw error;
  } finally {
    await close();
  }
  terminal.error(`${count} resources\n`);
  return 0;
}
