// Prints which rows of the threat register are named by the title of a test, and which are not.
//   node scripts/threats.mjs
// A title names a row behind the word threat, at the end of its brackets: `… [P-2-01 threat A1 H3]`. The word is needed, because
// rulings and other lists have ids of the same form.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const shared = process.env.SCIMKIT_SHARED ?? join(root, "../shared");
const register = join(shared, "security/threats.md");
if (!existsSync(register)) {
  console.log("The threat register is not in this checkout; nothing to compare.");
  process.exit(0);
}
/** The ids in the first column of the tables of a page. */
const rowsOf = (page) => [...readFileSync(page, "utf8").matchAll(/^\| ([A-Z]\d+) \|/gm)].map(([, id]) => id);

const rows = rowsOf(register);
const elsewhere = new Set(rowsOf(join(root, "docs/security.md")));
const proven = new Set();
for (const file of readdirSync(join(root, "test"), { recursive: true }).map(String)) {
  if (!/\.test(-d)?\.ts$/.test(file)) continue;
  for (const [, list] of readFileSync(join(root, "test", file), "utf8").matchAll(/\[[^[\]\n]*\bthreat ([A-Z0-9 ]+)\]/g))
    for (const id of list.split(" ")) proven.add(id);
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
