// Runs a task of the project on a fresh clone as well: installs what is missing, builds what is stale, then starts the task
// with the project's own Node first in PATH. Plain Node 20 is enough for this file.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isInstalled } from "./installed.mjs";
import { withLock } from "./lock.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const TASKS = {
  demo: ["node", "examples/hono/demo.ts"],
  start: ["node", "examples/hono/start.ts"],
  "example:hono": ["node", "examples/hono/start.ts"],
  "example:express": ["node", "examples/express/start.ts"],
  "example:grants": ["node", "examples/grants/run.ts"],
  "example:license-sync": ["node", "examples/license-sync/run.ts"],
  "example:metrics": ["node", "examples/metrics/start.ts"],
  "example:offboarding": ["node", "examples/offboarding/run.ts"],
  "example:security-events": ["node", "examples/security-events/run.ts"],
  "example:existing-tables": ["node", "examples/existing-tables/run.ts"],
  "example:prisma": ["node", "examples/prisma/run.ts"],
  "example:drizzle": ["node", "examples/drizzle/run.ts"],
  test: ["vitest", "run"],
  // The tests that ask for their size, and no others.
  "test:thorough": ["vitest", "related", "--run", "test/support/size.ts"],
  mutants: ["node", "scripts/mutants/run.mjs"],
  bench: ["node", "bench/run.ts"],
  "bench:http": ["node", "bench/http/run.ts"],
  "bench:patch": ["node", "bench/patch.ts"],
  "bench:bulk": ["node", "bench/bulk.ts"],
  "bench:storage": ["node", "bench/storage/run.ts"],
  "bench:races": ["node", "bench/storage/races.ts"],
  "bench:kill": ["node", "bench/storage/kill.ts"],
  "bench:redis": ["node", "bench/storage/redis.ts"],
  "bench:reindex": ["node", "bench/storage/reindex.ts"],
  "bench:faults": ["node", "bench/storage/faults.ts"],
  "bench:leaks": ["node", "bench/leaks.ts"],
  "bench:linear": ["node", "bench/linear.ts"],
  "bench:pages": ["node", "bench/pages.ts"],
  "bench:slow-readers": ["node", "bench/slow-readers.ts"],
  "bench:stall": ["node", "bench/stall.ts"],
  "bench:tenant-memory": ["node", "--expose-gc", "bench/tenant-memory.ts"],
  "bench:releases": ["node", "bench/releases.ts"],
  "bench:outbox": ["node", "bench/storage/outbox.ts"],
  "bench:galera": ["node", "bench/storage/galera.ts"],
  "bench:steps": ["node", "bench/storage/steps.ts"],
  "bench:tenants": ["node", "bench/tenants.ts"],
  "bench:import": ["node", "bench/import.ts"],
  "bench:start": ["node", "bench/start.ts"],
  "bench:size": ["node", "bench/size.ts"],
  "bench:growth": ["node", "bench/growth.ts"],
  "bench:provisioning": ["node", "bench/provisioning.ts"],
  "bench:cost": ["node", "bench/cost.ts"],
};

/** What a task is told besides, unless it is told otherwise. */
const SETTINGS = { "test:thorough": { SCIMKIT_SIZE: "thorough" } };

/** Those that compare with others, which are dependencies of the folder `bench/peers` alone. */
const WITH_PEERS = ["bench", "bench:http"];
const WITHOUT_PEERS = ["--no-peers", "--guard", "--record"];

const [task, ...more] = process.argv.slice(2);
const command = TASKS[task];
if (command === undefined) {
  console.error(`Unknown task ${task ?? ""}. Tasks: ${Object.keys(TASKS).join(", ")}.`);
  process.exit(1);
}

const PATH = [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter);
const env = { ...SETTINGS[task], ...process.env, PATH };
await withLock(
  join(root, ".install-lock"),
  () => {
    installIfNeeded(root);
    if (WITH_PEERS.includes(task) && !more.some((one) => WITHOUT_PEERS.includes(one)))
      installIfNeeded(join(root, "bench/peers"));
    buildIfNeeded();
  },
  (pid) => console.log(`Waiting for process ${pid}, which installs or builds …`),
);
run(command[0], [...command.slice(1), ...more]);

function installIfNeeded(folder) {
  if (isInstalled(folder)) return;
  console.log(`Installing dependencies${folder === root ? "" : ` of ${basename(folder)}`} (npm ci) …`);
  const installed = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (installed.status !== 0) fail("npm ci failed", installed.status);
}

/** Examples import the package by its name, which leads to dist. */
function buildIfNeeded() {
  const built = join(root, "dist/index.js");
  const inputs = [
    ...files("src"),
    "package.json",
    "tsup.config.ts",
    "tsconfig.json",
    "scripts/chunks.mjs",
    "scripts/commonjs.mjs",
  ];
  const newest = Math.max(...inputs.map((file) => statSync(join(root, file)).mtimeMs));
  if (existsSync(built) && existsSync(join(root, "dist/index.d.ts")) && statSync(built).mtimeMs >= newest) return;
  console.log("Building dist (npm run build) …");
  const result = spawnSync("npm", ["run", "--silent", "build"], {
    cwd: root,
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (result.status !== 0) fail("the build failed", result.status);
}

function files(folder) {
  return readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, String(file)));
}

function run(program, args) {
  const child = spawn(program, args, { cwd: root, env, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  endWithNpm(child);
  child.on("error", (error) => fail(error.message, 1));
  child.on("exit", (code, signal) => process.exit(signal === null ? code : 1));
}

/** A signal to npm ends the shell between it and us, which hands nothing on: the task would hold its port for ever. */
function endWithNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill("SIGTERM");
  }, 100);
}

function fail(problem, status) {
  console.error(`${task}: ${problem}.`);
  process.exit(status || 1);
}
