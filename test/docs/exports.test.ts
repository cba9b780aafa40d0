import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The public names of the package and the files that they stand for. */
const { compilerOptions } = JSON.parse(readFileSync(`${ROOT}/tsconfig.json`, "utf8")) as {
  readonly compilerOptions: { readonly paths: Readonly<Record<string, readonly [string]>> };
};
const ENTRIES = Object.entries(compilerOptions.paths).map(([name, [file]]) => ({ name, file: `${ROOT}/${file}` }));

/** A program of the source alone: nothing is looked up outside of it, because only names and comments are read. */
function readSource(): ts.Program {
  const options: ts.CompilerOptions = {
    allowImportingTsExtensions: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    noEmit: true,
    noLib: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, from) =>
    literals.map(({ text }) => {
      if (!text.startsWith(".")) return { resolvedModule: undefined };
      const resolvedFileName = fileURLToPath(new URL(text, `file://${from}`));
      return { resolvedModule: { resolvedFileName, extension: ts.Extension.Ts } };
    });
  return ts.createProgram(
    ENTRIES.map(({ file }) => file),
    options,
    host,
  );
}

const program = readSource();
const checker = program.getTypeChecker();

/** What an entry file exports, each where it is declared. */
function exportsOf(file: string): readonly ts.Symbol[] {
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${file} is no module`);
  return checker
    .getExportsOfModule(module)
    .map((symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol));
}

describe("a doc comment", () => {
  test.each(ENTRIES)("stands above every export of $name", ({ file }) => {
    const symbols = exportsOf(file);
    expect(symbols.length).toBeGreaterThan(0);
    const bare = symbols.filter((symbol) => symbol.getDocumentationComment(checker).length === 0);
    expect(bare.map(({ name }) => name)).toEqual([]);
  });
});
