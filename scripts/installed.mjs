// Whether a folder's packages are installed, to the version that its lockfile says.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** npm writes what it has installed when it has done so: all that is locked, but for what is optional on other machines. */
export function isInstalled(folder) {
  const packagesOf = (path) => JSON.parse(readFileSync(join(folder, path), "utf8")).packages;
  if (!existsSync(join(folder, "node_modules/.package-lock.json"))) return false;
  const { "": _, ...locked } = packagesOf("package-lock.json");
  const there = packagesOf("node_modules/.package-lock.json");
  const isSame = (path) =>
    there[path]?.version === locked[path]?.version && there[path]?.integrity === locked[path]?.integrity;
  return (
    Object.keys(there).every(isSame) &&
    Object.entries(locked).every(([path, { optional }]) => isSame(path) || (optional && there[path] === undefined))
  );
}
