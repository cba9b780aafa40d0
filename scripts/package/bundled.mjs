// Which packages stand in dist, by what the bundler says of its inputs.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What tsup writes beside the files of dist, for scripts alone. */
export const METAFILE = "dist/metafile-esm.json";

/** The packages, each with the folder that it was taken from. */
export function bundledPackages(root) {
  const { outputs } = JSON.parse(readFileSync(join(root, METAFILE), "utf8"));
  const sources = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const names = sources.flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []);
  return [...new Set(names)].sort().map((name) => ({ name, folder: join(root, "node_modules", name) }));
}
