import { parseArgs } from "node:util";
import { CommandError, type Terminal } from "./command.ts";

export async function optionsOf(args: readonly string[], terminal: Terminal) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { token: { type: "string" }, only: { type: "string", multiple: true } },
  });
  const [baseUrl] = positionals;
  if (baseUrl === undefined) throw new CommandError("say which server: scimkit check https://host/scim/v2 --token …");
  const token = values.token ?? terminal.env.SCIM_TOKEN;
  return {
    baseUrl,
    authorize: async (): Promise<Record<string, string>> =>
      token === undefined ? {} : { authorization: `Bearer ${token}` },
    secrets: token === undefined ? [] : [token],
    only: values.only ?? [],
  };
}
