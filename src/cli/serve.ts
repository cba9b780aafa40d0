import { parseArgs } from "node:util";
import { start } from "../../examples/start.ts";
import { nodeHandler } from "../hosts/node.ts";
import { bearerToken, createScim, defineProfile, EnterpriseUserSchema, Group, User } from "../index.ts";
import type { Command } from "./command.ts";
import { profileNames } from "./profile-names.ts";

/** Options by the environment variables that say the same. */
const VARIABLES = {
  host: "HOST",
  port: "PORT",
  "base-url": "SCIM_BASE_URL",
  token: "SCIM_TOKEN",
  profile: "SCIM_PROFILE",
  references: "SCIM_REFERENCES",
  database: "SCIM_DATABASE",
  log: "LOG",
} as const;

const help = `scimkit serve [options]

Serves SCIM 2.0 for users (with the enterprise extension) and groups until it is stopped, and prints lines to try it with.
GET /healthz asks storage. SIGTERM lets the requests at work come to their end.

  --port <number>      where it listens (PORT; default 3000; 0 takes a free one)
  --host <address>     default 127.0.0.1, this machine alone; 0.0.0.0 for all (HOST)
  --base-url <url>     the URL that clients are given, where it is not the one that is listened on (SCIM_BASE_URL)
  --token <secret>     bearer token of 16 characters or more; several with commas (SCIM_TOKEN; default: one is made and printed)
  --profile <name>     whose requests are read how (SCIM_PROFILE; default lenient):
                       ${profileNames(23)}
  --references <how>   check: members must exist; ignore: they need not (SCIM_REFERENCES)
  --database <where>   the path of a SQLite file, postgres://…, or memory (SCIM_DATABASE; default scim.sqlite,
                       and memory where Node is older than 22.16 and has no SQLite)
  --log text|json      a line for each request, and for each fault one with its cause (LOG)

A token among the words of a command can be read by every account of the machine: prefer the variable. PostgreSQL needs the
driver "pg" beside scimkit (npm install pg).

  npx scimkit serve --database memory
  SCIM_TOKEN=a-long-random-secret npx scimkit serve --port 8080 --profile entra
`;

export const serveCommand: Command = {
  name: "serve",
  summary: "serve SCIM from memory, SQLite or PostgreSQL",
  help,
  async run(args, { env }) {
    const { values } = parseArgs({
      args: [...args],
      options: Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, { type: "string" as const }])),
    });
    const given = Object.entries(VARIABLES).flatMap(([name, variable]) =>
      typeof values[name] === "string" ? [[variable, values[name]]] : [],
    );
    await start(
      "node:http",
      ({ baseUrl, token, storage, profile, references, onNotice, onRequest }) =>
        nodeHandler(
          createScim({
            resourceTypes: [User.extend(EnterpriseUserSchema), Group],
            storage,
            baseUrl,
            authenticate: bearerToken(Object.fromEntries([token].flat().map((one) => [one, {}]))),
            profile: defineProfile({ extends: profile, settings: references === "ignore" ? { references } : {} }),
            timeout: 30_000,
            onNotice,
            onRequest,
          }),
        ),
      {
        env: {
          SCIM_DATABASE: hasSqlite(process.versions.node) ? undefined : "memory",
          ...env,
          ...Object.fromEntries(given),
        },
        command: (port) => `npx scimkit serve --port ${port}`,
      },
    );
    // It ends the process itself, when it is told to.
    return new Promise(() => {});
  },
};

/** Whether this Node has the SQLite that `openSqlite` needs. */
function hasSqlite(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 16);
}
