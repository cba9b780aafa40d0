import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url));

/** In milliseconds, and far more than any test takes: none is judged by the clock, and one that hangs still comes to an end. */
const LONGEST = 20 * 60_000;

/** Tests that leave nothing behind in their process, so that one loads the modules for many of these files. */
const TOGETHER = ["events", "filter", "operations", "patch", "property", "protocol", "quirks", "schema"].map(
  (room) => `test/${room}/**/*.test.ts`,
);

export default defineConfig({
  resolve: {
    // Tests and examples import the package by its name; here that is the source, so that no build is needed.
    alias: [
      { find: /^scimkit$/, replacement: source("index.ts") },
      { find: /^scimkit\/memory$/, replacement: source("storage/memory/index.ts") },
      { find: /^scimkit\/fetch$/, replacement: source("hosts/fetch.ts") },
      { find: /^scimkit\/node$/, replacement: source("hosts/node.ts") },
      { find: /^scimkit\/patch$/, replacement: source("patch/index.ts") },
      { find: /^scimkit\/testing$/, replacement: source("testing/index.ts") },
      { find: /^scimkit\/sql$/, replacement: source("storage/sql/index.ts") },
      { find: /^scimkit\/filter$/, replacement: source("filter/index.ts") },
    ],
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
      { extends: true, test: { name: "alone", include: ["test/**/*.test.ts"], exclude: TOGETHER } },
      { extends: true, test: { name: "together", include: TOGETHER, isolate: false, typecheck: { enabled: false } } },
    ],
    // In CI a second reporter leaves the counts behind that the last line of .ci/run is made of.
    ...(process.env.SCIMKIT_REPORT === undefined
      ? {}
      : { reporters: ["default", "json"], outputFile: { json: process.env.SCIMKIT_REPORT } }),
  },
});
