// How many bytes an application takes with it: `createScim`, `memoryStorage` and `fetchHandler`, bundled for a browser or a worker, minified and
// gzipped; without and with what is loaded later, the grammar of filters. Needs a built scimkit.
//   node bench/size.ts [folder of another built scimkit]
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { subjectIn } from "./harness/subject.ts";

const folder = process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url));
const { fileOf } = subjectIn(resolve(folder));
const { outputFiles, metafile } = await build({
  stdin: {
    contents: `
      export { createScim, Group, User } from ${JSON.stringify(fileOf("scimkit"))};
      export { memoryStorage } from ${JSON.stringify(fileOf("scimkit/memory"))};
      export { fetchHandler } from ${JSON.stringify(fileOf("scimkit/fetch"))};`,
    resolveDir: folder,
  },
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "es2022",
  outdir: "out",
  write: false,
  logLevel: "error",
  metafile: true,
});
const sizeOf = (path: string): number => {
  const file = outputFiles.find((one) => one.path.endsWith(path.replace(/^out/, "")));
  return file === undefined ? 0 : gzipSync(file.contents, { level: 9 }).length / 1000;
};
const first = new Set(["out/stdin.js"]);
for (const path of first)
  for (const { path: next, kind } of metafile.outputs[path]?.imports ?? [])
    if (kind !== "dynamic-import" && next in metafile.outputs) first.add(next);
const total = (paths: Iterable<string>): string => [...paths].reduce((sum, path) => sum + sizeOf(path), 0).toFixed(1);
console.log(`at once ${total(first)} kB, in all ${total(Object.keys(metafile.outputs))} kB`);
