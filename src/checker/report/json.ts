import type { Exchange } from "../exchange.ts";
import type { CheckResult, Failure, Report } from "../report.ts";
import { masked } from "./masked.ts";

/** A text that was given cannot be used: in one sentence, what is wrong with it. */
export class InputError extends Error {}

/**
 * A report as JSON, as docs/checker-report.schema.json describes it. The same report is the same text, whoever made the object: members
 * come in the order of the schema, and none that is not in it.
 */
export function toJson(report: Report): string {
  const { version, tool, target, startedAt, ms, requests, isStopped, isReadOnly, profile, clients, run } = report;
  const { decides, summary, isGood, results, leftOver, remarks, unusedExpectations } = report;
  const counts = Object.fromEntries(
    (["must", "should", "client", "option"] as const).map((level) => {
      const { passed, failed, blocked, skipped, expected } = summary[level];
      return [level, { passed, failed, blocked, skipped, expected }];
    }),
  );
  const text = {
    version,
    tool: { name: tool.name, version: tool.version },
    target,
    startedAt,
    ms,
    requests,
    isStopped,
    isReadOnly,
    profile,
    clients,
    run,
    decides,
    summary: counts,
    isGood,
    results: results.map(resultJson),
    leftOver: leftOver.map(({ path, name, reason }) => ({ path, name, reason })),
    remarks,
    unusedExpectations: unusedExpectations?.map(({ id, reason, until }) => ({ id, reason, until })),
  };
  return `${JSON.stringify(text, null, 2)}\n`;
}

/** The report that `toJson` wrote. */
export function readReport(text: string): Report {
  const value = parsed(text);
  if (value?.version !== undefined && value.version !== 1)
    throw new InputError(
      `The report is of version ${String(value.version)}, and this scimkit reads version 1: use the scimkit that wrote it.`,
    );
  if (value?.version !== 1 || !Array.isArray(value.results) || !Array.isArray(value.decides))
    throw new InputError("This is no report of scimkit: give the file that `scimkit check --json` wrote.");
  return value as Report;
}

function parsed(text: string): Partial<Record<keyof Report, unknown>> | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function resultJson(result: CheckResult): object {
  const { id, title, level, requirements, section, clients, outcome, ms, requests, reason, notes, failure, expected } =
    result;
  return {
    id,
    title,
    level,
    requirements,
    section,
    clients,
    outcome,
    ms,
    requests,
    reason,
    notes,
    failure: failure && failureJson(failure),
    expected: expected && { reason: expected.reason, until: expected.until, isExpired: expected.isExpired },
  };
}

function failureJson({ seen, right, suffers, exchanges }: Failure): object {
  return { seen, right, suffers, exchanges: exchanges.map((one) => exchangeJson(masked(one))) };
}

function exchangeJson(exchange: Exchange): object {
  const { method, url, requestHeaders, requestBody, status, responseHeaders, responseBody, error, at, ms } = exchange;
  return { method, url, requestHeaders, requestBody, status, responseHeaders, responseBody, error, at, ms };
}
