import type { CheckResult, Report } from "../report.ts";
import { toCurl } from "./curl.ts";
import { masked } from "./masked.ts";
import { bySection, groupName, type SectionGroup } from "./sections.ts";
import { LEVEL_WORDS, shownOutcome } from "./words.ts";
import { escaped } from "./xml.ts";

/**
 * A report in the XML that CI servers read as JUnit's: a suite for each section. There a failure is red, so that failures which do not make
 * the verdict, and those that are expected, are skipped tests whose message says so.
 */
export function toJUnit(report: Report): string {
  const suites = bySection(report.results);
  const all = totals(report.results, report);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes({ name: `SCIM 2.0: ${report.target}`, ...all, time: seconds(report.ms) })}>`,
    ...suites.flatMap((suite) => suiteXml(suite, report)),
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteXml(suite: SectionGroup, report: Report): readonly string[] {
  const { results, section } = suite;
  const ms = results.reduce((sum, result) => sum + result.ms, 0);
  const name = groupName(suite) === section ? section : `${section} ${groupName(suite)}`;
  const said = { name, ...totals(results, report), time: seconds(ms), timestamp: report.startedAt };
  return [
    `  <testsuite ${attributes(said)}>`,
    ...results.map((result) => caseXml(result, suite, report)),
    "  </testsuite>",
  ];
}

function caseXml(result: CheckResult, suite: SectionGroup, report: Report): string {
  const said = attributes({
    classname: `scim.${suite.key}`,
    name: `${result.id}: ${result.title}`,
    time: seconds(result.ms),
  });
  const inside = insideXml(result, report);
  return inside === "" ? `    <testcase ${said}/>` : `    <testcase ${said}>${inside}</testcase>`;
}

function insideXml(result: CheckResult, report: Report): string {
  const { failure, level, reason = "" } = result;
  const { label } = LEVEL_WORDS[level];
  const skipped = (message: string): string => `<skipped ${attributes({ message })}/>`;
  switch (shownOutcome(result)) {
    case "passed":
      return "";
    case "skipped":
      return skipped(reason);
    case "blocked":
      return skipped(`could not be tried: ${reason}`);
    case "expected":
      return skipped(`fails as expected until ${result.expected?.until}: ${result.expected?.reason}`);
    case "failed":
      if (!isRed(result, report))
        return `${skipped(`fails, but ${label} makes no verdict here: ${failure?.seen}`)}<system-out>${escaped(storyOf(result))}</system-out>`;
      return `<failure ${attributes({ message: failure?.seen ?? "", type: label })}>${escaped(storyOf(result))}</failure>`;
  }
}

function isRed(result: CheckResult, { decides }: Report): boolean {
  return shownOutcome(result) === "failed" && decides.includes(result.level);
}

/** What a failure is, as plain text. */
function storyOf({ failure, section, requirements }: CheckResult): string {
  if (failure === undefined) return "";
  const last = failure.exchanges.at(-1);
  const shown = last && masked(last);
  return [
    `Seen: ${failure.seen}`,
    `Right: ${failure.right}`,
    `Harm: ${failure.suffers}`,
    `Said in: ${[section, ...requirements].join(", ")}`,
    ...(shown === undefined ? [] : ["", toCurl(shown), "", String(shown.status ?? shown.error), shown.responseBody]),
  ].join("\n");
}

function totals(results: readonly CheckResult[], report: Report): Readonly<Record<string, number>> {
  const failures = results.filter((result) => isRed(result, report)).length;
  const skipped = results.filter((result) => shownOutcome(result) !== "passed").length - failures;
  return { tests: results.length, failures, errors: 0, skipped };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(
      ([name, value]) =>
        `${name}="${escaped(String(value)).replaceAll(/[\r\n\t]/g, (one) => `&#${one.charCodeAt(0)};`)}"`,
    )
    .join(" ");
}
