// How large a client is in an application: what a bundler makes of `createClient`, minified and gzipped.
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** The most kilobytes: at once, and with what is loaded with the first create, update and bulk request. */
const MOST = { atOnce: 12, inAll: 19 };

export async function checkBundledClient(root) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: 'export { createClient } from "./dist/client.js";', resolveDir: root, sourcefile: "entry.js" },
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    platform: "neutral",
    outdir: join(root, "out"),
    write: false,
    metafile: true,
    logLevel: "error",
  });
  // What is loaded at once is what the entry leads to by imports that do not wait.
  const names = Object.keys(metafile.outputs);
  const first = new Set(names.filter((name) => name.endsWith("stdin.js")));
  for (const name of first)
    for (const { path, kind } of metafile.outputs[name].imports) if (kind === "import-statement") first.add(path);
  const sizeOf = (wanted) =>
    outputFiles
      .filter(({ path }) => wanted.some((name) => path.endsWith(basename(name))))
      .reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length / 1024, 0);
  const atOnce = sizeOf([...first]);
  const inAll = sizeOf(names);
  console.log(
    `package: a minified client is ${atOnce.toFixed(1)} kB gzipped of at most ${MOST.atOnce}, in all ${inAll.toFixed(1)} of ${MOST.inAll}`,
  );
  return atOnce > MOST.atOnce || inAll > MOST.inAll
    ? [`a minified client is ${atOnce.toFixed(1)} kB at once and ${inAll.toFixed(1)} in all: find what grew`]
    : [];
}
