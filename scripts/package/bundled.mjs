// Which packages stand in dist, by its source maps.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The source map of each file of dist, by the map's name. */
export function mapsOf(root) {
  const dist = join(root, "dist");
  return readdirSync(dist)
    .filter((file) => file.endsWith(".map"))
    .map((file) => [file, JSON.parse(readFileSync(join(dist, file), "utf8"))]);
}

/** The packages, each with the folder that it was taken from. */
export function bundledPackages(root) {
  const sources = mapsOf(root).flatMap(([, { sources }]) => sources);
  const names = sources.flatMap((source) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []);
  return [...new Set(names)].sort().map((name) => ({ name, folder: join(root, "node_modules", name) }));
}
