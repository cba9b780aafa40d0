// Asks the tests nearest to a folder of src whether they notice when its code is wrong: each mutation that no test notices is shown.
//   npm run mutants -- filter                           the whole folder
//   npm run mutants -- patch element-list slot-index    some of its files
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Stryker } from "@stryker-mutator/core";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The tests nearest to a folder, none of which takes long. */
const TESTS = {
  schema: ["test/schema"],
  filter: ["test/filter"],
  patch: ["test/patch"],
  operations: ["test/operations"],
  protocol: ["test/protocol", "test/service", "test/call"],
  storage: ["test/storage"],
};
/** Data that tests hold to the tables of the RFC, word for word. */
const DATA = ["!src/schema/core/**"];
const ENOUGH = 90;

const [folder, ...names] = process.argv.slice(2);
const tests = TESTS[folder];
if (tests === undefined) {
  console.error(`Which folder? One of ${Object.keys(TESTS).join(", ")}; after it, some of its files.`);
  process.exit(1);
}
process.chdir(root);
process.env.SCIMKIT_MUTANTS = tests.map((path) => (path.endsWith(".ts") ? path : `${path}/**/*.test.ts`)).join(" ");

const mutants = await new Stryker({
  mutate: [
    ...(names.length === 0 ? [`src/${folder}/**/*.ts`] : names.map((name) => `src/${folder}/${name}.ts`)),
    ...DATA,
  ],
  testRunner: "vitest",
  vitest: { configFile: "scripts/mutants/vitest.config.ts", related: false },
  plugins: ["@stryker-mutator/vitest-runner", fileURLToPath(new URL("words.mjs", import.meta.url))],
  ignorers: ["words"],
  coverageAnalysis: "perTest",
  concurrency: Number(process.env.SCIMKIT_CONCURRENCY ?? 1),
  incremental: true,
  incrementalFile: `.mutants/${folder}.json`,
  tempDirName: ".mutants/sandbox",
  ignorePatterns: ["dist", "docs/decisions", "test/runtimes"],
  reporters: [process.stdout.isTTY ? "progress" : "progress-append-only"],
  allowConsoleColors: false,
  timeoutMS: 10_000,
  timeoutFactor: 3,
  checkers: [],
  logLevel: "warn",
}).runMutationTest();

const equivalent = readEquivalent();
const rows = new Map();
const shown = [];
for (const mutant of mutants) {
  const file = relative(root, mutant.fileName);
  const row = rows.get(file) ?? { mutants: 0, Killed: 0, Timeout: 0, Survived: 0, NoCoverage: 0, equivalent: 0 };
  rows.set(file, row);
  if (!(mutant.status in row)) continue;
  row.mutants++;
  const change = changeOf(file, mutant);
  const isOpen = mutant.status === "Survived" || mutant.status === "NoCoverage";
  if (isOpen && equivalent.has(`${file}\t${change.from}\t${change.to}`)) {
    row.equivalent++;
    continue;
  }
  row[mutant.status]++;
  if (isOpen) shown.push({ file, mutant, change });
}
for (const { file, mutant, change } of shown)
  console.log(`${file}:${mutant.location.start.line} ${mutant.status}\t${change.from}\t${change.to}`);
const score = ({ mutants: all, Killed, Timeout, equivalent: same }) =>
  all === same ? 100 : (100 * (Killed + Timeout)) / (all - same);
const total = { mutants: 0, Killed: 0, Timeout: 0, Survived: 0, NoCoverage: 0, equivalent: 0 };
for (const row of rows.values()) for (const key of Object.keys(total)) total[key] += row[key];
console.log("\nscore\tmutants\tkilled\ttimeout\tsurvived\tuncovered\tequivalent");
for (const [file, row] of [...[...rows].sort((a, b) => score(a[1]) - score(b[1])), [`src/${folder}`, total]])
  console.log(
    [
      score(row).toFixed(1),
      ...["mutants", "Killed", "Timeout", "Survived", "NoCoverage", "equivalent"].map((k) => row[k]),
      file,
    ].join("\t"),
  );
process.exitCode = score(total) < ENOUGH ? 1 : 0;

/** What stands in the file, and what was put in its place: on one line each. */
function changeOf(file, { location: { start, end }, replacement }) {
  const lines = readFileSync(join(root, file), "utf8").split("\n");
  const from = lines.slice(start.line - 1, end.line);
  from[from.length - 1] = from.at(-1).slice(0, end.column - 1);
  from[0] = from[0].slice(start.column - 1);
  const onOneLine = (text) => text.replaceAll(/\s+/g, " ").trim();
  return { from: onOneLine(from.join("\n")), to: onOneLine(replacement ?? "") };
}

/** The mutations that change nothing that anybody can see: file, code, replacement, reason. */
function readEquivalent() {
  const lines = readFileSync(new URL("equivalent.tsv", import.meta.url), "utf8")
    .trim()
    .split("\n")
    .slice(1);
  return new Set(lines.map((line) => line.split("\t").slice(0, 3).join("\t")));
}
