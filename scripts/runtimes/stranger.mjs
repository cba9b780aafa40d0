// A project like that of somebody who tries the package: an empty folder, `npm init -y`, `npm install` of the tarball.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives a folder with two projects, `commonjs` and `module`, by the `type` of their package.json, with the suite in each. */
export function makeStranger(root, room) {
  const folder = mkdtempSync(join(tmpdir(), "scimkit-stranger-"));
  const npm = (cwd, ...args) =>
    execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const [{ filename }] = JSON.parse(npm(root, "pack", "--json", "--ignore-scripts", "--pack-destination", folder));
  const { kysely } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies;
  const first = join(folder, "commonjs");
  mkdirSync(first);
  npm(first, "init", "-y");
  npm(first, "install", "--no-audit", "--no-fund", "--loglevel=error", join(folder, filename), `kysely@${kysely}`);
  const manifest = JSON.parse(readFileSync(join(first, "package.json"), "utf8"));
  const second = join(folder, "module");
  mkdirSync(second);
  symlinkSync(join(first, "node_modules"), join(second, "node_modules"), "junction");
  for (const [project, type] of [
    [first, "commonjs"],
    [second, "module"],
  ]) {
    cpSync(join(room, "suite"), project, { recursive: true });
    writeFileSync(join(project, "package.json"), JSON.stringify({ ...manifest, type }, undefined, 2));
  }
  return folder;
}
