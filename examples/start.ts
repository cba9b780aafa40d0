import type { RequestListener } from "node:http";
import type { StorageAdapter } from "scimkit";
import { close, listen } from "./listen.ts";
import { readSettings, SettingError, type Settings } from "./settings.ts";
import { openStorage } from "./storage.ts";

/** Serves an example until SIGINT or SIGTERM; what cannot be served is said in one line, with exit code 1. */
export async function start(
  name: string,
  applicationOf: (settings: Settings & { baseUrl: string; storage: StorageAdapter }) => RequestListener,
): Promise<void> {
  try {
    const settings = readSettings(process.env);
    const { storage, description, close: closeStorage } = await openStorage(settings.database);
    const application = (baseUrl: string) => applicationOf({ ...settings, baseUrl, storage });
    const { server, baseUrl } = await listen(settings.port, application);
    console.log(greeting(`${name}, ${description}`, baseUrl, settings));
    let isStopping = false;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, async () => {
        // A terminal sends Ctrl-C to npm and to us, and npm's script hands it on: once is enough.
        if (isStopping) return;
        isStopping = true;
        await close(server);
        await closeStorage();
        console.log("Stopped.");
        process.exit(0);
      });
    }
  } catch (error) {
    console.error(problemOf(error));
    process.exit(1);
  }
}

function problemOf(error: unknown): string {
  if (error instanceof SettingError) return error.message;
  const { code, port } = error as { code?: string; port?: number };
  if (code === "EADDRINUSE")
    return `Port ${port} is in use. Stop what listens there, or choose another: PORT=${Number(port) + 1} npm start`;
  if (code === "EACCES")
    return `Port ${port} may not be used by this account. Choose one above 1023: PORT=3000 npm start`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** A token of the user's own is not shown: the lines to try read it from the shell. */
function greeting(name: string, baseUrl: string, { token, isTokenGenerated, profile, references }: Settings): string {
  const authorization = `-H "Authorization: Bearer ${isTokenGenerated ? token : "$SCIM_TOKEN"}"`;
  const json = `-H "Content-Type: application/scim+json"`;
  const ada = JSON.stringify({ schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: "ada@example.com" });
  return [
    `SCIM 2.0 by scimkit on ${name}.`,
    "",
    `  Base URL    ${baseUrl}`,
    `  Token       ${isTokenGenerated ? `${token}  (made for this run; set SCIM_TOKEN to choose one)` : "as in SCIM_TOKEN"}`,
    `  Profile     ${profile}  (SCIM_PROFILE=interop|strict|entra|…)`,
    `  References  ${references}  (SCIM_REFERENCES=check|ignore)`,
    "  Database    (SCIM_DATABASE=memory|postgres://…|a file)",
    "",
    `Try in another shell${isTokenGenerated ? "" : ", with SCIM_TOKEN set there too"}; Ctrl-C stops the server:`,
    "",
    `curl -sS ${authorization} ${json} -d '${ada}' ${baseUrl}/Users`,
    `curl -sS ${authorization} -G --data-urlencode 'filter=userName eq "ada@example.com"' ${baseUrl}/Users`,
    `curl -sS ${authorization} ${baseUrl}/Groups`,
    "",
  ].join("\n");
}
