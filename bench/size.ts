// How many bytes an application takes with it: `createScim`, `memoryStorage` and `fetchHandler`, bundled for a browser or a worker, minified and
// gzipped; without and with what is loaded later, the grammar of filters. Needs a built scimkit.
//   npm run bench:size -- [--before=<folder of another built scimkit> --json=<file>]
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { type Figure, writeFigures } from "./harness/figures.ts";
import { subjectIn } from "./harness/subject.ts";

const { values } = parseArgs({
  options: { before: { type: "string" }, json: { type: "string" }, short: { type: "boolean" } },
});
/** What is aimed at, in kB. */
const MOST = { atOnce: 70, inAll: 110 } as const;

async function sizeOf(folder: string): Promise<{ readonly atOnce: number; readonly inAll: number }> {
  const { fileOf } = subjectIn(folder);
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
  const kilobytesOf = (path: string): number => {
    const file = outputFiles.find((one) => one.path.endsWith(path.replace(/^out/, "")));
    return file === undefined ? 0 : gzipSync(file.contents, { level: 9 }).length / 1000;
  };
  const total = (paths: Iterable<string>): number =>
    Math.round([...paths].reduce((sum, path) => sum + kilobytesOf(path), 0) * 10) / 10;
  const first = new Set(["out/stdin.js"]);
  for (const path of first)
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? [])
      if (kind !== "dynamic-import" && next in metafile.outputs) first.add(next);
  return { atOnce: total(first), inAll: total(Object.keys(metafile.outputs)) };
}

const folders = {
  scimkit: fileURLToPath(new URL("..", import.meta.url)),
  ...(values.before && { before: values.before }),
};
const rows: Figure[] = [];
for (const [name, folder] of Object.entries(folders)) {
  const { atOnce, inAll } = await sizeOf(resolve(folder));
  console.log(`${name}: at once ${atOnce} kB, in all ${inAll} kB`);
  rows.push({
    name,
    values: { "at once, kB": atOnce, "with what is loaded later, kB": inAll },
    ...(name === "scimkit"
      ? {
          target: `≤ ${MOST.atOnce} kB at once, ≤ ${MOST.inAll} kB in all`,
          isMet: atOnce <= MOST.atOnce && inAll <= MOST.inAll,
        }
      : {}),
  });
}
if (values.json !== undefined)
  writeFigures(values.json, {
    title: "size",
    about:
      "createScim, memoryStorage and fetchHandler in one bundle, minified and gzipped, without and with what is loaded later.",
    rows,
  });
