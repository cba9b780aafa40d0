// What is in the tarball, how large each entry point is with all that it loads, and what it must not hold.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { checkPapers } from "./papers.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** What must not be in an entry that runs on every runtime. */
const EVERY_RUNTIME = ["node:", '"pg"', "kysely", "fast-check"];
/** Nor in one that people import who have no Zod of their own. */
const ZOD = 'from "zod';
const EVERYWHERE = [...EVERY_RUNTIME, ZOD];

/** What is in the grammar of filters and nowhere else; and the entry points whose functions cannot wait for it. */
const GRAMMAR = "performSelfAnalysis";
const GRAMMAR_AT_ONCE = ["filter", "patch", "testing"];

/**
 * Entry points: the most kilobytes, unminified and gzipped, of an entry with every chunk of the package that it loads at once, and with
 * those that it loads `later`, when they are needed; the reason; and strings that they must not hold. An entry loads up to a tenth more than
 * it needs: scripts/chunks.mjs puts small chunks together, as a start waits longer for files than for bytes.
 */
const ENTRIES = {
  index: {
    most: 167,
    later: 218,
    why: "the whole protocol: schemas as data are a sixth of it, what is bundled of Zod a sixteenth; later, for texts that are not read without it, the bundled library of the filter grammar",
    without: EVERYWHERE,
  },
  storage: {
    most: 38,
    why: "what adapters are helped with: scan, filter and order over values, references, keys; an adapter over documents, and one over several storages; compiled predicates",
    without: EVERYWHERE,
  },
  memory: {
    most: 60,
    why: "shares filter and schema with the core; keeps the state that a long query is answered from, reads what other schemas wrote, and reports it; hands out what nobody changes without a copy",
    without: EVERYWHERE,
  },
  fetch: {
    most: 5,
    why: "a host, and the errors that it answers with",
    without: EVERYWHERE,
  },
  node: { most: 10, why: "a host, and the errors that it answers with", without: ['"pg"', "kysely", "fast-check"] },
  ownership: { most: 25, why: "asks the ledger of storage; deletes by what the service has", without: EVERYWHERE },
  grants: {
    most: 36,
    later: 88,
    why: "compares groups and roles; finds groups by filters, whose grammar is loaded later, if it is",
    without: EVERYWHERE,
  },
  transfer: {
    most: 62,
    later: 120,
    why: "reads each line as the body of a create is read, finds what is wrong with it, and changes what is there as a PUT does",
    without: EVERYWHERE,
  },
  client: {
    most: 21,
    later: 26,
    why: "a client without the schema core, unminified: transport, patience, pages, filters, and what seventeen servers do otherwise; later, updates and bulk requests. A bundler that is given createClient alone makes less than 12 of it (bench/size.ts)",
    without: EVERYWHERE,
  },
  zod: {
    most: 20,
    why: "schemas compiled, and the checks that bodies get; Zod itself is the host's",
    without: EVERY_RUNTIME,
  },
  host: { most: 5, why: "types, the reading of a body, and the errors that it deserves", without: EVERYWHERE },
  filter: {
    most: 82,
    why: "the bundled library of the grammar, a reader of the common forms, resolver and predicate, and names that are nearest to misspelt ones",
    without: EVERYWHERE,
  },
  patch: {
    most: 106,
    why: "needs the reader of values and the filter, each in steps, and what is kept that nobody declared; knows the paths that it has met",
    without: EVERYWHERE,
  },
  testing: {
    most: 318,
    why: "more than 450 cases with their sentences, what is bundled of Zod, and the service whose announcements they compare with storage; the cases for hosts, and a server for the tests of clients",
    // Loaded when a host is tried or a server listens, and not before: node:net, node:http.
    without: ['from "node:', 'require("node:', '"pg"', 'from "fast-check"', 'require("fast-check")', ZOD],
  },
  sql: {
    most: 208,
    why: "three dialects over one compiler, each in one statement and in steps, for tables of its own and for those of the host: with memberships, child tables, deleted rows, shared columns and triggers, and with what of these would fail later; threads for SQLite, and what becomes of data when schemas change and tenants leave",
    without: ['from "pg"', ZOD],
  },
};

/**
 * The most kilobytes of the tarball, as it is sent and as it lies on a disk. The code is there twice, as modules and as CommonJS, and
 * readable, because its lines are what a stack trace names; types and pages are a third. Source maps would be 1,250 kB more. The command is
 * 2,300 kB, 570 packed: it holds the library once more, and Kysely, so that `npx scimkit serve` needs nothing beside it, and 127 kB of recordings.
 */
const TARBALL = { packed: 2200, unpacked: 9000 };

export function checkContents() {
  const { files, size, unpackedSize } = packed();
  const paths = files.map(({ path }) => path);
  return [
    ...checkFiles(paths),
    ...checkPapers(paths),
    ...checkTarball({ packed: size, unpacked: unpackedSize }),
    ...checkSizes(),
    ...checkTypes(),
  ];
}

/** What npm says of the tarball. */
function packed() {
  const { stdout } = spawnSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
  });
  return JSON.parse(stdout)[0];
}

function checkTarball(sizes) {
  return Object.entries(TARBALL).flatMap(([name, most]) => {
    const size = sizes[name] / 1000;
    console.log(`package: ${size.toFixed(0)} kB ${name} of at most ${most}`);
    return size > most ? [`the tarball has ${size.toFixed(0)} kB ${name}; the ceiling is ${most}; find what grew`] : [];
  });
}

/** Nothing but code, types and papers: every file is of the build, and every entry point is there. */
function checkFiles(files) {
  const papers = [
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "UPGRADING.md",
    "dist/THIRD-PARTY-LICENCES.txt",
    "dist/cli/recordings.json",
    "dist/cli/scimkit.js",
    "package.json",
  ];
  const read =
    /^(?:docs\/.*\.(?:md|tsv|svg|schema\.json)|examples\/.*\.(?:ts|sql|prisma)|examples\/adapter-template\/.*)$/;
  const names = Object.keys(ENTRIES).flatMap((name) =>
    [".js", ".cjs", ".d.ts", ".d.cts"].map((ending) => `dist/${name}${ending}`),
  );
  const shared = /^dist\/[\w-]+-[A-Z0-9a-z_-]{8}\.(?:d\.ts|d\.cts|js|cjs)$/;
  const command = /^dist\/cli\/[\w-]+\.js(?:on)?$/;
  const foreign = files.filter(
    (path) => ![...papers, ...names].includes(path) && ![shared, command, read].some((one) => one.test(path)),
  );
  const missing = [...papers, ...names].filter((path) => !files.includes(path));
  const unlisted = Object.keys(exports).filter(
    (path) => path !== "./package.json" && ENTRIES[path === "." ? "index" : path.slice(2)] === undefined,
  );
  return [
    ...foreign.map((path) => `${path} is in the tarball and does not belong there`),
    ...missing.map((path) => `${path} is missing from the tarball`),
    ...unlisted.map((path) => `the entry point ${path} has no ceiling in scripts/package/contents.mjs`),
  ];
}

const AT_ONCE = /(?:from|import)\s*"(\.[^"]+)"/g;
const AT_ONCE_OR_LATER = /(?:from|import)\s*\(?"(\.[^"]+)"/g;

/** The file and every chunk of the package that it loads. */
function closure(file, imports, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, path] of readFileSync(file, "utf8").matchAll(imports))
    closure(join(dirname(file), path), imports, seen);
  return seen;
}

function codeOf(files) {
  return [...files].map((path) => readFileSync(path, "utf8")).join("\n");
}

function checkSizes() {
  return Object.entries(ENTRIES).flatMap(([name, { most, later = most, why, without }]) => {
    const file = join(root, "dist", `${name}.js`);
    if (!existsSync(file)) return [`dist/${name}.js is not built`];
    const code = codeOf(closure(file, AT_ONCE_OR_LATER));
    const atOnce = codeOf(closure(file, AT_ONCE));
    const size = gzipSync(atOnce).length / 1024;
    const all = gzipSync(code).length / 1024;
    console.log(
      `package: ${name} loads ${size.toFixed(1)} kB gzipped of at most ${most}, in all ${all.toFixed(1)} of ${later} (${why})`,
    );
    return [
      ...(size > most || all > later
        ? [
            `${name} loads ${size.toFixed(1)} kB, in all ${all.toFixed(1)}; the ceilings are ${most} and ${later} (${why}); raise them with a reason, or find what grew`,
          ]
        : []),
      ...(GRAMMAR_AT_ONCE.includes(name) || !atOnce.includes(GRAMMAR)
        ? []
        : [`${name} must not load the grammar of filters at once`]),
      ...without.filter((text) => withoutComments(code).includes(text)).map((text) => `${name} must not hold ${text}`),
    ];
  });
}

function withoutComments(code) {
  return code.replaceAll(/^\s*(?:\*|\/\/|\/\*).*$/gm, "");
}

/** The types that users see say what they mean: none is `any`, and editors find the documentation of attributes in them. */
function checkTypes() {
  const isDocumented = /\/\*\* E-mail addresses; [^\n]*\*\/\s+readonly emails: /.test(
    readFileSync(join(root, "dist/index.d.ts"), "utf8"),
  );
  return [...(isDocumented ? [] : ["index.d.ts lacks the documentation of attributes"]), ...anyTypes()];
}

function anyTypes() {
  return readdirSync(join(root, "dist"))
    .filter((file) => file.endsWith(".d.ts"))
    .flatMap((file) => {
      const lines = withoutComments(readFileSync(join(root, "dist", file), "utf8")).split("\n");
      return lines
        .filter((line) => /[:<|(,\s]any\b(?!\w*")/.test(line.replaceAll(/"[^"]*"/g, '""')))
        .map((line) => `${file} has the type any: ${line.trim()}`);
    });
}
