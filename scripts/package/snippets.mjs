// Compiles every TypeScript snippet of README, docs and doc comments against the source.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER = join(root, "snippets.tmp");

function files(folder, ending) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true })
    .map((file) => join(folder, String(file)))
    .filter((file) => file.endsWith(ending));
}

/** The snippets of a file, with the line that each begins on. */
function snippetsOf(file) {
  const lines = readFileSync(join(root, file), "utf8")
    .split("\n")
    .map((line) => (file.endsWith(".ts") ? line.replace(/^\s*\* ?/, "") : line));
  const found = [];
  let begun;
  lines.forEach((line, index) => {
    if (begun === undefined && /^```ts\s*$/.test(line)) begun = index + 1;
    else if (begun !== undefined && /^```\s*$/.test(line)) {
      found.push({ file, line: begun + 1, code: lines.slice(begun, index).join("\n") });
      begun = undefined;
    }
  });
  return found;
}

export function checkSnippets() {
  const snippets = ["README.md", ...files("docs", ".md"), ...files("src", ".ts")].flatMap(snippetsOf);
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  try {
    const byName = new Map(
      snippets.map((snippet, index) => [
        /^\/\/ (\w+)\.ts$/m.exec(snippet.code.split("\n", 1)[0])?.[1] ?? `s${index}`,
        snippet,
      ]),
    );
    for (const [name, { code }] of byName) {
      // A module of its own, whatever it imports; one that begins with its file name is imported by it.
      writeFileSync(join(FOLDER, `${name}.ts`), `${code}\nexport {};\n`);
    }
    // docs/hosts.md tells its readers to copy it.
    copyFileSync(join(root, "examples/stop.ts"), join(FOLDER, "stop.ts"));
    const config = {
      extends: "../tsconfig.json",
      compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
      include: ["*.ts"],
    };
    writeFileSync(join(FOLDER, "tsconfig.json"), JSON.stringify(config));
    const { stdout } = spawnSync("tsc", ["--noEmit", "-p", FOLDER], { cwd: root, encoding: "utf8" });
    console.log(`package: ${snippets.length} snippets compiled`);
    return stdout
      .split("\n")
      .filter((line) => /error TS/.test(line))
      .map((line) => {
        const [, name, position, message] = /(\w+)\.ts\((\d+),\d+\): (.*)$/.exec(line) ?? [];
        const snippet = byName.get(name);
        return snippet === undefined
          ? line
          : `${snippet.file}:${snippet.line + Number(position) - 1} does not compile: ${message}`;
      });
  } finally {
    rmSync(FOLDER, { recursive: true, force: true });
  }
}
