import { departures } from "./departures.ts";
import type { Expectation, Sample } from "./sample.ts";
import type { PlayedAnswer } from "./stage.ts";

/** Lists how an answer departs from what is asked of it. */
export function judged(expected: Expectation, { status, headers, text }: PlayedAnswer): string[] {
  return departures(expected, status, Object.fromEntries(headers), text);
}

/** A page that is asked for behind the last one is behind the last one of this server. */
export function beyondTheEnd(sample: Sample, path: string, total: number): string {
  return sample.expect.arrayLengths?.["/Resources"] === 0
    ? path.replace(/startIndex=\d+/, `startIndex=${total + 100}`)
    : path;
}

interface Page {
  readonly totalResults?: number;
  readonly itemsPerPage?: number;
  readonly Resources?: readonly unknown[];
}

/** Judges a list that others may be in: how many it has is at least what was recorded, and a page is as full as was asked. */
export function judgedList(expected: Expectation, answer: PlayedAnswer, path: string): string[] {
  const contained = { ...(expected.bodyContains as Record<string, unknown> | undefined) };
  const { totalResults, Resources } = contained;
  const { "/Resources": length, ...arrayLengths } = expected.arrayLengths ?? {};
  for (const name of ["totalResults", "itemsPerPage", "Resources"]) delete contained[name];
  if (length === 0) delete contained.startIndex;
  const page: Page = (answer.body as Page | undefined) ?? {};
  const problems = judged({ ...expected, bodyContains: contained, arrayLengths }, answer);
  problems.push(...problemsOfPage(page, length, Number(/[?&]count=(\d+)/.exec(path)?.[1] ?? Number.NaN)));
  if (typeof totalResults === "number" && !(Number(page.totalResults) >= totalResults))
    problems.push(`totalResults is ${page.totalResults}, and there are ${totalResults} at least`);
  // On another page of it, what was recorded cannot be looked for.
  if (Resources !== undefined && page.totalResults === page.Resources?.length)
    problems.push(...judged({ status: expected.status, bodyContains: { Resources } }, answer));
  return problems;
}

function problemsOfPage({ Resources = [], itemsPerPage }: Page, recorded: number | undefined, count: number): string[] {
  const { length } = Resources;
  const problems: string[] = [];
  if (length > count) problems.push(`/Resources has ${length} elements, and ${count} were asked for`);
  if (recorded !== undefined && (recorded === 0) !== (length === 0))
    problems.push(`/Resources has ${length} elements instead of ${recorded}`);
  if (itemsPerPage !== undefined && length > 0 && itemsPerPage !== length)
    problems.push(`itemsPerPage is ${itemsPerPage}, and /Resources has ${length} elements`);
  return problems;
}
