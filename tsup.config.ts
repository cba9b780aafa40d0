import { readFileSync } from "node:fs";
import { defineConfig } from "tsup";

const { paths } = JSON.parse(readFileSync("tsconfig.json", "utf8")).compilerOptions as {
  readonly paths: Readonly<Record<string, readonly string[]>>;
};

export default defineConfig({
  // Entry points stand in tsconfig.json, by the names under which users import them.
  entry: Object.fromEntries(
    Object.entries(paths).map(([name, [path = ""]]) => [name.replace(/^scimkit\/?/, "") || "index", path]),
  ),
  // scripts/commonjs.mjs makes the CommonJS half of this one.
  format: ["esm"],
  target: "es2022",
  platform: "neutral",
  dts: true,
  // No maps: what they lead to is not in the package, and what is has the names and the layout of the source.
  sourcemap: false,
  // By it scripts/licences.mjs knows whose code is in dist; it is not published.
  metafile: true,
  // What package.json has among its devDependencies is bundled: chevrotain, which has no CommonJS that every loader finds.
  // So is the small form of Zod, of which little is left then; the whole of it is a peer, the host's own, for `scimkit/zod`.
  noExternal: [/^zod\/(?:mini|locales)$/],
  // Shared chunks, so that every entry point throws the same ScimError class.
  splitting: true,
  clean: true,
  // Loaded when they are asked for; the first has no name without "node:".
  external: ["node:sqlite", "node:net", "node:http"],
  removeNodeProtocol: false,
  // Prints one line an output file otherwise.
  silent: true,
});
