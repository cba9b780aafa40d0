import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, matchesGlob } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const { paths } = JSON.parse(readFileSync(new URL("tsconfig.json", import.meta.url), "utf8")).compilerOptions as {
  readonly paths: Readonly<Record<string, readonly [string]>>;
};

/** In milliseconds, and far more than any test takes: none is judged by the clock, and one that hangs still comes to an end. */
const LONGEST = 20 * 60_000;

/** Tests that leave nothing behind in their process, so that one loads the modules for many of these files. */
const TOGETHER = ["call", "events", "filter", "operations", "patch", "property", "protocol", "quirks", "schema"].map(
  (room) => `test/${room}/**/*.test.ts`,
);

/**
 * Kits that are run in one size, whatever is asked for: the same statements over other drivers, in other places and tables, which the
 * engines of their own try at full size.
 */
const IN_ONE_SIZE = [
  "test/storage/by-tenant/**",
  "test/storage/document/conformance.test.ts",
  "test/storage/redis/conformance.test.ts",
  "test/storage/sql/drivers/**",
  "test/storage/sql/mariadb.test.ts",
  "test/storage/sql/pglite.test.ts",
  "test/storage/sql/steps.test.ts",
  "test/storage/sql/map/mariadb.test.ts",
  "test/storage/sql/map/pglite.test.ts",
  "test/storage/sql/map/typical/**",
  "test/storage/sql/map/without-returning.test.ts",
];
const isThorough = process.env.SCIMKIT_SIZE === "thorough";

/** What a file loads of those beside it: types are not loaded. */
const IMPORT = /^(?:import|export) (?!type )[^;]*?from "(\.[^"]+)";$/gm;

/**
 * Those that ask for their size, in themselves or through what they import: `.ci/run` runs them once, at full size, and so not before at
 * everyday sizes. What is imported by a name that is put together is not found, and so run twice.
 */
function filesThatAskForTheirSize(): readonly string[] {
  const root = fileURLToPath(new URL(".", import.meta.url));
  const importers = new Map<string, string[]>();
  for (const entry of readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })) {
    const file = join("test", entry);
    if (!file.endsWith(".ts") || file.includes("node_modules")) continue;
    for (const [, path = ""] of readFileSync(join(root, file), "utf8").matchAll(IMPORT)) {
      const imported = join(dirname(file), path);
      importers.set(imported, [...(importers.get(imported) ?? []), file]);
    }
  }
  const found = new Set(["test/support/size.ts"]);
  for (const file of found) for (const importer of importers.get(file) ?? []) found.add(importer);
  return [...found].filter((file) => file.endsWith(".test.ts") && !IN_ONE_SIZE.some((one) => matchesGlob(file, one)));
}
const LATER = process.env.SCIMKIT_LARGE === "later" ? filesThatAskForTheirSize() : [];

export default defineConfig({
  resolve: {
    // Tests and examples import the package by its name; here that is the source, so that no build is needed.
    alias: Object.entries(paths).map(([name, [path]]) => ({
      find: new RegExp(`^${name}$`),
      replacement: fileURLToPath(new URL(path, import.meta.url)),
    })),
  },
  test: {
    testTimeout: LONGEST,
    hookTimeout: LONGEST,
    teardownTimeout: LONGEST,
    // Every core: vitest itself has little to do while tests run.
    maxWorkers: "100%",
    typecheck: {
      enabled: true,
      include: ["test/types/**/*.test-d.ts"],
      tsconfig: "tsconfig.json",
      checker: "node_modules/typescript7/bin/tsc",
    },
    // Those that need a process of their own come first, as the longest ones are among them.
    projects: [
      {
        extends: true,
        test: {
          name: "alone",
          include: ["test/**/*.test.ts"],
          exclude: [...TOGETHER, "test/runtimes/**", ...(isThorough ? IN_ONE_SIZE : []), ...LATER],
        },
      },
      {
        extends: true,
        test: {
          name: "together",
          include: TOGETHER,
          exclude: [...LATER],
          isolate: false,
          typecheck: { enabled: false },
        },
      },
    ],
    // In CI a second reporter leaves the counts behind that the last line of .ci/run is made of.
    ...(process.env.SCIMKIT_REPORT === undefined
      ? {}
      : { reporters: ["default", "json"], outputFile: { json: process.env.SCIMKIT_REPORT } }),
  },
});
