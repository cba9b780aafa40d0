// Asks the tests nearest to a folder of src whether they notice when its code is wrong: a mutation that none of them notices is
// shown, and more than one in ten is a failure.
//   npm run mutants -- filter                           the whole folder
//   npm run mutants -- patch element-list slot-index    some of its files
import { readFileSync } from "node:fs";
import { availableParallelism, setPriority } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Stryker } from "@stryker-mutator/core";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The tests nearest to a folder: each mutation is shown to all of them that run its line. */
const TESTS = {
  schema: ["test/schema/**"],
  filter: ["test/filter/**", "test/quirks/unquoted-operands*"],
  patch: ["test/patch/**"],
  operations: ["test/operations/**", "test/call/**"],
  protocol: ["test/protocol/**", "test/service/**", "test/call/**"],
  storage: ["test/storage/*", "test/storage/sql/edges*", "test/storage/sql/sqlite*", "test/storage/sql/map/sqlite*"],
};
/** Data that tests hold to the tables of the RFCs, word for word. */
const DATA = ["!src/schema/core/**"];
/** In percent. */
const ENOUGH = 90;
const COUNTS = ["mutants", "Killed", "Timeout", "Survived", "NoCoverage", "equivalent"];

const [folder, ...names] = process.argv.slice(2);
if (TESTS[folder] === undefined) {
  console.error(`Which folder? One of ${Object.keys(TESTS).join(", ")}; behind it, maybe some of its files.`);
  process.exit(1);
}
process.chdir(root);
process.env.SCIMKIT_MUTANTS = TESTS[folder]
  .map((tests) => `${tests}${tests.endsWith("**") ? "/*" : ""}.test.ts`)
  .join(" ");
// It takes long, and nobody waits for it.
setPriority(15);

const mutants = await new Stryker({
  mutate: [...(names.length === 0 ? ["**/*"] : names).map((name) => `src/${folder}/${name}.ts`), ...DATA],
  testRunner: "vitest",
  vitest: { configFile: "scripts/mutants/vitest.config.ts", related: false },
  plugins: ["@stryker-mutator/vitest-runner", fileURLToPath(new URL("words.mjs", import.meta.url))],
  ignorers: ["words"],
  coverageAnalysis: "perTest",
  concurrency: Number(process.env.SCIMKIT_CONCURRENCY ?? Math.ceil(availableParallelism() / 2)),
  // What is known of a mutation holds until its code changes, or the tests that it was shown to.
  incremental: true,
  incrementalFile: `.mutants/${folder}.json`,
  tempDirName: ".mutants/sandbox",
  // A second configuration of the formatter would be one too many.
  ignorePatterns: ["dist", "test/runtimes", "biome.json"],
  reporters: [process.stdout.isTTY ? "progress" : "progress-append-only"],
  allowConsoleColors: false,
  timeoutMS: 10_000,
  timeoutFactor: 3,
  dryRunTimeoutMinutes: 30,
  logLevel: "warn",
}).runMutationTest();

const equivalent = readEquivalent();
const rows = new Map();
for (const mutant of mutants) {
  if (!COUNTS.includes(mutant.status)) continue;
  const file = relative(root, mutant.fileName);
  const row = rows.get(file) ?? Object.fromEntries(COUNTS.map((count) => [count, 0]));
  rows.set(file, row);
  row.mutants++;
  const isOpen = mutant.status === "Survived" || mutant.status === "NoCoverage";
  const { from, to } = changeOf(file, mutant);
  const isEquivalent = isOpen && equivalent.has([file, from, to].join("\t"));
  row[isEquivalent ? "equivalent" : mutant.status]++;
  if (isOpen && !isEquivalent)
    console.log([`${file}:${mutant.location.start.line}`, from, to, mutant.status].join("\t"));
}
const total = Object.fromEntries(COUNTS.map((count) => [count, 0]));
for (const row of rows.values()) for (const count of COUNTS) total[count] += row[count];
console.log(["\nscore", ...COUNTS].join("\t").toLowerCase());
for (const [file, row] of [...[...rows].sort(([, a], [, b]) => scoreOf(a) - scoreOf(b)), [`src/${folder}`, total]])
  console.log([scoreOf(row).toFixed(1), ...COUNTS.map((count) => row[count]), file].join("\t"));
process.exitCode = scoreOf(total) < ENOUGH ? 1 : 0;

/** How many of a hundred mutations are noticed, of those that can be. */
function scoreOf({ mutants: all, Killed, Timeout, equivalent: same }) {
  return all === same ? 100 : (100 * (Killed + Timeout)) / (all - same);
}

/** What stands in the file, and what was put in its place: on one line each. */
function changeOf(file, { location: { start, end }, replacement = "" }) {
  const lines = readFileSync(join(root, file), "utf8")
    .split("\n")
    .slice(start.line - 1, end.line);
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  const [from, to] = [lines.join(" "), replacement].map((text) => text.replaceAll(/\s+/g, " ").trim());
  return { from, to };
}

/** The mutations that change nothing that anybody could see: file, code, mutation, reason. */
function readEquivalent() {
  const [, ...lines] = readFileSync(new URL("equivalent.tsv", import.meta.url), "utf8")
    .trim()
    .split("\n");
  return new Set(lines.map((line) => line.split("\t").slice(0, 3).join("\t")));
}
