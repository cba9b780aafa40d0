// What scimkit costs, next to code written by hand for exactly each case (the limit) and to other libraries.
//   npm run bench [-- --only=filter --before=<folder of another built scimkit> --peers --json=<file> --short --clock=cpu]
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { LIMIT, type MeasureOptions, measure, type Row, ratioOf } from "./harness/measure.ts";
import { type Subject, subjectIn } from "./harness/subject.ts";
import { WORKS } from "./rows/index.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    before: { type: "string" },
    peers: { type: "boolean", default: false },
    json: { type: "string" },
    short: { type: "boolean", default: false },
    clock: { type: "string", default: "wall" },
  },
});
if (values.clock !== "wall" && values.clock !== "cpu") throw new TypeError("--clock is wall or cpu.");

const subjects: Record<string, Subject> = { scimkit: subjectIn(fileURLToPath(new URL("..", import.meta.url))) };
if (values.before !== undefined) subjects.before = subjectIn(values.before);
const options: MeasureOptions = {
  rounds: values.short ? 15 : 41,
  round: values.short ? 10 : 25,
  clock: values.clock,
};
const works = WORKS.filter(({ name, isLong }) => name.includes(values.only) && !(values.short && isLong));

console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.version}`);
const rows: Row[] = [];
for (const work of works) {
  const row = await measure(work, subjects, options, values.peers);
  rows.push(row);
  print(row);
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ rows }, null, 2)}\n`);

function print(row: Row): void {
  console.log(`\n${row.name} (at most ${row.target} × the limit)`);
  for (const one of row.contenders) {
    const ratio = ratioOf(row, one.name);
    if ("wrong" in one) console.log(`  ${one.name.padEnd(28)} wrong: ${one.wrong}`);
    else {
      const [low, high] = one.quartiles;
      const isMissed = one.name === "scimkit" && ratio !== undefined && ratio > row.target;
      console.log(
        `  ${one.name.padEnd(28)} ${one.median.toFixed(2).padStart(10)} µs  (${low.toFixed(2)}–${high.toFixed(2)})${
          one.name === LIMIT ? "" : `  × ${ratio?.toFixed(2)}${isMissed ? "  MISSED" : ""}`
        }`,
      );
    }
  }
}
