import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, totalmem, type } from "node:os";
import { join } from "node:path";
import { type Bar, type BarGroup, barChart, inWords } from "./chart.ts";
import type { Figure, Figures } from "./figures.ts";
import { LIMIT, type Measured, type MeasureOptions, type Row, ratioOf, SUBJECT, type Wrong } from "./measure.ts";

/** A run, whole: what `--json` writes and docs/performance.md is made of. */
export interface Results {
  readonly machine: string;
  readonly node: string;
  readonly date: string;
  readonly commit: string;
  /** Of scimkit's peers, by the name of the package. */
  readonly versions: Readonly<Record<string, string>>;
  readonly options: MeasureOptions;
  readonly rows: readonly Row[];
  readonly figures: readonly Figures[];
  /** What was not measured, and why, in sentences. */
  readonly leftOut: readonly string[];
}

/** Where and of what a run is; `folder` is the root of the project. */
export function versionsOf(folder: string): Pick<Results, "machine" | "node" | "date" | "commit" | "versions"> {
  const { dependencies } = JSON.parse(readFileSync(join(folder, "bench/peers/package.json"), "utf8")) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  return {
    machine: `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, ${type()}`,
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    commit: commitIn(folder),
    versions: dependencies,
  };
}

function commitIn(folder: string): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: folder, encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

/** The files of a report, by their names in docs. */
export function reportOf(results: Results): Readonly<Record<string, string>> {
  const charts = chartsOf(results);
  return {
    "performance.md": pageOf(results, charts),
    ...Object.fromEntries(charts.map(({ file, svg }) => [file, svg])),
  };
}

interface Chart {
  /** Of the rows or figures that it shows. */
  readonly about: string;
  readonly file: string;
  readonly words: string;
  readonly svg: string;
}

/** Rows whose names begin with the same word stand together. */
function families(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  return Map.groupBy(rows, ({ name }) => /^[\w/-]+/.exec(name)?.[0] ?? name);
}

function chartsOf({ rows, figures }: Results): readonly Chart[] {
  const names = namesIn(rows);
  const ofRows = [...families(rows)].map(([family, some]) =>
    chartOf(
      family,
      `${family}: how many times as long as the limit (logarithmic)`,
      some.map((row) => ({ title: row.name, bars: row.contenders.map((one) => barOf(row, one, names)) })),
      "logarithmic",
    ),
  );
  const ofFigures = figures.flatMap((one) => {
    const groups = groupsOf(one);
    return groups.length === 0 ? [] : [chartOf(one.title, `${one.title}: ${columnsOf(one.rows)[0]}`, groups, "linear")];
  });
  return [...ofRows, ...ofFigures];
}

function chartOf(about: string, title: string, groups: readonly BarGroup[], scale: "linear" | "logarithmic"): Chart {
  const file = `performance-${about.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.svg`;
  return { about, file, words: inWords(groups), svg: barChart(title, scale, groups) };
}

/** All contenders of all rows, the limit and scimkit first: their places are their colours. */
function namesIn(rows: readonly Row[]): readonly string[] {
  const all = rows.flatMap(({ contenders }) => contenders.map(({ name }) => name));
  return [...new Set([LIMIT, SUBJECT, "before", ...all])];
}

function barOf(row: Row, one: Measured | Wrong, names: readonly string[]): Bar {
  const ratio = ratioOf(row, one.name);
  const label = ratio === undefined ? "wrong answer" : `× ${digits(ratio)}`;
  return { name: one.name, value: ratio, label, colour: names.indexOf(one.name) };
}

/** Figures whose rows are named `what: who` are drawn by their first column where it is a number, a group for each `what`. */
function groupsOf({ rows }: Figures): readonly BarGroup[] {
  const [column] = columnsOf(rows);
  const named = rows.flatMap((row) => {
    const at = row.name.lastIndexOf(": ");
    const value = row.values[column ?? ""];
    return at === -1 || typeof value !== "number"
      ? []
      : [{ what: row.name.slice(0, at), who: row.name.slice(at + 2), value }];
  });
  const whos = [...new Set([LIMIT, SUBJECT, "before", ...named.map(({ who }) => who)])];
  return [...Map.groupBy(named, ({ what }) => what)].map(([title, some]) => ({
    title,
    bars: some.map(({ who, value }) => ({ name: who, value, label: digits(value), colour: whos.indexOf(who) })),
  }));
}

function pageOf(results: Results, charts: readonly Chart[]): string {
  const { rows, figures, options, versions, leftOut } = results;
  const missed = [
    ...rows.filter(isMissed),
    ...figures.flatMap(({ rows }) => rows.filter(({ isMet }) => isMet === false)),
  ];
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const parts = [
    "# Performance",
    "What scimkit costs, next to code written by hand for exactly each case (the limit, in `bench/limit`) and to other libraries, all in one run. " +
      "This page and its charts are made by `npm run bench -- --write`; nothing on it is written by hand.",
    `Measured on ${results.date} at ${results.commit}: ${results.machine}; Node ${results.node}. Peers: ${peers.join(", ")}.`,
    "## How it is measured",
    "Every contender's answers are checked first; one that answers wrongly is marked and has no rank. Then contenders take turns, round by round in " +
      `changing order: ${options.rounds} rounds of about ${options.round} ms each, by ${options.clock === "cpu" ? "processor time" : "the clock"}. ` +
      "A time is the median of a contender's rounds, for one turn of the work; the spread is where the middle half of its rounds lies. Values are new in each turn. " +
      "A ratio is how many times as long as the limit something takes: trust ratios, as times are those of one machine.",
    summaryOf(rows, missed.length, figures),
    ...[...families(rows)].flatMap(([family, some]) => [
      `## ${family}`,
      ...imagesOf(charts, family),
      ...some.flatMap((row) => [`### ${row.name}`, row.about, tableOf(row)]),
    ]),
    ...figures.flatMap((one) => [`## ${one.title}`, one.about, ...imagesOf(charts, one.title), figuresTable(one.rows)]),
    ...(leftOut.length === 0 ? [] : ["## Left out", ...leftOut.map((why) => `- ${why}`)]),
  ];
  return `${parts.join("\n\n")}\n`;
}

const imagesOf = (charts: readonly Chart[], about: string): readonly string[] =>
  charts
    .filter((chart) => chart.about === about)
    .map(({ file, words }) => `![${words.replaceAll("[", "(").replaceAll("]", ")")}](${file})`);

function isMissed(row: Row): boolean {
  const ratio = ratioOf(row, SUBJECT);
  return ratio === undefined || ratio > row.target;
}

function summaryOf(rows: readonly Row[], missed: number, figures: readonly Figures[]): string {
  const others = figures.flatMap(({ rows }) => rows).filter(({ isMet }) => isMet !== undefined).length;
  const table = rows.map((row) => {
    const ratio = ratioOf(row, SUBJECT);
    const before = ratioOf(row, "before");
    return [
      row.name,
      ratio === undefined ? "" : digits(ratio),
      before === undefined ? "" : digits(before),
      bestPeerOf(row),
      `≤ ${row.target}`,
      isMissed(row) ? "missed" : "met",
    ];
  });
  return [
    "## All rows",
    `Of ${rows.length + others} targets, ${rows.length + others - missed} are met.`,
    tableText(["Work, × the limit", SUBJECT, "before", "fastest peer that is right", "target", ""], table),
  ].join("\n\n");
}

/** The fastest of the peers that answer rightly, with its ratio. */
export function bestPeerOf(row: Row): string {
  const peers = row.contenders
    .filter((one): one is Measured => "median" in one && ![LIMIT, SUBJECT, "before"].includes(one.name))
    .sort((left, right) => left.median - right.median);
  const [best] = peers;
  return best === undefined ? "" : `${best.name} ${digits(ratioOf(row, best.name) as number)}`;
}

function tableOf(row: Row): string {
  const lines = row.contenders.map((one) => {
    if ("wrong" in one) return [one.name, `wrong: ${one.wrong}`, "", "", ""];
    const [low, high] = one.quartiles;
    const isSubject = one.name === SUBJECT;
    return [
      one.name,
      timeText(one.median),
      `${timeText(low)} – ${timeText(high)}`,
      digits(ratioOf(row, one.name) as number),
      isSubject ? `≤ ${row.target}: ${isMissed(row) ? "missed" : "met"}` : "",
    ];
  });
  return tableText(["", "a turn", "spread", "× the limit", "target"], lines);
}

/** The columns of all rows, in the order in which they come. */
export const columnsOf = (rows: readonly Figure[]): readonly string[] => [
  ...new Set(rows.flatMap(({ values }) => Object.keys(values))),
];

function figuresTable(rows: readonly Figure[]): string {
  const columns = columnsOf(rows);
  const hasTargets = rows.some(({ target }) => target !== undefined);
  const lines = rows.map(({ name, values, target, isMet }) => [
    name,
    ...columns.map((column) => {
      const value = values[column];
      return typeof value === "number" ? digits(value) : (value ?? "");
    }),
    ...(hasTargets
      ? [target === undefined ? "" : `${target}${isMet === undefined ? "" : isMet ? ": met" : ": missed"}`]
      : []),
  ]);
  return tableText(["", ...columns, ...(hasTargets ? ["target"] : [])], lines);
}

function tableText(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...lines.map(line)].join("\n");
}

/** Three digits that count, and whole numbers whole. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return "";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

function timeText(microseconds: number): string {
  if (microseconds >= 1_000_000) return `${digits(microseconds / 1_000_000)} s`;
  if (microseconds >= 1000) return `${digits(microseconds / 1000)} ms`;
  return microseconds >= 1 ? `${digits(microseconds)} µs` : `${digits(microseconds * 1000)} ns`;
}
