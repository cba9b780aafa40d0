import { checks } from "../../checker/checks/index.ts";
import { runChecks } from "../../checker/run-checks.ts";
import { selected } from "../../checker/select.ts";
import type { Command } from "../command.ts";
import { VERSION } from "../version.ts";
import { CHECK_HELP } from "./help.ts";
import { optionsOf } from "./options.ts";

export const checkCommand: Command = {
  name: "check",
  summary: "try whether a SCIM server does what the RFCs and its clients ask for",
  help: CHECK_HELP,
  async run(args, terminal) {
    const { only, ...options } = optionsOf(args, terminal);
    const report = await runChecks({
      ...options,
      checks: selected(checks, only),
      fetch: terminal.fetch,
      signal: terminal.signal,
      version: VERSION,
      onResult: ({ id, outcome, title, reason, failure }) =>
        terminal.out(`${outcome.padEnd(8)} ${id}: ${failure?.seen ?? reason ?? title}\n`),
    });
    for (const remark of report.remarks) terminal.out(`remark   ${remark}\n`);
    for (const { path, name, reason } of report.leftOver) terminal.out(`left     ${path} (${name}): ${reason}\n`);
    terminal.out(`${report.results.length} checks, ${report.requests} requests, ${report.ms} ms\n`);
    return report.isGood ? 0 : 1;
  },
};
