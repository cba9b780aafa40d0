import type { Check } from "../../checker/check.ts";
import { checks } from "../../checker/checks/index.ts";
import { clientChecks } from "../../checker/clients/index.ts";
import { judgedBy } from "../../checker/profiles/profile.ts";
import { compareReports, toComparison } from "../../checker/report/compare.ts";
import { applyExpected } from "../../checker/report/expected.ts";
import type { CheckExchange } from "../../checker/report/har.ts";
import { InputError } from "../../checker/report/json.ts";
import { liveView } from "../../checker/report/live-view.ts";
import { wantsColor } from "../../checker/report/paint.ts";
import { toSummary } from "../../checker/report/summary.ts";
import type { Report } from "../../checker/report.ts";
import { runChecks } from "../../checker/run-checks.ts";
import { selected } from "../../checker/select.ts";
import { type Command, CommandError, type Terminal } from "../command.ts";
import { connectionOf } from "../connection.ts";
import { reach } from "../reach/reach.ts";
import { VERSION } from "../version.ts";
import { checkHelp } from "./help.ts";
import { type Inputs, readInputs } from "./inputs.ts";
import { listOf } from "./list.ts";
import { type CheckOptions, readOptions } from "./options.ts";
import { checkOutputs, STANDARD_OUTPUT, writeOutputs } from "./outputs.ts";
import { verify } from "./verify.ts";

export const checkCommand: Command = {
  name: "check",
  summary: "try whether a SCIM server does what the RFCs and its clients ask for",
  get help() {
    return checkHelp();
  },
  async run(args, terminal) {
    try {
      return await perform(readOptions(args), terminal);
    } catch (error) {
      throw error instanceof InputError ? new CommandError(error.message) : error;
    }
  },
};

async function perform(options: CheckOptions, terminal: Terminal): Promise<number> {
  const { values } = options;
  if (values.verify !== undefined) return verify(values.verify, values.key, terminal);
  const wanted = checksOf(options);
  if (values.list) {
    terminal.out(listOf(wanted, terminal));
    return 0;
  }
  if (wanted.length === 0)
    throw new CommandError(`no check fits --only ${options.only.join(",")}: scimkit check --list shows all.`);
  const inputs = await readInputs(options);
  await checkOutputs(options);
  const exchanges: CheckExchange[] = [];
  const report = await run(options, wanted, inputs, exchanges, terminal);
  await writeOutputs(options, { report, exchanges, ...inputs }, terminal);
  if (values.json !== STANDARD_OUTPUT) terminal.out(textOf(report, inputs, terminal));
  return statusOf(report, terminal);
}

/** With `--as` the clients that are not played have no say. */
function checksOf({ profile, clients, only }: CheckOptions): readonly Check[] {
  const isAsked = ({ level, clients: named = [] }: Check) =>
    clients.length === 0 || level !== "client" || named.some((client) => clients.includes(client));
  const all = judgedBy(profile, checks).filter(isAsked);
  return selected([...all, ...clients.flatMap((client) => clientChecks(client))], only);
}

async function run(
  options: CheckOptions,
  wanted: readonly Check[],
  { template, groupTemplate, expected }: Inputs,
  exchanges: CheckExchange[],
  terminal: Terminal,
): Promise<Report> {
  const { values, profile, clients, timeout, rate, decides } = options;
  const connection = connectionOf(options.url, values, terminal);
  const { fetch, signal } = terminal;
  await reach({ connection, fetch, timeout, signal });
  const isQuiet = values.json === STANDARD_OUTPUT;
  const view = liveView(isQuiet ? { ...terminal, isTTY: false } : terminal, { total: wanted.length });
  try {
    const report = await runChecks({
      baseUrl: connection.baseUrl,
      authorize: () => connection.headers(),
      secrets: connection.secrets,
      checks: wanted,
      fetch,
      signal,
      timeout,
      rate,
      template,
      groupTemplate,
      decides,
      clients,
      profile: profile.name,
      isReadOnly: values["read-only"],
      version: VERSION,
      onStart: (check) => view.started(check),
      onResult: (result) => view.finished(result),
      ...(values.har === undefined ? {} : { onExchange: (one) => void exchanges.push(one) }),
    });
    return expected === undefined ? report : applyExpected(report, expected, new Date());
  } finally {
    view.end();
  }
}

function textOf(report: Report, { previous }: Inputs, terminal: Terminal): string {
  const style = { color: wantsColor(terminal), columns: terminal.columns };
  const compared = previous === undefined ? "" : `\n${toComparison(compareReports(previous, report), style)}`;
  return toSummary(report, style) + compared;
}

function statusOf({ isGood, isStopped }: Report, { signal }: Terminal): number {
  if (signal.aborted) return 130;
  if (isStopped) return 2;
  return isGood ? 0 : 1;
}
