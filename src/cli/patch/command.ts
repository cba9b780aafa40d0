import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type ProfileName, profiles } from "../../quirks/profiles.ts";
import { isObject } from "../../schema/value.ts";
import { type Command, CommandError, type Terminal } from "../command.ts";
import { profileNames } from "../profile-names.ts";
import { type Tried, tryPatch } from "./try-patch.ts";

const help = `scimkit patch <resource.json> <patch.json> [--profile <name>] [--json]

Applies a PATCH to a User or a Group and shows what comes of it: the resource, what changed (RFC 6902), which rules read what
no RFC has, and what a server says that goes by the letter (the profile "strict"). No server is asked. Exit status 1 where
the PATCH is refused.

  resource.json       the resource as a server answers it; - for standard input
  patch.json          the body of the PATCH, or the list of its operations alone
  --profile <name>    how it is read (default lenient):
                      ${profileNames(22)}
  --json              the same as JSON

  npx scimkit patch user.json patch.json
  curl -s $URL/Users/42 -H "Authorization: Bearer $SCIM_TOKEN" | npx scimkit patch - patch.json --profile entra
`;

export const patchCommand: Command = {
  name: "patch",
  summary: "show what a PATCH does to a resource",
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { profile: { type: "string", default: "lenient" }, json: { type: "boolean", default: false } },
    });
    const [resourceFile, patchFile, ...more] = positionals;
    if (resourceFile === undefined || patchFile === undefined || more.length > 0)
      throw new CommandError("it takes two files; type: npx scimkit patch resource.json patch.json");
    if (!Object.hasOwn(profiles, values.profile))
      throw new CommandError(`there is no profile "${values.profile}"; there are ${Object.keys(profiles).join(", ")}.`);
    const resource = await readJson(resourceFile, terminal);
    if (!isObject(resource)) throw new CommandError(`${resourceFile} is no JSON object.`);
    const patch = await readJson(patchFile, terminal);
    const wanted = [...new Set([values.profile as ProfileName, "strict" as const])];
    const tried: Tried[] = [];
    for (const profile of wanted) tried.push(await tryPatch(resource, patch, profile));
    if (values.json) terminal.out(`${JSON.stringify(tried, null, 2)}\n`);
    else terminal.out(shown(tried));
    return (tried[0]?.status ?? 500) < 300 ? 0 : 1;
  },
};

async function readJson(file: string, terminal: Terminal): Promise<unknown> {
  const text = await (file === "-" ? terminal.stdin() : readFile(file, "utf8")).catch(
    (error: NodeJS.ErrnoException) => {
      throw new CommandError(`${file} cannot be read (${error.code ?? error.message}).`);
    },
  );
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw new CommandError(`${file} is no JSON: ${(error as Error).message}`);
  }
}

function shown([first, strict]: readonly Tried[]): string {
  if (first === undefined) return "";
  const sections = [
    section(`Under ${first.profile}: ${first.status}`, JSON.stringify(first.body, null, 2) ?? "no body"),
    section("What changed", changesOf(first)),
    section("Rules that read what no RFC has", listed(first.quirks)),
  ];
  if (first.unknown.length > 0) sections.push(section("Left out, as no schema has it", listed(first.unknown)));
  if (strict !== undefined) sections.push(section(`Under strict: ${strict.status}`, difference(first, strict)));
  return sections.join("\n");
}

function section(title: string, body: string): string {
  return `${title}\n${body.replaceAll(/^/gm, "  ")}\n`;
}

function listed(lines: readonly string[]): string {
  return lines.length === 0 ? "none" : lines.join("\n");
}

function changesOf({ changes, members }: Tried): string {
  return listed([
    ...changes.map((one) => JSON.stringify(one)),
    ...members.map(({ attribute, added, removed }) => `${attribute}: ${added} added, ${removed} removed`),
  ]);
}

/** What strict says otherwise. */
function difference(first: Tried, strict: Tried): string {
  const [left, right] = [first, strict].map(({ body }) => JSON.stringify(withoutMeta(body)));
  return left === right && first.status === strict.status
    ? "the same"
    : (JSON.stringify(strict.body, null, 2) ?? "no body");
}

/** Times and versions differ from run to run. */
function withoutMeta(body: unknown): unknown {
  if (!isObject(body)) return body;
  const { meta: _, ...rest } = body;
  return rest;
}
