// Makes dist/cli: the command, in files of its own, so that what it needs is loaded by nobody who imports the library.
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { readRecordings } from "../src/recordings/store.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "dist/cli");

rmSync(folder, { recursive: true, force: true });
const { metafile } = await build({
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
  // The library is in here once more; names stay, because stack traces have them.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});
// By it scripts/licences.mjs knows whose code is in the command.
writeFileSync(join(root, "dist/metafile-cli.json"), JSON.stringify(metafile));
// What identity providers send: src/recordings/store.ts looks for it beside itself.
writeFileSync(
  join(folder, "recordings.json"),
  JSON.stringify(readRecordings(pathToFileURL(join(root, "test/interop/")))),
);
chmodSync(join(folder, "scimkit.js"), 0o755);
