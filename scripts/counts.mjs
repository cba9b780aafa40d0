// Prints the last line of .ci/run: how many tests of vitest's JSON report passed and failed. Fails when none ran.
import { readFileSync } from "node:fs";

const [, , path] = process.argv;
let passed = 0;
let failed = 0;
try {
  const report = JSON.parse(readFileSync(path, "utf8"));
  passed = report.numPassedTests;
  failed = report.numFailedTests;
} catch {
  // No report: nothing ran.
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(passed > 0 && failed === 0 ? 0 : 1);
