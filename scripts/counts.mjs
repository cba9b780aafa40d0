// Prints the last line of .ci/run: how many tests of vitest's JSON reports passed and failed. A test that ran at two sizes is
// one test, and passed where it passed at both. In CI a test that was skipped has failed, and so has a run without tests.
import { readFileSync } from "node:fs";

const passed = new Set();
const failed = new Set();
for (const path of process.argv.slice(2)) {
  const { testResults, success } = reportIn(path);
  const before = failed.size;
  for (const file of testResults) {
    const own = resultsOf(file);
    for (const [test, isPassed] of own) (isPassed ? passed : failed).add(test);
    // A file that could not be loaded, or not be left, has no test that says so.
    if (file.status !== "passed" && ![...own.values()].includes(false)) failed.add(file.name);
  }
  if (testResults.length === 0 || (!success && failed.size === before)) failed.add(path);
}
const count = [...passed].filter((test) => !failed.has(test)).length;
console.log(`${count} passed, ${failed.size} failed`);
process.exit(count > 0 && failed.size === 0 ? 0 : 1);

/** Whether each test of a file passed, by a name that it has in every run. */
function resultsOf({ name, assertionResults }) {
  const results = new Map();
  for (const { fullName, status } of assertionResults) {
    if (status !== "passed" && status !== "failed") console.log(`${status}: ${name}: ${fullName}`);
    let test = `${name}: ${fullName}`;
    // Titles may repeat in a file.
    while (results.has(test)) test += " again";
    results.set(test, status === "passed");
  }
  return results;
}

/** A report that is not there is one of nothing that ran. */
function reportIn(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { testResults: [], success: false };
  }
}
