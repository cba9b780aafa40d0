// How large a client is in an application: what a bundler makes of `createClient`, minified and gzipped.
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** The most kilobytes: at once, and with what is loaded when an update or a bulk request is made. */
const MOST = { atOnce: 12, inAll: 15.5 };

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
  const later = new Set(
    Object.values(metafile.outputs).flatMap(({ imports }) =>
      imports.filter(({ kind }) => kind === "dynamic-import").map(({ path }) => path),
    ),
  );
  const sizeOf = (files) => files.reduce((sum, { contents }) => sum + gzipSync(contents).length / 1000, 0);
  const atOnce = sizeOf(outputFiles.filter(({ path }) => ![...later].some((one) => path.endsWith(one))));
  const inAll = sizeOf(outputFiles);
  console.log(
    `package: a minified client is ${atOnce.toFixed(1)} kB gzipped of at most ${MOST.atOnce}, in all ${inAll.toFixed(1)} of ${MOST.inAll}`,
  );
  return atOnce > MOST.atOnce || inAll > MOST.inAll
    ? [`a minified client is ${atOnce.toFixed(1)} kB at once and ${inAll.toFixed(1)} in all: find what grew`]
    : [];
}
