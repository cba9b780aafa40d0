// What a reader of the package finds: its licences, where it comes from, and whether the links of README lead somewhere.
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { bundledPackages } from "./bundled.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const LICENCES = "dist/THIRD-PARTY-LICENCES.txt";

/** `files`: what is in the tarball. */
export function checkPapers(files) {
  return [
    ...checkOrigin(),
    ...checkLinks(files),
    ...checkLicences(files),
    ...checkFolders(files),
    ...checkImports(files),
  ];
}

function checkOrigin() {
  return ["repository", "homepage", "bugs"]
    .filter((name) => !JSON.stringify(manifest[name] ?? "").includes("https://"))
    .map((name) => `package.json has no ${name}`);
}

/** A link of a page in the tarball leads to a page in the tarball, or has an address. */
function checkLinks(files) {
  return files
    .filter((page) => page.endsWith(".md"))
    .flatMap((page) =>
      linksOf(readFileSync(join(root, page), "utf8"))
        .map((link) => [link, posix.join(posix.dirname(page), link)])
        .filter(([, path]) => !files.some((file) => file === path || file.startsWith(`${path.replace(/\/$/, "")}/`)))
        .map(([link]) => `${page} links to ${link}, which is not in the tarball`),
    );
}

function linksOf(text) {
  return [...text.replaceAll(/```.*?```/gs, "").matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]:\s*(\S+)/gm)]
    .map(([, inline, below]) => (inline ?? below).replace(/#.*$/, ""))
    .filter((link) => link !== "" && !/^[a-z][a-z+.-]*:/i.test(link));
}

/** Whose code is in dist, has its licence there in full. */
function checkLicences(files) {
  if (!files.includes(LICENCES)) return [`${LICENCES} is missing from the tarball`];
  const text = readFileSync(join(root, LICENCES), "utf8");
  return bundledPackages(root).flatMap(({ name, folder }) => {
    const licence = ["LICENSE", "LICENSE.txt", "LICENSE.md"].map((file) => join(folder, file)).find(existsSync);
    const isThere = licence !== undefined && text.includes(readFileSync(licence, "utf8")) && text.includes(`${name} `);
    return isThere ? [] : [`${LICENCES} lacks the licence of ${name}`];
  });
}

/** Nothing names a folder of the machine that built it, or a map that is not there: loaders of maps warn of each. */
function checkFolders(files) {
  return files
    .filter((file) => file.startsWith("dist/"))
    .flatMap((file) => {
      const text = readFileSync(join(root, file), "utf8");
      return [
        ...(text.includes(root) ? [`${file} names a folder of this machine`] : []),
        ...(text.includes("sourceMappingURL=") ? [`${file} leads to a source map`] : []),
      ];
    });
}

/** Code and types need no package but those that are installed with this one, or that the host brings. */
function checkImports(files) {
  const brought = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  // `scimkit serve` says what to install where it is told of a PostgreSQL.
  const asked = { "dist/cli/": ["pg"] };
  const mayName = (file) => Object.entries(asked).flatMap(([folder, names]) => (file.startsWith(folder) ? names : []));
  return files
    .filter((file) => /^dist\/.*\.(?:js|cjs|ts|cts)$/.test(file))
    .flatMap((file) => {
      const text = readFileSync(join(root, file), "utf8").replaceAll(/^\s*(?:\*|\/\/|\/\*).*$/gm, "");
      const named = [...text.matchAll(/(?:\bfrom|\bimport\(|\brequire\()\s*["']([@\w][\w:/@.-]*)["']/g)].map(
        ([, name]) => name,
      );
      return named
        .filter((name) => ![...brought, ...mayName(file)].includes(name) && !name.startsWith("node:"))
        .map((name) => `${file} needs ${name}, which is not installed with the package`);
    });
}
