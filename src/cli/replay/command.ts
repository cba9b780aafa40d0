import { parseArgs } from "node:util";
import { type Found, findRecordings } from "../../recordings/read.ts";
import { type Command, CommandError } from "../command.ts";
import { CONNECTION_HELP, CONNECTION_OPTIONS, connectionOf } from "../connection.ts";
import { reach } from "../reach/reach.ts";
import { playAll } from "./play.ts";
import { record } from "./record.ts";
import { createStage } from "./stage.ts";

const HELP = `scimkit replay <file|folder> --url <base URL>
scimkit replay --record <folder> --url <base URL>

Plays recordings on a server: what a recording needs is made first, under names and ids of this run, and removed afterwards. Each is printed
with ✓ or ✗ and how the answers depart; the exit status is 1 where one does.

With --record, stands between a client and a server instead, passes everything on and writes it down as a recording: tokens, passwords,
names, addresses and ids are masked, each by the same pseudonym everywhere. A problem becomes a file that can be played on another server.

  --url <base URL>          the server, e.g. https://host/scim/v2
${CONNECTION_HELP}  --domain <domain>         stands for example.com in what is made, where the server takes addresses of some domains alone
  --json                    prints the result as JSON
  --record <folder>         records to a new file in this folder
  --port <number>           where --record listens, default 8089; 0 for any
  --host <address>          default 127.0.0.1: whoever reaches the port reaches the server

Examples:
  npx scimkit replay session.json --url http://localhost:3000/scim/v2 --token secret
  npx scimkit replay --record recordings --url https://host/scim/v2 --port 8089
`;

export const replayCommand: Command = {
  name: "replay",
  summary: "play recorded requests on a server, or record live ones, masked",
  help: HELP,
  async run(args, terminal) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...CONNECTION_OPTIONS,
        url: { type: "string" },
        domain: { type: "string" },
        json: { type: "boolean" },
        record: { type: "string" },
        port: { type: "string" },
        host: { type: "string" },
      },
    });
    const connection = connectionOf(values.url, values, terminal);
    if (values.record !== undefined) {
      if (positionals.length > 0)
        throw new CommandError("--record plays nothing. Leave the files away, or leave --record away.");
      const port = portOf(values.port ?? "8089");
      return record({ folder: values.record, port, host: values.host ?? "127.0.0.1" }, connection, terminal);
    }
    const found = foundIn(positionals);
    await reach({ connection, fetch: terminal.fetch, signal: terminal.signal });
    const stage = createStage(connection, terminal.fetch, values.domain ?? "example.com", terminal.signal);
    return playAll(found, stage, values.json === true, terminal);
  },
};

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new CommandError(`--port ${text} is no port. Give a number up to 65535.`);
  return port;
}

function foundIn(paths: readonly string[]): Found {
  if (paths.length === 0)
    throw new CommandError("no recording is named. Give a file or a folder, or --record to make one.");
  const found = paths.map((path) => {
    try {
      return findRecordings(path);
    } catch {
      throw new CommandError(`${path} cannot be read. Give a file or a folder with recordings.`);
    }
  });
  const recordings = found.flatMap((one) => one.recordings);
  const others = found.flatMap((one) => one.others);
  if (recordings.length === 0)
    throw new CommandError(
      `there is no recording in ${paths.join(", ")}.${others[0] === undefined ? "" : ` ${others[0]}.`}`,
    );
  const world = found.find((one) => one.world !== undefined)?.world;
  return { recordings, others, ...(world === undefined ? {} : { world }) };
}
