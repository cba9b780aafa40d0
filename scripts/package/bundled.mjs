// Which packages stand in dist, by what the bundler says of its inputs.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What tsup and scripts/command.mjs write beside the files of dist, for scripts alone. */
export const METAFILES = ["dist/metafile-esm.json", "dist/metafile-cli.json"];

/** The packages, each with the folder that it was taken from. */
export function bundledPackages(root) {
  const outputs = METAFILES.flatMap((file) =>
    Object.values(JSON.parse(readFileSync(join(root, file), "utf8")).outputs),
  );
  const sources = outputs.flatMap(({ inputs }) => Object.keys(inputs));
  const names = sources.flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []);
  return [...new Set(names)].sort().map((name) => ({ name, folder: join(root, "node_modules", name) }));
}
