import { parseArgs } from "node:util";
import type { Terminal } from "../command.ts";
import { CONNECTION_OPTIONS, connectionOf } from "../connection.ts";

export function optionsOf(args: readonly string[], terminal: Terminal) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { ...CONNECTION_OPTIONS, only: { type: "string", multiple: true } },
  });
  const { baseUrl, headers, secrets } = connectionOf(positionals[0], values, terminal);
  return { baseUrl, authorize: headers, secrets, only: values.only ?? [] };
}
