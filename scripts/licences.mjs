// Writes dist/THIRD-PARTY-LICENCES.txt: the licence of each package whose code stands in dist. Which these are, the bundler says.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundledPackages } from "./package/bundled.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

const sections = bundledPackages(root).map(({ name, folder }) => {
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|notice|copying)(?:\.|$)/i.test(file));
  if (files.length === 0) throw new Error(`${name} is bundled and has no file that says its licence.`);
  return [`${name} ${version} (${license})`, ...files.map((file) => readFileSync(join(folder, file), "utf8"))].join(
    "\n\n",
  );
});
const intro = "Code of these packages is part of the files beside this one.";
writeFileSync(join(root, "dist/THIRD-PARTY-LICENCES.txt"), [intro, ...sections].join(`\n\n${"-".repeat(80)}\n\n`));
