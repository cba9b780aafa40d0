import { clientName } from "../../clients/names.ts";
import type { CheckResult } from "../../report.ts";
import { linkOf } from "../sections.ts";
import { counted, duration, LEVEL_WORDS, listed, type ShownOutcome, shownOutcome } from "../words.ts";
import { exchangesView } from "./exchange-view.ts";
import { html, type Markup } from "./markup.ts";

/** A sign for each outcome; words stand beside it for who does not see it. */
export const MARKS: Readonly<Record<ShownOutcome, string>> = {
  passed: "✓",
  failed: "✗",
  expected: "!",
  blocked: "○",
  skipped: "–",
};

/** What became of a check since the report before. */
export type Change = "new" | "mended";

/** Where a check stands on the page. Within its fold: a browser that is sent there unfolds it, with or without the script. */
export function anchorOf(id: string): string {
  return `check/${id}`;
}

/** One check, folded. */
export function checkView(result: CheckResult, sectionKey: string, change: Change | undefined): Markup {
  const { id, title, level, failure } = result;
  const outcome = shownOutcome(result);
  return html`<details class="check ${outcome}" data-outcome="${outcome}" data-level="${level}" data-section="${sectionKey}">
<summary><span class="mark" aria-hidden="true">${MARKS[outcome]}</span><span><span class="hidden">${outcome}: </span><span class="title">${title}</span> <span class="id">${id}</span></span><span>${changeTag(change)} ${levelTag(level)}</span></summary>
<div class="body" id="${anchorOf(id)}">
<dl class="story">${storyOf(result).map(([name, text]) => html`<dt>${name}</dt><dd>${text}</dd>`)}</dl>
${failure && exchangesView(failure.exchanges)}</div>
</details>
`;
}

export function levelTag(level: CheckResult["level"]): Markup {
  return html`<span class="tag ${level}">${LEVEL_WORDS[level].label}</span>`;
}

export function changeTag(change: Change | undefined): Markup | undefined {
  if (change === undefined) return undefined;
  return html`<span class="tag ${change}">${change === "new" ? "newly failing" : "mended"}</span>`;
}

function storyOf(result: CheckResult): readonly (readonly [name: string, text: string | Markup])[] {
  const { failure, reason, notes = [], clients, expected, ms, requests } = result;
  const said = (name: string, text: string | undefined): readonly (readonly [string, string])[] =>
    text === undefined || text === "" ? [] : [[name, text]];
  return [
    ...said("Seen", failure?.seen),
    ...said("Right", failure?.right),
    ...said("Harm", failure?.suffers),
    ...said(result.outcome === "blocked" ? "Blocked by" : "Skipped as", reason),
    ...said(
      expected?.isExpired ? "Was expected" : "Expected",
      expected && `until ${expected.until}: ${expected.reason}`,
    ),
    ...notes.flatMap((note) => said("Noted", note)),
    ...said("Needed by", listed(clients.map(clientName))),
    ["Said in", sourceOf(result)],
    ...said("Took", requests === 0 ? "" : `${counted(requests, "request")}, ${duration(ms)}`),
  ];
}

function sourceOf({ section, requirements }: CheckResult): Markup {
  const link = linkOf(section);
  const where = link === undefined ? html`${section}` : html`<a href="${link}" rel="noreferrer">${section}</a>`;
  return html`${where}${requirements.map((id) => html`, <code>${id}</code>`)}`;
}
