import { parseArgs } from "node:util";
import type { Level } from "../../checker/check.ts";
import { CLIENTS } from "../../checker/clients/index.ts";
import { LEVELS } from "../../checker/counts.ts";
import { PROFILES } from "../../checker/profiles/index.ts";
import type { CheckProfile } from "../../checker/profiles/profile.ts";
import { nearestHint } from "../../schema/nearest-name.ts";
import { CommandError } from "../command.ts";
import { CONNECTION_OPTIONS } from "../connection.ts";

const FILE = { type: "string" } as const;
const MANY = { type: "string", multiple: true } as const;

const OPTIONS = {
  ...CONNECTION_OPTIONS,
  timeout: FILE,
  rate: FILE,
  "read-only": { type: "boolean", default: false },
  only: MANY,
  as: MANY,
  profile: { type: "string", default: "rfc" },
  template: FILE,
  "group-template": FILE,
  list: { type: "boolean", default: false },
  json: FILE,
  html: FILE,
  junit: FILE,
  sarif: FILE,
  har: FILE,
  badge: FILE,
  sign: FILE,
  verify: FILE,
  key: FILE,
  "expected-failures": FILE,
  compare: FILE,
  "fail-on": MANY,
} as const;

export type CheckOptions = ReturnType<typeof readOptions>;

/** Reads the words behind `scimkit check`. */
export function readOptions(args: readonly string[]) {
  const { values, positionals } = parseArgs({ args: withLoneJson(args), allowPositionals: true, options: OPTIONS });
  const [url, more] = positionals;
  if (more !== undefined) throw new CommandError(`"${more}" is one word too many: give one base URL, and options.`);
  const { profile } = values;
  oneOf("profile", profile, Object.keys(PROFILES));
  const clients = words(values.as);
  for (const client of clients) oneOf("client", client, CLIENTS);
  const failOn = words(values["fail-on"]);
  for (const level of failOn) oneOf("level", level, LEVELS);
  if (values.sign !== undefined && values.json === undefined)
    throw new CommandError("--sign signs what --json writes: give --json report.json too.");
  return {
    values,
    url,
    profile: PROFILES[profile as keyof typeof PROFILES] as CheckProfile,
    clients,
    only: words(values.only),
    timeout: (positive("timeout", values.timeout) ?? 30) * 1000,
    rate: positive("rate", values.rate),
    decides: decisive(failOn as Level[], clients),
  };
}

/** A client that is played is played to know whether it is served. */
function decisive(failOn: readonly Level[], clients: readonly string[]): readonly Level[] {
  if (failOn.length > 0) return LEVELS.filter((level) => failOn.includes(level));
  return clients.length > 0 ? ["must", "client"] : ["must"];
}

/** `--json` may stand without a file, which `parseArgs` does not know. */
function withLoneJson(args: readonly string[]): string[] {
  return args.map((word, index) => {
    const next = args[index + 1];
    return word === "--json" && (next === undefined || /^(?:-.|https?:\/\/)/.test(next)) ? "--json=-" : word;
  });
}

function words(values: readonly string[] | undefined): readonly string[] {
  return (values ?? []).flatMap((value) => value.split(",")).flatMap((word) => (word.trim() === "" ? [] : word.trim()));
}

function oneOf(what: string, word: string, known: readonly string[]): void {
  if (!known.includes(word))
    throw new CommandError(`there is no ${what} "${word}".${nearestHint(known, word)} There are ${known.join(", ")}.`);
}

function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!(number > 0 && Number.isFinite(number)))
    throw new CommandError(`--${name} "${text}" is no number above 0, such as --${name} 10.`);
  return number;
}
