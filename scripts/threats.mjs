// Prints which rows of docs/threats.md are named by the title of a test, and which are not.
//   node scripts/threats.mjs
// A title names rows at its end, in brackets, among other ids: `… [P-2-01 T-A1 T-H3]`.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
/** The ids in the first column of the tables of a page. */
const rowsOf = (page) =>
  [...readFileSync(join(root, page), "utf8").matchAll(/^\| (T-[A-Z]\d+) \|/gm)].map(([, id]) => id);

const rows = rowsOf("docs/threats.md");
const elsewhere = new Set(rowsOf("docs/security.md"));
const proven = new Set();
for (const file of readdirSync(join(root, "test"), { recursive: true }).map(String)) {
  if (!/\.test(-d)?\.ts$/.test(file)) continue;
  for (const [, list] of readFileSync(join(root, "test", file), "utf8").matchAll(
    /\[([A-Z][\w.-]*(?: [A-Z][\w.-]*)*)\]/g,
  ))
    for (const id of list.split(" ")) if (/^T-[A-Z]\d+$/.test(id)) proven.add(id);
}

const open = rows.filter((id) => !proven.has(id) && !elsewhere.has(id));
const named = rows.filter((id) => proven.has(id));
const others = rows.filter((id) => elsewhere.has(id) && !proven.has(id));
const wrong = [...proven, ...elsewhere].filter((id) => !rows.includes(id));
for (const id of others) console.log(`elsewhere: ${id}`);
for (const id of open) console.log(`not proven: ${id}`);
for (const id of wrong) console.log(`no such row: ${id}`);
console.log(
  `${rows.length} threats: ${named.length} proven by a test, ${others.length} elsewhere, ${open.length} not proven`,
);
process.exit(open.length + wrong.length === 0 ? 0 : 1);
