import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url));

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
    include: ["test/**/*.test.ts"],
    typecheck: { enabled: true, include: ["test/types/**/*.test-d.ts"], tsconfig: "tsconfig.json" },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // In CI a second reporter leaves the counts behind that the last line of .ci/run is made of.
    ...(process.env.SCIMKIT_REPORT === undefined
      ? {}
      : { reporters: ["default", "json"], outputFile: { json: process.env.SCIMKIT_REPORT } }),
  },
});
