// The conformance kit over Bun's own SQLite, as docs/databases.md has it opened.

import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kysely, SqliteDialect } from "kysely";
import { sqlStorage } from "scimkit/sql";
import { storageConformance } from "scimkit/testing";

/** Random queries in each comparison with the reference. */
const RUNS = 15;

const folder = mkdtempSync(join(tmpdir(), "scimkit-"));
const db = openBun(join(folder, "scim.db"));
const storage = sqlStorage({ db, hashSecret: (_, value) => `hash of ${String(value).length}` });
await storage.prepare();

const cases = [];
storageConformance({
  test: (title, run) => void cases.push([title, run]),
  factory: () => ({ storage }),
  runs: RUNS,
});
const failures = [];
for (const [title, run] of cases) await run().catch((error) => failures.push(`${title}: ${error.message}`));
writeFileSync(process.env.SCIMKIT_RESULT, JSON.stringify({ passed: cases.length - failures.length, failures }));
await db.destroy();
rmSync(folder, { recursive: true, force: true });
process.exit(0);

function openBun(path) {
  const database = new Database(path);
  const prepare = (text) => {
    const statement = database.query(text);
    return {
      reader: statement.columnNames.length > 0,
      all: (values) => statement.all(...values),
      run: (values) => statement.run(...values),
      iterate: (values) => statement.iterate(...values),
    };
  };
  return new Kysely({ dialect: new SqliteDialect({ database: { prepare, close: () => database.close() } }) });
}
