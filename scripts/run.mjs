// Runs a task of the project on a fresh clone as well: installs what is missing, builds what is stale, then starts the task
// with the project's own Node first in PATH. Plain Node 20 is enough for this file.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const TASKS = {
  demo: ["node", "examples/hono/demo.ts"],
  start: ["node", "examples/hono/start.ts"],
  "example:hono": ["node", "examples/hono/start.ts"],
  "example:express": ["node", "examples/express/start.ts"],
  "example:license-sync": ["node", "examples/license-sync/run.ts"],
  "example:metrics": ["node", "examples/metrics/start.ts"],
  "example:existing-tables": ["node", "examples/existing-tables/run.ts"],
  test: ["vitest", "run"],
  bench: ["node", "bench/run.ts"],
  "bench:patch": ["node", "bench/patch.ts"],
  "bench:bulk": ["node", "bench/bulk.ts"],
  "bench:storage": ["node", "bench/storage/run.ts"],
  "bench:races": ["node", "bench/storage/races.ts"],
  "bench:kill": ["node", "bench/storage/kill.ts"],
  "bench:linear": ["node", "bench/linear.ts"],
  "bench:pages": ["node", "bench/pages.ts"],
};

const [task, ...more] = process.argv.slice(2);
const command = TASKS[task];
if (command === undefined) {
  console.error(`Unknown task ${task ?? ""}. Tasks: ${Object.keys(TASKS).join(", ")}.`);
  process.exit(1);
}

const env = { ...process.env, PATH: [join(root, "node_modules/.bin"), process.env.PATH].join(delimiter) };
prepare();
run(command[0], [...command.slice(1), ...more]);

/** Several tasks that are started at once in a fresh clone take turns; what one has done, the next finds done. */
function prepare() {
  if (isInstalled() && isBuilt()) return;
  withLock(
    join(root, ".prepare.lock"),
    () => {
      if (!isInstalled()) install();
      if (!isBuilt()) build();
    },
    () => console.log("Waiting for another task of this folder to install and build …"),
  );
}

/** Whether what npm says that it has installed, last of all, is what the lockfile asks for. */
function isInstalled() {
  const wanted = packagesOf(join(root, "package-lock.json"));
  const found = packagesOf(join(root, "node_modules/.package-lock.json"));
  if (wanted === undefined || found === undefined || !existsSync(join(root, "node_modules/node/bin/node")))
    return false;
  return Object.entries(wanted).every(
    // What is for another platform is optional, and not installed.
    ([path, { version, optional }]) =>
      path === "" || (found[path] === undefined ? optional === true : found[path].version === version),
  );
}

function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, "utf8")).packages;
  } catch {
    return undefined;
  }
}

function install() {
  console.log("Installing dependencies (npm ci) …");
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) fail("npm ci failed", status);
}

/** Examples import the package by its name, which leads to dist. */
function isBuilt() {
  const built = join(root, "dist/index.js");
  const inputs = [...files("src"), "package.json", "tsup.config.ts", "tsconfig.json"];
  const newest = Math.max(...inputs.map((file) => statSync(join(root, file)).mtimeMs));
  // Types are written last.
  return existsSync(built) && existsSync(join(root, "dist/sql.d.cts")) && statSync(built).mtimeMs >= newest;
}

function build() {
  console.log("Building dist (tsup) …");
  const { status } = spawnSync("tsup", { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) fail("the build failed", status);
}

function files(folder) {
  return readdirSync(join(root, folder), { recursive: true }).map((file) => join(folder, String(file)));
}

function run(program, args) {
  const child = spawn(program, args, { cwd: root, env, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(error.message, 1));
  child.on("exit", (code, signal) => process.exit(signal === null ? code : 1));
}

function fail(problem, status) {
  console.error(`${task}: ${problem}.`);
  process.exit(status || 1);
}
