// What scimkit costs, next to code written by hand for exactly each case (the limit) and to other libraries.
//   npm run bench [-- --only=filter --before=<folder of another built scimkit> --no-peers --json=<file> --short --clock=cpu]
//   npm run bench -- --write [--from=<file that --json has made>]   makes docs/performance.md
//   npm run bench -- --guard | --record                            compares the short form with bench/recorded.json, or records it
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Figures } from "./harness/figures.ts";
import { judge, lineOf, type Recorded } from "./harness/guard.ts";
import { LIMIT, type MeasureOptions, measure, type Row, ratioOf, SUBJECT } from "./harness/measure.ts";
import { type Results, reportOf, versionsOf } from "./harness/report.ts";
import { type Subject, subjectIn } from "./harness/subject.ts";
import type { Work } from "./harness/work.ts";
import { peersMissing } from "./peers/load.ts";
import { WORKS } from "./rows/index.ts";

/** Scripts that measure what is no row, by the name that `--only` may ask for them by. They take --json=<file>. */
const SCRIPTS: readonly { readonly name: string; readonly script: string; readonly isCompared?: boolean }[] = [
  // Takes --short, --no-peers and --before as well.
  { name: "HTTP", script: "http/run.ts", isCompared: true },
  { name: "start", script: "start.ts", isCompared: true },
  { name: "size", script: "size.ts", isCompared: true },
  { name: "growth", script: "growth.ts" },
  { name: "provisioning", script: "provisioning.ts" },
];

const { values } = parseArgs({
  allowNegative: true,
  options: {
    only: { type: "string", default: "" },
    before: { type: "string" },
    peers: { type: "boolean", default: true },
    json: { type: "string" },
    short: { type: "boolean", default: false },
    clock: { type: "string" },
    write: { type: "boolean", default: false },
    from: { type: "string" },
    guard: { type: "boolean", default: false },
    record: { type: "boolean", default: false },
  },
});
const isGuard = values.guard || values.record;
const isShort = values.short || isGuard;
const clock = values.clock ?? (isGuard ? "cpu" : "wall");
if (clock !== "wall" && clock !== "cpu") throw new TypeError("--clock is wall or cpu.");

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const subjects: Record<string, Subject> = { [SUBJECT]: subjectIn(here("..")) };
if (values.before !== undefined && !isGuard) subjects.before = subjectIn(values.before);
const options: MeasureOptions = {
  rounds: isShort ? 15 : 41,
  round: isShort ? 10 : 25,
  warmUp: isShort ? 150 : 400,
  clock,
};
const works = WORKS.filter(({ name, isLong }) => name.includes(values.only) && !(isShort && isLong));

if (isGuard) await guard();
else if (values.from !== undefined) write(JSON.parse(readFileSync(values.from, "utf8")) as Results);
else await run();

async function run(): Promise<void> {
  console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}`);
  const missing = values.peers ? await peersMissing() : "Peers were left out.";
  if (missing !== undefined) console.log(missing);
  const rows: Row[] = [];
  for (const work of works) {
    try {
      const row = await measure(work, subjects, options, missing === undefined);
      rows.push(row);
      print(row);
    } catch (error) {
      // The others are worth their time all the same.
      console.error(error);
      process.exitCode = 1;
    }
  }
  const figures = isShort && values.only === "" ? [] : figuresOf();
  const silent = SCRIPTS.filter(({ name }) => !figures.some(({ title }) => title.toLowerCase() === name.toLowerCase()));
  const results: Results = {
    ...versionsOf(here("..")),
    options,
    rows,
    figures,
    leftOut: [
      ...(missing === undefined ? [] : [missing]),
      ...(isShort ? WORKS.filter(({ isLong }) => isLong).map(({ name }) => `${name}: not in the short form.`) : []),
      ...silent.map(
        ({ name }) =>
          `${name}: not asked for in this run, or without what \`npm run bench:${name.toLowerCase()}\` needs.`,
      ),
    ],
  };
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  if (values.write) write(results);
}

/** What the scripts measure that are asked for. */
function figuresOf(): readonly Figures[] {
  const folder = mkdtempSync(join(tmpdir(), "scimkit-figures-"));
  try {
    return SCRIPTS.filter(({ name }) => values.only === "" || values.only.startsWith(name)).flatMap(
      ({ name, script, isCompared }) => {
        const file = join(folder, `${name}.json`);
        const args = [`--json=${file}`];
        if (isCompared && isShort) args.push("--short");
        if (name === "HTTP" && !values.peers) args.push("--no-peers");
        if (isCompared && values.before !== undefined) args.push(`--before=${values.before}`);
        const { status } = spawnSync(process.execPath, [here(script), ...args], { stdio: "inherit" });
        if (status !== 0) process.exitCode = 1;
        return existsSync(file) ? [JSON.parse(readFileSync(file, "utf8")) as Figures] : [];
      },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Puts a report into docs, in place of the one that is there. */
function write(results: Results): void {
  const docs = here("../docs");
  const files = reportOf(results);
  for (const name of readdirSync(docs))
    if (/^performance-.*\.svg$/.test(name) && files[name] === undefined) rmSync(join(docs, name));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(docs, name), text);
    console.log(`docs/${name}`);
  }
}

async function guard(): Promise<void> {
  const file = here("recorded.json");
  const ratio = async (work: Work): Promise<number> =>
    ratioOf(await measure(work, subjects, options, false), SUBJECT) as number;
  const { node, ratios: known } = JSON.parse(readFileSync(file, "utf8")) as Recorded;
  const isAsked = ([name]: readonly [string, unknown]): boolean => name.includes(values.only);
  if (values.record) {
    const measured: [string, number][] = [];
    for (const work of works) measured.push([work.name, Number((await ratio(work)).toFixed(2))]);
    const others = Object.entries(known).filter((one) => !isAsked(one));
    const recorded: Recorded = { node: process.version, ratios: Object.fromEntries([...others, ...measured]) };
    writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);
    console.log(recorded);
    return;
  }
  const recorded: Recorded = { node, ratios: Object.fromEntries(Object.entries(known).filter(isAsked)) };
  const byName = new Map(works.map((work) => [work.name, work]));
  const verdicts = await judge([...byName.keys()], recorded, (name) => ratio(byName.get(name) as Work));
  for (const verdict of verdicts) console.log(lineOf(verdict));
  if (verdicts.some(({ isBehind }) => isBehind)) process.exitCode = 1;
}

function print(row: Row): void {
  console.log(`\n${row.name} (at most ${row.target} × the limit)`);
  for (const one of row.contenders) {
    const ratio = ratioOf(row, one.name);
    if ("wrong" in one) console.log(`  ${one.name.padEnd(28)} wrong: ${one.wrong}`);
    else {
      const [low, high] = one.quartiles;
      const isMissed = one.name === SUBJECT && ratio !== undefined && ratio > row.target;
      console.log(
        `  ${one.name.padEnd(28)} ${one.median.toFixed(2).padStart(10)} µs  (${low.toFixed(2)}–${high.toFixed(2)})${
          one.name === LIMIT ? "" : `  × ${ratio?.toFixed(2)}${isMissed ? "  MISSED" : ""}`
        }`,
      );
    }
  }
}
