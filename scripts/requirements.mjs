// Prints which rows of docs/requirements.tsv are named by the title of a test, and which are not.
//   node scripts/requirements.mjs [--prefix P-3.5.2] [--level MUST]
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const prefix = option("--prefix") ?? "";
const levels = option("--level")?.split(",");

const rows = readFileSync(join(root, "docs/requirements.tsv"), "utf8")
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split("\t"))
  .map(([id, level, section, requirement]) => ({ id, level, section, requirement }))
  .filter((row) => row.id.startsWith(prefix) && (levels === undefined || levels.includes(row.level)));

const proven = new Map();
for (const file of readdirSync(join(root, "test"), { recursive: true }).map(String)) {
  if (!/\.test(-d)?\.ts$/.test(file)) continue;
  // A list of ids in brackets, of whatever lists: [P-3.5.2.2-08 R-2 Q73].
  for (const [, list] of readFileSync(join(root, "test", file), "utf8").matchAll(
    /\[([A-Z][\w.-]*(?: [A-Z][\w.-]*)*)\]/g,
  ))
    for (const id of list.split(" ")) if (/^[SPCE]-[\d.]+-\d+$/.test(id)) proven.set(id, file);
}
/** The rows of docs/requirements.md: somebody else's duty, and whose. */
const elsewhere = new Map(
  readFileSync(join(root, "docs/requirements.md"), "utf8")
    .split("\n")
    .filter((line) => /^\| [SPCE]-/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(([, id, duty, reason]) => [id, `${duty}. ${reason}`]),
);

const sections = new Map();
for (const row of rows) {
  const count = sections.get(row.section) ?? { rows: 0, proven: 0, elsewhere: 0, open: 0 };
  count.rows++;
  if (proven.has(row.id)) count.proven++;
  else if (elsewhere.has(row.id)) count.elsewhere++;
  else count.open++;
  sections.set(row.section, count);
}
for (const [section, count] of sections) {
  console.log(
    `${section.padEnd(20)} ${String(count.rows).padStart(3)} rows, ${String(count.proven).padStart(3)} proven by a test, ${count.elsewhere} elsewhere, ${count.open} open`,
  );
}
const open = rows.filter((row) => !proven.has(row.id) && !elsewhere.has(row.id));
for (const row of open) console.log(`not proven: ${row.id} ${row.level}: ${row.requirement.slice(0, 110)}`);
for (const row of rows.filter(({ id }) => !proven.has(id) && elsewhere.has(id)))
  console.log(`elsewhere: ${row.id}: ${elsewhere.get(row.id)}`);
const wrong = [...proven.keys(), ...elsewhere.keys()].filter(
  (id) => prefix === "" && levels === undefined && !rows.some((row) => row.id === id),
);
for (const id of wrong) console.log(`no such row: ${id}`);
const count = rows.filter((row) => proven.has(row.id)).length;
console.log(
  `${rows.length} rows: ${count} proven by a test, ${rows.length - count - open.length} elsewhere, ${open.length} not proven`,
);
process.exit(wrong.length === 0 ? 0 : 1);
