import { CommandError, type Terminal } from "./command.ts";
import { networkFault } from "./reach/network-fault.ts";

/** What `parseArgs` is told about the options by which a command reaches a server. */
export const CONNECTION_OPTIONS = {
  token: { type: "string" },
  header: { type: "string", multiple: true },
  "oauth-client": { type: "string" },
  "oauth-token-url": { type: "string" },
  "oauth-scope": { type: "string" },
} as const;

/** Their lines in the help of a command. */
export const CONNECTION_HELP = `  --token <token>           sent as "Authorization: Bearer <token>"; SCIM_TOKEN does the same and stays out of the history of the shell
  --header "Name: value"    sent with each request, as often as needed; an Authorization of your own instead of --token
  --oauth-client <id:secret>
                            asks --oauth-token-url for a token by client credentials; the secret alone can stand in SCIM_OAUTH_SECRET
  --oauth-token-url <url>   where
  --oauth-scope <scope>     with this scope
`;

/** What `parseArgs` made of them. */
export interface ConnectionValues {
  readonly token?: string | undefined;
  readonly header?: readonly string[] | undefined;
  readonly "oauth-client"?: string | undefined;
  readonly "oauth-token-url"?: string | undefined;
  readonly "oauth-scope"?: string | undefined;
}

/** How a server is reached. */
export interface Connection {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** What goes with each request, by names in lower case; asks for a token where there is none that is still good. */
  headers(): Promise<Readonly<Record<string, string>>>;
  /** What must not be written down: tokens and the values of headers. Grows with each token that is fetched. */
  readonly secrets: ReadonlySet<string>;
}

/** Reads the options; `scimkit replay --url` and `scimkit check <url>` name what is missing otherwise. */
export function connectionOf(
  url: string | undefined,
  values: ConnectionValues,
  { env, fetch }: Pick<Terminal, "env" | "fetch">,
): Connection {
  const baseUrl = baseUrlOf(url);
  const secrets = new Set<string>();
  const fixed: Record<string, string> = {};
  for (const line of values.header ?? []) {
    const [name, value] = headerOf(line);
    fixed[name] = value;
    secrets.add(value);
  }
  const client = values["oauth-client"];
  if (client !== undefined) {
    const bearer = clientCredentials(client, values, env, fetch, secrets);
    return { baseUrl, secrets, headers: async () => ({ authorization: await bearer(), ...fixed }) };
  }
  const token = values.token ?? env.SCIM_TOKEN;
  if (token !== undefined && token !== "" && fixed.authorization === undefined) {
    // Pasted with its scheme, which people do, it would be sent with two.
    const bare = token.trim().replace(/^Bearer\s+/i, "");
    secrets.add(bare);
    fixed.authorization = `Bearer ${bare}`;
  }
  return { baseUrl, secrets, headers: async () => fixed };
}

function baseUrlOf(url: string | undefined): string {
  if (url === undefined || url === "")
    throw new CommandError("no server is named. Give its base URL, e.g. https://host/scim/v2.");
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
    throw new CommandError(
      `"${url}" is no URL of a server. It begins with https:// or http://, e.g. https://host/scim/v2.`,
    );
  if (parsed.search !== "" || parsed.hash !== "")
    throw new CommandError(
      `"${url}" has more than a base URL has. Leave away what begins with ${parsed.search === "" ? "#" : "?"}.`,
    );
  if (parsed.username !== "" || parsed.password !== "")
    throw new CommandError('the URL has a name and a password in it. Send them as --header "Authorization: Basic …".');
  return url.replace(/\/+$/, "");
}

function headerOf(line: string): [name: string, value: string] {
  const [, name, value] = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
  if (name === undefined || value === undefined)
    throw new CommandError(`--header "${line.split(/[\s=]/)[0]}…" is no header. Write it as --header "Name: value".`);
  return [name.toLowerCase(), value];
}

/** A token for half a minute more at least. @see RFC 6749 §4.4 */
function clientCredentials(
  client: string,
  values: ConnectionValues,
  env: Terminal["env"],
  fetch: Terminal["fetch"],
  secrets: Set<string>,
): () => Promise<string> {
  const url = values["oauth-token-url"];
  if (url === undefined || !URL.canParse(url))
    throw new CommandError("--oauth-client needs --oauth-token-url, the URL that gives out tokens.");
  const [, id, secret = env.SCIM_OAUTH_SECRET] = /^([^:]*)(?::(.*))?$/s.exec(client) ?? [];
  if (id === undefined || secret === undefined)
    throw new CommandError("--oauth-client has no secret. Write id:secret, or set SCIM_OAUTH_SECRET.");
  secrets.add(secret);
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  if (values["oauth-scope"] !== undefined) form.set("scope", values["oauth-scope"]);
  const basic = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  let current: { readonly bearer: string; readonly until: number } | undefined;
  return async () => {
    if (current !== undefined && Date.now() < current.until) return current.bearer;
    const { token, seconds } = await askForToken(fetch, url, basic, form);
    secrets.add(token);
    current = { bearer: `Bearer ${token}`, until: Date.now() + (seconds - 30) * 1000 };
    return current.bearer;
  };
}

async function askForToken(
  fetch: Terminal["fetch"],
  url: string,
  basic: string,
  form: URLSearchParams,
): Promise<{ readonly token: string; readonly seconds: number }> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(basic)}`, accept: "application/json" },
    body: form,
  }).catch((error: unknown) => {
    throw new CommandError(`no token could be had: ${networkFault(error, new URL(url))}.`);
  });
  const body = (await answer.json().catch(() => undefined)) as
    | { readonly access_token?: unknown; readonly expires_in?: unknown; readonly error?: unknown }
    | undefined;
  if (typeof body?.access_token !== "string")
    throw new CommandError(
      `${url} gave no token: ${answer.status}${typeof body?.error === "string" ? ` ${body.error}` : ""}. Look at --oauth-client and --oauth-scope.`,
    );
  return { token: body.access_token, seconds: Number(body.expires_in ?? 300) || 300 };
}
