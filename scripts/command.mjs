// Makes dist/cli: the command, in files of its own, so that what it needs is loaded by nobody who imports the library.
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { readRecordings } from "../src/recordings/store.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "dist/cli");

rmSync(folder, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { scimkit: "src/cli/main.ts" },
  outdir: folder,
  bundle: true,
  // A file for each command, loaded when it is asked for.
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // A driver is the user's own.
  external: ["pg", "mysql2"],
  logLevel: "warning",
});
// What identity providers send: src/recordings/store.ts looks for it beside itself.
writeFileSync(
  join(folder, "recordings.json"),
  JSON.stringify(readRecordings(pathToFileURL(join(root, "test/interop/")))),
);
chmodSync(join(folder, "scimkit.js"), 0o755);
