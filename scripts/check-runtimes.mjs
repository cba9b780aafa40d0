// Installs the tarball as a stranger does, serves the cases of test/runtimes/suite from there under every runtime, loader and host
// that README names, and prints what came of it as a table. Needs a fresh build. Words after it choose: `check:runtimes workerd`.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isInstalled } from "./installed.mjs";
import { cellsOf } from "./runtimes/cells.mjs";
import { runCell } from "./runtimes/run.mjs";
import { makeStranger } from "./runtimes/stranger.mjs";
import { printTable } from "./runtimes/table.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const room = join(root, "test/runtimes");
const AT_ONCE = 2;

const begun = Date.now();
if (!isInstalled(room)) {
  console.log("runtimes: installing them (npm ci in test/runtimes) …");
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: room, stdio: "inherit" });
}
const ready = Date.now();
const wanted = process.argv.slice(2);
const cells = cellsOf(root, room).filter((cell) =>
  wanted.every((word) => Object.values(cell).join(" ").toLowerCase().includes(word.toLowerCase())),
);
const folder = makeStranger(root, room);
try {
  const results = await runAll(cells);
  printTable(cells, results);
  const failures = results.flatMap(({ failures }, index) => failures.map((failure) => [cells[index], failure]));
  for (const [{ runtime, loader, host, storage }, failure] of failures)
    console.error(`\nruntimes: ${runtime}, ${loader}, ${host}, ${storage}: ${failure}`);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const seconds = (from, to) => Math.round((to - from) / 1000);
  console.log(
    `runtimes: ${passed} cases passed and ${failures.length} failed in ${cells.length} combinations; ${seconds(begun, ready)} s to install, ${seconds(ready, Date.now())} s to run`,
  );
  if (failures.length > 0 || passed === 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A few at once, in their order. */
async function runAll(cells) {
  const results = [];
  const left = cells.entries();
  const work = async () => {
    for (const [index, cell] of left) results[index] = await runCell(cell, { root, room, folder, index });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}
