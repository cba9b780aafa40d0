// Preloaded into an example's process: the package's name leads to its source, so that no build is needed.
import { registerHooks } from "node:module";

const ENTRIES: Readonly<Record<string, string>> = {
  scimkit: "index.ts",
  "scimkit/memory": "storage/memory/index.ts",
  "scimkit/fetch": "hosts/fetch.ts",
  "scimkit/node": "hosts/node.ts",
  "scimkit/sql": "storage/sql/index.ts",
  "scimkit/filter": "filter/index.ts",
  "scimkit/testing": "testing/index.ts",
};

registerHooks({
  resolve(specifier, context, next) {
    const entry = ENTRIES[specifier];
    if (entry === undefined) return next(specifier, context);
    return {
      url: new URL(`../../src/${entry}`, import.meta.url).href,
      format: "module-typescript",
      shortCircuit: true,
    };
  },
});
