import type { RequestListener } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { ScimOptions, StorageAdapter } from "scimkit";
import { withHealth } from "./health.ts";
import { listen } from "./listen.ts";
import { createLog } from "./log.ts";
import { readSettings, SettingError, type Settings } from "./settings.ts";
import { openStorage } from "./storage.ts";

/** What an example makes its application of. */
export interface StartOptions extends Settings, Required<Pick<ScimOptions, "onNotice" | "onRequest">> {
  readonly baseUrl: string;
  readonly storage: StorageAdapter;
}

/** Where the settings come from, and what is typed to start on another port. */
export interface StartFrom {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly command?: (port: number) => string;
}

/** Serves an example until SIGINT or SIGTERM; what cannot be served is said in one line, with exit code 1. */
export async function start(
  name: string,
  applicationOf: (options: StartOptions) => RequestListener,
  { env = process.env, command = (port) => `PORT=${port} npm start` }: StartFrom = {},
): Promise<void> {
  try {
    const settings = readSettings(env);
    const log = createLog(settings.log);
    const { storage, description, close: closeStorage } = await openStorage(settings.database, log);
    const { onNotice, onRequest } = log;
    let isStopping = false;
    const health = { storage, log, isStopping: () => isStopping };
    const application = (baseUrl: string) =>
      withHealth(health, applicationOf({ ...settings, baseUrl, storage, onNotice, onRequest }));
    const { baseUrl, stop } = await listen(settings.port, application, settings);
    const isText = settings.log === "text";
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, async () => {
        // A terminal sends Ctrl-C to npm and to us, and npm's script hands it on: once is enough.
        if (isStopping) return;
        isStopping = true;
        const cut = await stop();
        if (cut > 0) log.say("warn", "Requests were cut, because they took longer than a stop may.", { requests: cut });
        // A statement of a request that was cut may hold its connection.
        await Promise.race([closeStorage(), delay(1000)]);
        if (isText) console.log("Stopped.");
        else log.say("info", "Stopped.");
        process.exit(0);
      });
    }
    // Last of all: whoever reads it may send a signal at once.
    if (isText) console.log(greeting(`${name}, ${description}`, baseUrl, settings));
    else log.say("info", "Listening.", startOf(name, description, baseUrl, settings));
  } catch (error) {
    console.error(problemOf(error, command));
    process.exit(1);
  }
}

/** What a log says of the start. A token is in it only where nobody could know it otherwise. */
function startOf(name: string, description: string, baseUrl: string, settings: Settings) {
  const { profile, references, isTokenGenerated, token } = settings;
  return {
    example: name,
    storage: description,
    baseUrl,
    profile,
    references,
    ...(isTokenGenerated ? { token: token[0] } : {}),
  };
}

function problemOf(error: unknown, command: (port: number) => string): string {
  if (error instanceof SettingError) return error.message;
  const { code, port } = error as { code?: string; port?: number };
  if (code === "EADDRINUSE")
    return `Port ${port} is in use. Stop what listens there, or choose another: ${command(Number(port) + 1)}`;
  if (code === "EACCES") return `Port ${port} may not be used by this account. Choose one above 1023: ${command(3000)}`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND" || code === "EAI_AGAIN")
    return "HOST is no address of this machine. Take 127.0.0.1, or 0.0.0.0 for all.";
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** A token of the user's own is not shown: the lines to try read it from the shell. */
function greeting(name: string, baseUrl: string, settings: Settings): string {
  const { token, isTokenGenerated, profile, references, host, publicUrl } = settings;
  const known = token.length > 1 ? `\${SCIM_TOKEN%%,*}` : "$SCIM_TOKEN";
  const authorization = `-H "Authorization: Bearer ${isTokenGenerated ? token[0] : known}"`;
  const json = `-H "Content-Type: application/scim+json"`;
  const ada = JSON.stringify({ schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: "ada@example.com" });
  const isForAll = publicUrl === undefined && (host === "0.0.0.0" || host === "::");
  return [
    `SCIM 2.0 by scimkit on ${name}.`,
    "",
    `  Base URL    ${baseUrl}${isForAll ? "  (set SCIM_BASE_URL to what clients see)" : ""}`,
    `  Token       ${isTokenGenerated ? `${token[0]}  (made for this run; set SCIM_TOKEN to choose one)` : "as in SCIM_TOKEN"}`,
    `  Profile     ${profile}  (SCIM_PROFILE=lenient|strict|entra|…)`,
    `  References  ${references}  (SCIM_REFERENCES=check|ignore)`,
    "  Database    (SCIM_DATABASE=memory|postgres://…|a file)",
    "  Log         a line for each request  (LOG=text|json); GET /healthz asks storage",
    "",
    `Try in another shell${isTokenGenerated ? "" : ", with SCIM_TOKEN set there too"}; Ctrl-C stops the server:`,
    "",
    `curl -sS ${authorization} ${json} -d '${ada}' ${baseUrl}/Users`,
    `curl -sS ${authorization} -G --data-urlencode 'filter=userName eq "ada@example.com"' ${baseUrl}/Users`,
    `curl -sS ${authorization} ${baseUrl}/Groups`,
    "",
  ].join("\n");
}
