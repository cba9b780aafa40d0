import type { Check } from "../check.ts";
import type { CheckResult } from "../report.ts";
import { type Paint, paint, type Screen, wantsColor } from "./paint.ts";
import { bySection, groupName } from "./sections.ts";
import { visible } from "./visible.ts";
import { cut } from "./width.ts";
import { duration, LEVEL_WORDS, type ShownOutcome, shownOutcome } from "./words.ts";

/** What a view needs of a check that begins. */
type Shown = Pick<Check, "id" | "title" | "section" | "clients">;

/** What shows a run while it goes on. */
export interface LiveView {
  started(check: Shown): void;
  finished(result: CheckResult): void;
  /** Leaves the terminal as it was, whatever became of the run. */
  end(): void;
}

/** How a view learns what is coming, and the time. */
export interface LiveViewOptions {
  /** How many checks there are, for the progress. Unknown by default. */
  readonly total?: number;
  readonly now?: () => number;
}

/** On a terminal a list that is redrawn in place; elsewhere, and in CI, a line for each check that fails, on standard error. */
export function liveView(screen: Screen, options: LiveViewOptions = {}): LiveView {
  const isLive = screen.isTTY && !isSet(screen.env.CI) && screen.env.TERM !== "dumb";
  return isLive ? redrawn(screen, options) : quiet(screen);
}

function quiet(screen: Screen): LiveView {
  const paints = paint(wantsColor({ env: screen.env, isTTY: false }));
  return {
    started: () => {},
    finished: (result) => {
      if (result.outcome === "failed") screen.error(`${failureLine(result, paints)}\n`);
    },
    end: () => {},
  };
}

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
/** Terminals that know it show all of a frame at once; others ignore it. */
const BEGIN_FRAME = "\u001b[?2026h";
const END_FRAME = "\u001b[?2026l";
const TO_END_OF_LINE = "\u001b[K";
const TO_END_OF_SCREEN = "\u001b[J";

/** Sections whose lines stay in sight below the progress. */
const SECTIONS = 6;

function redrawn(screen: Screen, { total, now = Date.now }: LiveViewOptions): LiveView {
  const paints = paint(wantsColor(screen));
  const begun = now();
  const running = new Map<string, Shown>();
  const results: CheckResult[] = [];
  let height = 0;
  // Lines are written over and then cleared behind, so that nothing is blank in between.
  const draw = (above: string, lines: readonly string[]): void => {
    const up = height === 0 ? "\r" : `\u001b[${height}A\r`;
    const frame = lines.map((line) => `${line}${TO_END_OF_LINE}\n`).join("");
    const permanent = above === "" ? "" : `${above}${TO_END_OF_LINE}\n`;
    screen.out(`${BEGIN_FRAME}${HIDE_CURSOR}${up}${permanent}${frame}${TO_END_OF_SCREEN}${END_FRAME}`);
    height = lines.length;
  };
  const frame = (): readonly string[] => [
    ...sectionLines(results, [...running.values()], screen.columns, paints),
    progressLine({ results, total, ms: now() - begun }, screen.columns, paints),
    ...[...running.values()].slice(0, 3).map(({ title }) => paints.dim(cut(`  ${oneLine(title)}`, screen.columns - 1))),
  ];
  return {
    started: (check) => {
      running.set(check.id, check);
      draw("", frame());
    },
    finished: (result) => {
      running.delete(result.id);
      results.push(result);
      draw(result.outcome === "failed" ? failureLine(result, paints, screen.columns - 1) : "", frame());
    },
    end: () => {
      if (height === 0) return;
      draw("", []);
      screen.out(SHOW_CURSOR);
    },
  };
}

function failureLine(result: CheckResult, { red, yellow }: Paint, width = Number.POSITIVE_INFINITY): string {
  const isExpected = shownOutcome(result) === "expected";
  const seen = oneLine(result.failure?.seen ?? result.title);
  const what = `${result.id} ${LEVEL_WORDS[result.level].label}: ${seen}${isExpected ? " (expected)" : ""}`;
  return `${isExpected ? yellow("!") : red("✗")} ${cut(what, width - 2)}`;
}

const MARKS: Readonly<Record<ShownOutcome, readonly [mark: string, colour: keyof Paint]>> = {
  passed: ["✓", "green"],
  failed: ["✗", "red"],
  expected: ["!", "yellow"],
  blocked: ["◌", "yellow"],
  skipped: ["–", "dim"],
};

function sectionLines(
  results: readonly CheckResult[],
  running: readonly Shown[],
  columns: number,
  paints: Paint,
): readonly string[] {
  const current = bySection(running.map(({ section, clients = [] }) => ({ section, clients }) as CheckResult))[0]
    ?.section;
  // The order in which they were last touched: what happens now is at the bottom, where the eye is.
  const last = new Map(results.map((result, at) => [result.id, at]));
  const touched = (members: readonly CheckResult[]): number => Math.max(...members.map(({ id }) => last.get(id) ?? 0));
  return bySection(results)
    .map((group) => ({ group, at: group.section === current ? results.length : touched(group.results) }))
    .sort((left, right) => left.at - right.at)
    .slice(-SECTIONS)
    .map(({ group }) => {
      const counts = countsIn(group.results);
      const isBad = counts.failed > 0;
      const [mark, colour] = isBad ? MARKS.failed : MARKS.passed;
      const said = `${oneLine(groupName(group))}  ${countsText(counts)}`;
      return `${paints[colour](mark)} ${cut(said, columns - 3)}`;
    });
}

function progressLine(
  { results, total, ms }: { results: readonly CheckResult[]; total: number | undefined; ms: number },
  columns: number,
  { cyan }: Paint,
): string {
  const done = results.length;
  const bar = total === undefined || total === 0 ? "" : `${barOf(done / total, Math.min(24, columns - 40))} `;
  const of = total === undefined ? `${done}` : `${done}/${total}`;
  const text = `${of}  ${countsText(countsIn(results))}  ${duration(ms)}`;
  return `${cyan(bar)}${cut(text, columns - 1 - bar.length)}`;
}

function barOf(part: number, width: number): string {
  if (width < 5) return "";
  const full = Math.min(width, Math.round(part * width));
  return "━".repeat(full) + "─".repeat(width - full);
}

function countsIn(results: readonly CheckResult[]): Record<ShownOutcome, number> {
  const counts = { passed: 0, failed: 0, expected: 0, blocked: 0, skipped: 0 };
  for (const result of results) counts[shownOutcome(result)]++;
  return counts;
}

function countsText(counts: Readonly<Record<ShownOutcome, number>>): string {
  const shown = (Object.keys(MARKS) as ShownOutcome[]).filter((outcome) => counts[outcome] > 0);
  return shown.map((outcome) => `${MARKS[outcome][0]} ${counts[outcome]}`).join("  ");
}

function oneLine(text: string): string {
  return visible(text).replaceAll(/\s+/g, " ");
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "false" && value !== "0";
}
