import { clientName } from "../clients/names.ts";
import { countsOf, LEVELS } from "../counts.ts";
import type { Exchange } from "../exchange.ts";
import type { CheckResult, Report } from "../report.ts";
import { toCurl } from "./curl.ts";
import { indented } from "./indented.ts";
import { masked } from "./masked.ts";
import { type Paint, paint } from "./paint.ts";
import { failuresOf, verdictOf } from "./verdict.ts";
import { visible } from "./visible.ts";
import { wrapped } from "./width.ts";
import { counted, duration, LEVEL_WORDS, listed, SHOWN_OUTCOMES, shownOutcome } from "./words.ts";

/** How a summary is written. */
export interface SummaryOptions {
  /** Whether with ANSI colours. Default `false`. */
  readonly color?: boolean;
  /** Width of the terminal. Default 80. */
  readonly columns?: number;
}

/**
 * A report as text: each failure with what was seen, what is right, who suffers, and the request as curl; then what was left behind, the
 * remarks, and at the end, where a terminal shows it, the verdict.
 */
export function toSummary(report: Report, { color = false, columns = 80 }: SummaryOptions = {}): string {
  const width = Math.max(40, Math.min(columns, 100));
  const style = { width, paints: paint(color) };
  const failures = failuresOf(report);
  const sections = [
    ...failures.map((result) => failureText(result, style)),
    expectedText(report, style),
    blockedText(report, style),
    list(
      "Left behind on the server",
      report.leftOver.map(({ path, name, reason }) => `${path} ${name}: ${reason}`),
      style,
    ),
    list("Remarks", report.remarks, style),
    conclusion(report, style),
  ];
  return `${sections.filter((text) => text !== "").join("\n\n")}\n`;
}

interface Style {
  readonly width: number;
  readonly paints: Paint;
}

function failureText(result: CheckResult, style: Style): string {
  const { bold, red } = style.paints;
  const { failure, requirements, section, level, clients, expected } = result;
  const where = [section, ...requirements].map(visible).join(", ");
  const expired = expected?.isExpired ? `was expected until ${expected.until}: ${expected.reason}` : "";
  return [
    `${red("✗")} ${bold(visible(result.id))}  ${LEVEL_WORDS[level].label}`,
    `  ${wrapped(visible(result.title), style.width - 2, "  ")}`,
    field("Seen", failure?.seen, style),
    field("Right", failure?.right, style),
    field("Harm", failure?.suffers, style),
    field("Said in", where, style),
    field("Needed by", listed(clients.map(clientName)), style),
    field("Expired", expired, style),
    exchangesText(failure?.exchanges ?? [], style),
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function field(name: string, text: string | undefined, { width, paints }: Style): string {
  if (text === undefined || text === "") return "";
  return `  ${paints.dim(name.padEnd(9))} ${wrapped(visible(text), width - 12, " ".repeat(12))}`;
}

/** The telling exchange whole, those before it in a line each. */
function exchangesText(exchanges: readonly Exchange[], { paints }: Style): string {
  const last = exchanges.at(-1);
  if (last === undefined) return "";
  const shown = masked(last);
  const before = exchanges.slice(0, -1).map(masked);
  const lines = [
    "",
    ...before.map((one) => paints.dim(`# ${one.method} ${visible(one.url)} was answered ${one.status ?? one.error}`)),
    ...visible(toCurl(shown)).split("\n"),
    ...answerText(shown).map((line) => paints.dim(line === "" ? "<" : `< ${line}`)),
  ];
  return lines.map((line) => (line === "" ? "" : `  ${line}`)).join("\n");
}

const TELLING_HEADERS = ["content-type", "location", "etag", "www-authenticate", "retry-after"];
const MOST_LINES = 30;

function answerText({ status, error, responseHeaders, responseBody, ms }: Exchange): readonly string[] {
  if (status === undefined) return [`no answer: ${visible(error ?? "unknown reason")}`];
  const headers = Object.entries(responseHeaders).filter(([name]) => TELLING_HEADERS.includes(name.toLowerCase()));
  const body = responseBody === "" ? [] : visible(indented(responseBody)).split("\n");
  const rest = body.length - MOST_LINES;
  return [
    `${status} (${duration(ms)})`,
    ...headers.map(([name, value]) => visible(`${name}: ${value}`)),
    ...body.slice(0, MOST_LINES),
    ...(rest > 0 ? [`… ${counted(rest, "more line")}`] : []),
  ];
}

function expectedText({ results, unusedExpectations = [] }: Report, style: Style): string {
  const expected = results.filter((result) => shownOutcome(result) === "expected");
  const unused = unusedExpectations.map(({ id, until }) => {
    const result = results.find((one) => one.id === id);
    const now =
      result === undefined
        ? "no check of this name ran"
        : `it ${result.outcome === "passed" ? "passes now" : `was ${result.outcome}`}`;
    return `${id} (until ${until}): ${now}; take it off the list.`;
  });
  return [
    list(
      "Failures that are expected",
      expected.map(({ id, expected: why }) => `${id} until ${why?.until}: ${why?.reason}`),
      style,
    ),
    list("Expected failures that did not come", unused, style),
  ]
    .filter((text) => text !== "")
    .join("\n\n");
}

/** By reason, as one failure may stop many. */
function blockedText({ results }: Report, style: Style): string {
  const reasons = new Map<string, string[]>();
  for (const { outcome, id, reason = "what they need failed" } of results)
    if (outcome === "blocked") reasons.set(reason, [...(reasons.get(reason) ?? []), id]);
  return list(
    "Could not be tried",
    [...reasons].map(([reason, ids]) => `${reason.replace(/\.$/, "")}: ${listed(ids, 6)}`),
    style,
  );
}

function list(title: string, lines: readonly string[], { width, paints }: Style): string {
  if (lines.length === 0) return "";
  return [paints.bold(title), ...lines.map((line) => `  - ${wrapped(visible(line), width - 4, "    ")}`)].join("\n");
}

function conclusion(report: Report, style: Style): string {
  const { bold, green, red, dim } = style.paints;
  const { headline, sentences } = verdictOf(report);
  const { tool, target, profile, ms, requests, clients } = report;
  const played = clients.length === 0 ? "" : `, as ${listed(clients.map(clientName))}`;
  const facts = `scimkit ${tool.version}, profile ${profile}${played}: ${counted(requests, "request")} in ${duration(ms)}`;
  return [
    bold(visible(target)),
    dim(visible(facts)),
    "",
    ...countsTable(report, style),
    "",
    wrapped(visible(sentences.join(" ")), style.width),
    "",
    bold((report.isGood ? green : red)(`${report.isGood ? "✓" : "✗"} ${headline}`)),
  ].join("\n");
}

function countsTable({ results }: Report, { paints }: Style): readonly string[] {
  const shown = SHOWN_OUTCOMES.filter((outcome) => results.some((result) => shownOutcome(result) === outcome));
  const rows = LEVELS.map((level) => {
    const counts = countsOf(results.filter((result) => result.level === level));
    const cells = shown.map((outcome) => {
      const text = String(counts[outcome] || "·").padStart(outcome.length + 2);
      return outcome === "failed" && counts.failed > 0 ? paints.red(text) : text;
    });
    return `${LEVEL_WORDS[level].label.padEnd(8)}${cells.join("")}`;
  });
  return [
    paints.dim(`${"".padEnd(8)}${shown.map((outcome) => outcome.padStart(outcome.length + 2)).join("")}`),
    ...rows,
  ];
}
