import { defineConfig } from "vitest/config";
import everyday from "../../vitest.config.ts";

/** The tests that are asked whether they notice a mutation: `run.mjs` says which. Without types, which no mutation changes. */
export default defineConfig({
  ...(everyday.resolve === undefined ? {} : { resolve: everyday.resolve }),
  test: {
    include: (process.env.SCIMKIT_MUTANTS ?? "").split(" "),
    // Each run has a process of its own; within one, what is loaded once serves all files.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
