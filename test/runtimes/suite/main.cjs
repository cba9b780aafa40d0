// Runs the cases over one host and one storage, which the environment names, with the modules that the caller loaded in its own
// way. What came of it goes into a file, because loaders print what they like.
const { writeFileSync } = require("node:fs");
const { runCases } = require("./cases.cjs");
const { HOSTS } = require("./hosts.cjs");
const { createService } = require("./service.cjs");

const STORAGES = {
  memory: async ({ memory }) => memory.memoryStorage(),
  openSqlite: async ({ sql }) => {
    const storage = sql.sqlStorage({ db: await sql.openSqlite(":memory:") });
    await storage.migrate();
    return storage;
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
  const storage = await STORAGES[storageName](modules);
  const host = await HOSTS[hostName](modules, createService(modules, storage));
  try {
    return await runCases(host.fetch, host.origin);
  } finally {
    await host.close();
  }
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
