import { parseArgs } from "node:util";
import { isScimError } from "../../error.ts";
import type { Filter } from "../../filter/ast.ts";
import { parseFilter } from "../../filter/parser.ts";
import { printFilter } from "../../filter/print.ts";
import { resolveFilter } from "../../filter/resolve.ts";
import { LOOKED_UP } from "../../schema/core/directory.ts";
import { EnterpriseUserSchema } from "../../schema/core/enterprise-user.ts";
import { Group } from "../../schema/core/group.ts";
import { User } from "../../schema/core/user.ts";
import { compileResourceType } from "../../schema/resource-type.ts";
import { DIALECTS } from "../../storage/sql/dialect/find.ts";
import { shownSearch } from "../../storage/sql/own/search.ts";
import { type Command, CommandError, type Terminal } from "../command.ts";
import { tokensOf } from "./tokens.ts";
import { treeOf } from "./tree.ts";
import { inWords } from "./words.ts";

const TYPES = { User: User.extend(EnterpriseUserSchema), Group };

const help = `scimkit filter '<filter>' [--type User|Group] [--index <path>]… [--json]

Reads a filter as a server by scimkit does and shows what it found: the tokens, the tree, what is asked for in words, the
canonical text, and the SQL by which scimkit/sql finds it on each database. A filter that is wrong is shown with a caret
under the place, and the exit status is 1.

  --type User|Group   whose attributes it names (default User, with the enterprise extension)
  --index <path>      an attribute that has an index (the option \`indexed\` of sqlStorage), for the SQL; may be repeated.
                      Default: those that sqlStorage makes unless it is told otherwise
  --json              the same as JSON

Put the filter in single quotes, as it has double ones. PowerShell wants the inner quotes doubled.

  npx scimkit filter 'userName eq "ada@example.com"'
  npx scimkit filter 'emails[type eq "work" and value co "@example.com"]' --index emails.value
  npx scimkit filter 'displayName sw "Sales"' --type Group
`;

export const filterCommand: Command = {
  name: "filter",
  summary: "show how a filter is read: tokens, tree, words, SQL",
  help,
  async run(args, terminal) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        type: { type: "string", default: "User" },
        index: { type: "string", multiple: true, default: [] },
        json: { type: "boolean", default: false },
      },
    });
    const [text, ...more] = positionals;
    if (text === undefined) throw new CommandError(`there is no filter; type: npx scimkit filter 'userName eq "ada"'`);
    if (more.length > 0)
      throw new CommandError(
        `the filter came as ${positionals.length} words: put all of it in one pair of single quotes.`,
      );
    const definition = TYPES[values.type as keyof typeof TYPES];
    if (definition === undefined) throw new CommandError(`--type is User or Group, and not "${values.type}".`);
    try {
      show(text, definition, values, terminal);
      return 0;
    } catch (error) {
      if (!isScimError(error)) throw error;
      if (values.json) terminal.out(`${JSON.stringify({ error: error.toJSON() }, null, 2)}\n`);
      else terminal.error(`${error.scimType ?? "error"}: ${error.message}\n`);
      return 1;
    }
  },
};

interface Shown {
  readonly index: readonly string[];
  readonly json: boolean;
}

function show(
  text: string,
  definition: (typeof TYPES)[keyof typeof TYPES],
  { index, json }: Shown,
  terminal: Terminal,
): void {
  const type = compileResourceType(definition);
  const parsed: Filter<string> = parseFilter(text);
  const resolved = resolveFilter(parsed, type);
  const canonical = printFilter(parsed);
  const tokens = tokensOf(text);
  const indexed = index.length > 0 ? index : LOOKED_UP.filter((path) => type.resolve(path) !== undefined);
  const searches = DIALECTS.map((dialect) => ({
    dialect: dialect.name,
    ...shownSearch(dialect, type, resolved, indexed),
  }));
  if (json) {
    const sql = searches.map(({ dialect, text: statement, parameters, isExact }) => ({
      dialect,
      statement,
      parameters,
      isExact,
    }));
    terminal.out(`${JSON.stringify({ tokens, tree: parsed, words: inWords(resolved), canonical, sql }, null, 2)}\n`);
    return;
  }
  const parts = [
    ["Tokens", tokens.map(({ type: kind, text: image }) => `${kind.padEnd(20)} ${image}`).join("\n")],
    ["Tree", treeOf(parsed)],
    ["In words", `${type.name}s where ${inWords(resolved)}.`],
    ["Canonical", canonical],
    ...searches.map(({ dialect, text: statement, parameters, isExact }) => [
      `SQL, ${dialect}`,
      `${statement}\nparameters: ${JSON.stringify(parameters)}${isExact ? "" : "\nSQL cannot express all of it: what is found is looked at once more."}`,
    ]),
  ];
  terminal.out(parts.map(([title, body = ""]) => `${title}\n${body.replaceAll(/^/gm, "  ")}\n`).join("\n"));
}
