import type { Level } from "../check.ts";
import { clientName } from "../clients/names.ts";
import type { CheckResult, Report } from "../report.ts";
import { toCurl } from "./curl.ts";
import { masked } from "./masked.ts";
import { linkOf } from "./sections.ts";
import { HOMEPAGE, LEVEL_WORDS, listed } from "./words.ts";

const LEVEL: Readonly<Record<Level, "error" | "warning" | "note">> = {
  must: "error",
  should: "warning",
  client: "note",
  option: "warning",
};

/**
 * A report as SARIF 2.1.0, for code scanning. Every check is a rule, every failure a result; those that are expected are suppressed. A
 * server has no source file to point to, and code scanning takes no result without one and no URL: the location is the path of the base URL.
 */
export function toSarif(report: Report): string {
  const rules = new Map(report.results.map((result, index) => [result.id, index]));
  const results = report.results.filter(({ outcome }) => outcome === "failed");
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "scimkit",
            version: report.tool.version,
            semanticVersion: report.tool.version,
            informationUri: HOMEPAGE,
            rules: report.results.map(ruleOf),
          },
        },
        automationDetails: { id: `scimkit/${report.profile}/` },
        invocations: [
          {
            executionSuccessful: !report.isStopped,
            startTimeUtc: report.startedAt,
            endTimeUtc: new Date(Date.parse(report.startedAt) + report.ms).toISOString(),
          },
        ],
        columnKind: "utf16CodeUnits",
        results: results.map((result) => resultOf(result, rules.get(result.id) ?? -1, report)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf({ id, title, level, section, requirements, clients }: CheckResult): object {
  const link = linkOf(section);
  const needed = clients.length === 0 ? "" : ` Needed by ${listed(clients.map(clientName))}.`;
  const said = [section, ...requirements].join(", ");
  const meaning = `${LEVEL_WORDS[level].label}: ${LEVEL_WORDS[level].meaning}${needed}`;
  return {
    id,
    name: id,
    shortDescription: { text: title },
    fullDescription: { text: `${title} ${meaning}` },
    help: {
      text: `${title}\n\n${meaning}\n\nSaid in ${said}.`,
      markdown: `**${markdown(title)}**\n\n${markdown(meaning)}\n\nSaid in ${link === undefined ? markdown(said) : `[${markdown(said)}](${link})`}.`,
    },
    ...(link === undefined ? {} : { helpUri: link }),
    defaultConfiguration: { level: LEVEL[level] },
    properties: { tags: ["scim", level, section] },
  };
}

function resultOf({ id, level, failure, expected }: CheckResult, ruleIndex: number, { target }: Report): object {
  const last = failure?.exchanges.at(-1);
  const shown = last && masked(last);
  const text = [
    `Seen: ${failure?.seen}`,
    `Right: ${failure?.right}`,
    `Harm: ${failure?.suffers}`,
    ...(shown === undefined ? [] : [`Request: ${toCurl(shown)}`, `Answer: ${shown.status ?? shown.error}`]),
  ].join("\n");
  const isExcused = expected !== undefined && !expected.isExpired;
  return {
    ruleId: id,
    ruleIndex,
    level: LEVEL[level],
    kind: "fail",
    message: { text },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: pathOf(target) },
          region: { startLine: 1 },
        },
        logicalLocations: [{ fullyQualifiedName: shown === undefined ? target : `${shown.method} ${shown.url}` }],
      },
    ],
    partialFingerprints: { "scimkitCheck/v1": id },
    ...(isExcused
      ? {
          suppressions: [
            { kind: "external", status: "accepted", justification: `${expected.reason} (until ${expected.until})` },
          ],
        }
      : {}),
  };
}

/** A relative reference that says which server it is, as far as one can. */
function pathOf(target: string): string {
  return URL.canParse(target) ? new URL(target).pathname.replace(/^\/+|\/+$/g, "") || "scim" : "scim";
}

function markdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>|]/g, (one) => `\\${one}`);
}
