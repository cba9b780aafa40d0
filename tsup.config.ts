import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    memory: "src/storage/memory/index.ts",
    fetch: "src/hosts/fetch.ts",
    node: "src/hosts/node.ts",
    filter: "src/filter/index.ts",
    patch: "src/patch/index.ts",
    testing: "src/testing/index.ts",
    sql: "src/storage/sql/index.ts",
  },
  format: ["esm", "cjs"],
  target: "es2022",
  platform: "neutral",
  dts: true,
  sourcemap: true,
  // Shared chunks, so that every entry point throws the same ScimError class.
  splitting: true,
  clean: true,
  // Loaded when it is asked for; it has no name without "node:".
  external: ["node:sqlite"],
  removeNodeProtocol: false,
  // Prints one line an output file otherwise.
  silent: true,
});
