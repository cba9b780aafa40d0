import { clientName } from "../../clients/names.ts";
import { countsOf, LEVELS } from "../../counts.ts";
import type { CheckResult, Report } from "../../report.ts";
import { groupName, linkOf, type SectionGroup } from "../sections.ts";
import { failuresOf, verdictOf } from "../verdict.ts";
import { counted, duration, LEVEL_WORDS, listed, moment, SHOWN_OUTCOMES, type ShownOutcome } from "../words.ts";
import { anchorOf, type Change, changeTag, levelTag, MARKS } from "./check-view.ts";
import { html, type Markup } from "./markup.ts";

/** The verdict and the facts of the run. */
export function verdictView(report: Report): Markup {
  const { headline, sentences } = verdictOf(report);
  const { tool, startedAt, ms, requests, profile, clients, run, isReadOnly } = report;
  const facts = [
    ["Date", moment(startedAt)],
    ["Run", `${counted(requests, "request")} in ${duration(ms)}`],
    ["Judged by", `profile ${profile}${isReadOnly ? ", reading only" : ""}`],
    ...(clients.length === 0 ? [] : [["Played", listed(clients.map(clientName))]]),
    ["Marked by", run],
    ["Tool", `scimkit ${tool.version}`],
  ];
  return html`<div class="verdict ${report.isGood ? "good" : "bad"}">
<p class="headline">${headline}</p>
<p>${sentences[0]}</p>
<p>${sentences.slice(1).join(" ")}</p>
</div>
<dl class="facts">${facts.map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`)}</dl>
`;
}

/** How much of each level is right, as bars. */
export function levelsView({ results, decides }: Report): Markup {
  const rows = LEVELS.map((level) => {
    const counts = countsOf(results.filter((result) => result.level === level));
    const total = SHOWN_OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0);
    const said = SHOWN_OUTCOMES.filter((outcome) => counts[outcome] > 0).map(
      (outcome) => `${counts[outcome]} ${outcome}`,
    );
    const { label, meaning } = LEVEL_WORDS[level];
    const weight = decides.includes(level) ? "" : " It makes no verdict in this run.";
    return html`<li><b>${label}</b> ${total === 0 ? html`<span></span>` : barOf(counts, total)} <span class="number">${said.join(", ") || "none"}</span><small>${meaning}${weight}</small></li>
`;
  });
  return html`<h2 id="levels">How much it matters</h2><ul class="levels">${rows}</ul>`;
}

/** As an image of attributes alone: the page's policy allows no style beside its own sheet. */
function barOf(counts: Readonly<Record<ShownOutcome, number>>, total: number): Markup {
  let x = 0;
  const order: readonly ShownOutcome[] = ["passed", "failed", "expected", "blocked", "skipped"];
  const parts = order.map((outcome) => {
    const width = (counts[outcome] / total) * 100;
    const rect = html`<rect class="bar-${outcome}" x="${x.toFixed(3)}" width="${width.toFixed(3)}" height="4"/>`;
    x += width;
    return width === 0 ? "" : rect;
  });
  return html`<svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>`;
}

/** The failures in a line each, the gravest first, each a way to its place. */
export function failuresView(report: Report, changes: ReadonlyMap<string, Change>): Markup {
  const failures = failuresOf(report);
  if (failures.length === 0) return html``;
  const items = failures.map(
    ({
      id,
      title,
      level,
      failure,
    }) => html`<li><a href="#${anchorOf(id)}">${title}</a> <span>${changeTag(changes.get(id))} ${levelTag(level)}</span><p>${failure?.suffers}</p></li>
`,
  );
  return html`<h2 id="failures">What fails</h2><ol class="failures">${items}</ol>`;
}

/** Sections against levels. */
export function matrixView(groups: readonly SectionGroup[]): Markup {
  const row = (group: SectionGroup): Markup => {
    const link = linkOf(group.section);
    const source = group.name === "" ? "" : html` <small>${group.section}</small>`;
    return html`<tr><th scope="row"><a href="#section-${group.key}">${groupName(group)}</a>${link === undefined ? "" : source}</th>${LEVELS.map((level) => cellOf(group, level))}</tr>
`;
  };
  return html`<h2 id="matrix">By section</h2>
<table class="matrix"><thead><tr><th scope="col">Section</th>${LEVELS.map((level) => html`<th scope="col">${LEVEL_WORDS[level].label}</th>`)}</tr></thead>
<tbody>${groups.map(row)}</tbody></table>`;
}

/** The worst that came of a cell gives it its look. */
function cellOf({ results, key, section, name }: SectionGroup, level: CheckResult["level"]): Markup {
  const members = results.filter((result) => result.level === level);
  if (members.length === 0) return html`<td></td>`;
  const counts = countsOf(members);
  const worst = SHOWN_OUTCOMES.filter((outcome) => outcome !== "passed" && outcome !== "skipped").find(
    (outcome) => counts[outcome] > 0,
  );
  const shown: ShownOutcome = worst ?? (counts.passed > 0 ? "passed" : "skipped");
  const ran = members.length - (shown === "skipped" ? 0 : counts.skipped);
  const number = counts[shown] === ran ? `${ran}` : `${counts[shown]}/${ran}`;
  const said = ` of ${ran} ${shown}, ${groupName({ name, section })}`;
  const mark = html`<span aria-hidden="true">${MARKS[shown]} ${number}</span>`;
  return html`<td class="${shown} number"><a href="#section-${key}">${mark}<span class="hidden">${counts[shown]}${said}</span></a></td>`;
}
