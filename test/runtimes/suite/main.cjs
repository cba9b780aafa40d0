// Runs the cases over one host and one storage, which the environment names, with the modules that the caller loaded in its own
// way. What came of it goes into a file, because loaders print what they like.
const { mkdtempSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { runCases } = require("./cases.cjs");
const { HOSTS } = require("./hosts.cjs");
const { createService } = require("./service.cjs");

const STORAGES = {
  memory: async ({ memory }) => ({ storage: memory.memoryStorage(), close: () => undefined }),
  /** In a file that nobody closes: its threads must let the process end all the same. */
  openSqlite: async ({ sql }) => {
    const folder = mkdtempSync(join(tmpdir(), "scimkit-"));
    const db = await sql.openSqlite(join(folder, "scim.db"));
    const storage = sql.sqlStorage({ db });
    await storage.prepare();
    await checkThreads(db);
    return { storage, close: () => rmSync(folder, { recursive: true, force: true }) };
  },
};

async function main(modules) {
  const { SCIMKIT_HOST, SCIMKIT_STORAGE, SCIMKIT_RESULT } = process.env;
  const result = await run(modules, SCIMKIT_HOST, SCIMKIT_STORAGE).catch((error) => ({
    passed: 0,
    failures: [String(error.stack ?? error)],
  }));
  writeFileSync(SCIMKIT_RESULT, JSON.stringify(result));
  return result;
}

async function run(modules, hostName, storageName) {
  checkOneClass(modules);
  const { storage, close } = await STORAGES[storageName](modules);
  const host = await HOSTS[hostName](modules, createService(modules, storage));
  try {
    return await runCases(host.fetch, host.origin);
  } finally {
    await host.close();
    close();
  }
}

/** A long statement on a file leaves the event loop to others. */
async function checkThreads(db) {
  const sql =
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 3000000) SELECT count(*) AS count FROM c";
  let hasEnded = false;
  const query = { kind: "RawNode", sqlFragments: [sql], parameters: [] };
  const ended = db.executeQuery({ sql, parameters: [], query, queryId: { queryId: "long" } }).then(({ rows }) => {
    hasEnded = true;
    return rows[0].count;
  });
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
  if (hasEnded) throw new Error("A long statement on a file held up the event loop.");
  if ((await ended) !== 3000000) throw new Error("A long statement on a file was answered with something else.");
}

/** Whatever entry point throws it, it is the class that the package's main entry point has. */
function checkOneClass({ scimkit, filter, patch }) {
  const thrown = [
    () => filter.parseFilter("userName zz 1"),
    () => patch.parsePatch({ schemas: [] }, { maxOperations: 1 }),
  ].map((act) => {
    try {
      return act();
    } catch (error) {
      return error;
    }
  });
  if (!thrown.every((error) => error instanceof scimkit.ScimError))
    throw new Error("The entry points have a ScimError each.");
}

module.exports = { main };
