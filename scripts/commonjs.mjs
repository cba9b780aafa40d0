// Makes the CommonJS half of dist of its ESM half, file by file: so both have the same chunks, and every entry point of either
// half throws the same ScimError class. Needs what tsup has built.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";

const dist = fileURLToPath(new URL("../dist", import.meta.url));

for (const file of readdirSync(dist)) {
  if (file.endsWith(".d.ts")) writeFileSync(join(dist, file.replace(/\.ts$/, ".cts")), withEnding(textOf(file)));
  else if (file.endsWith(".js")) await writeCommonJs(file);
}

async function writeCommonJs(file) {
  const made = await transform(withEnding(textOf(file)), {
    format: "cjs",
    target: "es2022",
    // With the comment by which Node finds the names of a CommonJS module that is imported.
    platform: "node",
    // `import()` of a built-in module becomes `require`: a loader that replaces `require`, as Jest's does, has no other.
    supported: { "dynamic-import": false },
    sourcefile: file,
  });
  for (const { text: warning } of made.warnings) throw new Error(`${file}: ${warning}`);
  writeFileSync(join(dist, file.replace(/\.js$/, ".cjs")), made.code);
}

function textOf(file) {
  return readFileSync(join(dist, file), "utf8");
}

/** The imports of other files of the package, by the names that these have in the CommonJS half. */
function withEnding(text) {
  return text.replaceAll(/((?:from|import)\s*\(?\s*["']\.\/[\w-]+)\.js(["'])/g, "$1.cjs$2");
}
