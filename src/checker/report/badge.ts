import { countsOf, isCounted } from "../counts.ts";
import type { Report } from "../report.ts";
import { counted, moment } from "./words.ts";
import { escaped } from "./xml.ts";

const LABEL = "SCIM 2.0";
/** Dark enough for white letters: at least 4.5 to 1. */
const COLOURS = { good: "#1a7f37", bad: "#c3232d", open: "#6b5900", label: "#3d444d" };

/** A report as an SVG badge: `SCIM 2.0 | 212 of 214`, or how many failures make the verdict. */
export function toBadge(report: Report): string {
  const { text, colour } = messageOf(report);
  const title = titleOf(report);
  const left = widthOf(LABEL) + 12;
  const right = widthOf(text) + 12;
  const width = left + right;
  const word = (words: string, at: number, room: number): string =>
    `<text x="${at + 6}" y="14" textLength="${room - 12}">${escaped(words)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${escaped(`${LABEL}: ${text}`)}">
<title>${escaped(title)}</title>
<clipPath id="r"><rect width="${width}" height="20" rx="3"/></clipPath>
<g clip-path="url(#r)"><rect width="${left}" height="20" fill="${COLOURS.label}"/><rect x="${left}" width="${right}" height="20" fill="${colour}"/></g>
<g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11" text-rendering="geometricPrecision">${word(LABEL, 0, left)}${word(text, left, right)}</g>
</svg>
`;
}

function messageOf({ results, decides, isGood, isStopped }: Report): { text: string; colour: string } {
  const failures = results.filter((result) => isCounted(result) && decides.includes(result.level)).length;
  if (failures > 0) return { text: counted(failures, "failure"), colour: COLOURS.bad };
  if (isStopped || !isGood) return { text: isStopped ? "stopped" : "not tried", colour: COLOURS.open };
  const { passed, ran } = ranOf(results);
  return { text: `${passed} of ${ran}`, colour: COLOURS.good };
}

function titleOf({ results, target, tool, startedAt, profile }: Report): string {
  const { passed, ran } = ranOf(results);
  return `${LABEL}: ${passed} of ${ran} checks passed at ${target} on ${moment(startedAt)}, profile ${profile}, by scimkit ${tool.version}`;
}

/** What was not tried says nothing of a server, neither good nor bad. */
function ranOf(results: Report["results"]): { passed: number; ran: number } {
  const { passed, failed, expected } = countsOf(results);
  return { passed, ran: passed + failed + expected };
}

/** About as wide as Verdana of 11 pixels; `textLength` makes it so. */
function widthOf(text: string): number {
  let width = 0;
  for (const letter of text) width += /[ilj.,|I ]/.test(letter) ? 4 : /[mwMW]/.test(letter) ? 10 : 7;
  return width;
}
