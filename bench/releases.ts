// A matrix of schema changes: each is played over memory, SQLite, PostgreSQL and the tables of an application, and everything that a
// client does is tried afterwards. `--package <folder>` tries another build (an older release, unpacked) instead of this one's;
// `--details` says what went wrong. Ends with a status other than 0 when anything did.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CHANGES } from "../test/releases/changes.ts";
import { OPERATIONS, type Outcomes, play } from "../test/releases/play.ts";
import type { Package } from "../test/releases/server.ts";
import { type Kind, mapped, memory, postgres, sqlite } from "../test/releases/stores.ts";

const URL_OF_POSTGRES = process.env.DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/postgres";
const folder = process.argv.find((_, index) => process.argv[index - 1] === "--package") ?? ".";
const load = async (file: string) => import(pathToFileURL(resolve(folder, "dist", file)).href);
const pack: Package = { core: await load("index.js"), memory: await load("memory.js"), sql: await load("sql.js") };

const kinds: readonly Kind[] = [memory, sqlite, postgres(URL_OF_POSTGRES), mapped];
let wrong = 0;
let cells = 0;
for (const kind of kinds) {
  console.log(
    `\n${kind.name}\n${"".padEnd(46)} ${OPERATIONS.map((_, index) => String(index + 1).padStart(3)).join("")}`,
  );
  for (const change of CHANGES) {
    const [store, fresh] = [await kind.make(), await memory.make()];
    const outcomes: Outcomes = await play(pack, store, fresh, change).catch((error) => ({ open: String(error) }));
    await store.close().catch(() => undefined);
    const marks = OPERATIONS.map((operation) => (outcomes[operation] === undefined ? "  ." : "  X"));
    cells += OPERATIONS.length;
    wrong += Object.keys(outcomes).length;
    console.log(`${change.name.padEnd(46)} ${marks.join("")}`);
    if (process.argv.includes("--details"))
      for (const [operation, outcome] of Object.entries(outcomes))
        console.log(`    ${operation}: ${outcome.slice(0, 300)}`);
  }
}
console.log(`\n${OPERATIONS.map((operation, index) => `${index + 1} ${operation}`).join(", ")}`);
console.log(`${CHANGES.length} changes, ${kinds.length} storages, ${cells} cells: ${wrong} wrong`);
if (wrong > 0) process.exitCode = 1;
