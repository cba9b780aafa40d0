import { createHash } from "node:crypto";
import { LEVELS } from "../../counts.ts";
import type { Report } from "../../report.ts";
import { type Comparison, compareReports } from "../compare.ts";
import { bySection, groupName, type SectionGroup } from "../sections.ts";
import { counted, HOMEPAGE, LEVEL_WORDS, moment, SHOWN_OUTCOMES, shownOutcome } from "../words.ts";
import { type Change, checkView } from "./check-view.ts";
import { html, Markup } from "./markup.ts";
import { failuresView, levelsView, matrixView, verdictView } from "./overview.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";

/** How a page is made. */
export interface HtmlOptions {
  /** A report of the same server from before: what fails newly and what is mended is marked. */
  readonly previous?: Report | undefined;
}

/**
 * A report as one HTML file that needs nothing else: no network, no script to be read. Whatever a server sent is text in it, and its policy
 * lets no script run but its own.
 */
export function toHtml(report: Report, { previous }: HtmlOptions = {}): string {
  const groups = bySection(report.results);
  const comparison = previous && compareReports(previous, report);
  const changes = changesOf(comparison);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="scimkit ${report.tool.version}">
<meta name="referrer" content="no-referrer">
<title>${report.isGood ? "Passed" : "Failed"}: SCIM 2.0 check of ${nameOf(report.target)}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header><div class="masthead"><a class="brand" href="${HOMEPAGE}" rel="noreferrer">scimkit</a><span class="soft">SCIM 2.0 check</span></div></header>
<main>
<h1>${nameOf(report.target)}</h1>
${verdictView(report)}
${comparison && comparisonView(comparison)}
${failuresView(report, changes)}
${levelsView(report)}
${matrixView(groups)}
<h2 id="checks">All checks</h2>
${filtersView(report, groups)}
${groups.map((group) => groupView(group, changes))}
${listView(
  "left-behind",
  "Left behind on the server",
  report.leftOver.map(({ path, name, reason }) => `${path} (${name}): ${reason}`),
)}
${listView(
  "unused",
  "Expected failures that did not come",
  (report.unusedExpectations ?? []).map(({ id, until, reason }) => `${id} (until ${until}): ${reason}`),
)}
${listView("remarks", "Remarks", report.remarks)}
</main>
<footer><div>Made by <a href="${HOMEPAGE}" rel="noreferrer">scimkit</a> ${report.tool.version} on ${moment(report.startedAt)}. Credentials are masked; curl takes the token from <code>$SCIM_TOKEN</code>.</div></footer>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

function policy(): string {
  const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return `default-src 'none'; style-src ${hash(STYLE)}; script-src ${hash(SCRIPT)}; base-uri 'none'; form-action 'none'`;
}

/** Without the scheme, which says nothing to a reader. */
function nameOf(target: string): string {
  return target.replace(/^https?:\/\//, "").replace(/\/$/, "");
}

function changesOf(comparison: Comparison | undefined): ReadonlyMap<string, Change> {
  return new Map([
    ...(comparison?.newlyFailing ?? []).map(({ id }) => [id, "new"] as const),
    ...(comparison?.mended ?? []).map(({ id }) => [id, "mended"] as const),
  ]);
}

function comparisonView({ since, newlyFailing, mended, noLongerTried, added, gone }: Comparison): Markup {
  const said = [
    [newlyFailing.length, "newly failing"],
    [mended.length, "mended"],
    [noLongerTried.length, "no longer tried"],
    [added.length, "new"],
    [gone.length, "gone"],
  ] as const;
  const changed = said.filter(([count]) => count > 0).map(([count, what]) => `${counted(count, "check")} ${what}`);
  return html`<p>Since the run of ${moment(since)}: ${changed.join(", ") || "no change"}.</p>`;
}

function filtersView(report: Report, groups: readonly SectionGroup[]): Markup {
  const pill = (name: string, value: string, label: string): Markup =>
    html`<label class="pill"><input type="checkbox" name="${name}" value="${value}"><span>${label}</span></label>`;
  const outcomes = SHOWN_OUTCOMES.filter((outcome) =>
    report.results.some((result) => shownOutcome(result) === outcome),
  );
  return html`<form id="filters" hidden aria-label="Filters">
<fieldset><legend>Outcome</legend>${outcomes.map((outcome) => pill("outcome", outcome, outcome))}</fieldset>
<fieldset><legend>Level</legend>${LEVELS.map((level) => pill("level", level, LEVEL_WORDS[level].label))}</fieldset>
<div class="row"><input type="search" name="text" placeholder="Search in titles, ids, requests and answers" aria-label="Search">
<select name="section" aria-label="Section"><option value="">All sections</option>${groups.map((group) => html`<option value="${group.key}">${groupName(group)}</option>`)}</select></div>
<div class="row"><output id="shown" class="soft number"></output><button type="button" id="unfold">Unfold all</button><button type="reset">Show all</button></div>
</form>`;
}

function groupView(group: SectionGroup, changes: ReadonlyMap<string, Change>): Markup {
  const source = group.name === "" ? "" : html` <small>${group.section}</small>`;
  return html`<section class="group" id="section-${group.key}"><h3>${groupName(group)}${source}</h3>
${group.results.map((result) => checkView(result, group.key, changes.get(result.id)))}</section>
`;
}

function listView(id: string, title: string, lines: readonly string[]): Markup {
  if (lines.length === 0) return html``;
  return html`<h2 id="${id}">${title}</h2><ul class="plain">${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}
