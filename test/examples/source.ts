// Preloaded into an example's process: the package's name leads to its source, so that no build is needed.
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

const ROOT = new URL("../../", import.meta.url);
const { paths } = JSON.parse(readFileSync(new URL("tsconfig.json", ROOT), "utf8")).compilerOptions;

registerHooks({
  resolve(specifier, context, next) {
    const [entry] = paths[specifier] ?? [];
    if (entry === undefined) return next(specifier, context);
    return { url: new URL(entry, ROOT).href, format: "module-typescript", shortCircuit: true };
  },
});
