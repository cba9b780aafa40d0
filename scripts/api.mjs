// Writes what each entry point exports, with its types, to api/<entry>.txt; with --check, says where that is no longer true. The texts
// are the declarations that the compiler makes of the source, without comments, in the order of their names; behind them stands what
// they reach and nobody can name, and which types of other packages.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = join(root, "api");
const { compilerOptions } = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8"));
const ENTRIES = Object.entries(compilerOptions.paths).map(([name, [file]]) => ({ name, file: resolve(root, file) }));

/** The declarations of every file of the source, by the path of the file. */
function declarations() {
  const { options } = ts.parseJsonConfigFileContent({ compilerOptions }, ts.sys, root);
  const program = ts.createProgram(
    ENTRIES.map(({ file }) => file),
    { ...options, noEmit: false, declaration: true, emitDeclarationOnly: true, removeComments: true, paths: {} },
  );
  const files = new Map();
  for (const source of program.getSourceFiles()) {
    if (source.isDeclarationFile || !source.fileName.startsWith(join(root, "src"))) continue;
    program.emit(
      source,
      (_path, text) =>
        files.set(source.fileName, ts.createSourceFile(source.fileName, text, ts.ScriptTarget.Latest, true)),
      undefined,
      true,
    );
  }
  return files;
}

/** The names that a statement declares. */
function namesOf(statement) {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  return statement.name === undefined ? [] : [statement.name.text];
}

/** Finds where names come from, across the files. */
class Finder {
  constructor(files) {
    this.files = files;
    this.locals = new Map();
    for (const [path, source] of files) this.locals.set(path, this.#read(path, source));
  }

  #read(path, source) {
    const found = { statements: new Map(), imports: new Map(), exports: new Map(), stars: [] };
    const target = (specifier) =>
      specifier.text.startsWith(".") ? resolve(dirname(path), specifier.text) : specifier.text;
    for (const statement of source.statements) {
      for (const name of namesOf(statement)) {
        found.statements.set(name, [...(found.statements.get(name) ?? []), statement]);
        if (statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword))
          found.exports.set(name, { path, name });
      }
      if (ts.isImportDeclaration(statement)) this.#readImport(statement, target(statement.moduleSpecifier), found);
      if (ts.isExportDeclaration(statement)) {
        const from = statement.moduleSpecifier && target(statement.moduleSpecifier);
        const clause = statement.exportClause;
        if (clause === undefined) found.stars.push(from);
        else if (ts.isNamespaceExport(clause)) found.exports.set(clause.name.text, { path: from, name: "*" });
        else
          for (const { name, propertyName = name } of clause.elements)
            found.exports.set(name.text, { path: from ?? path, name: propertyName.text });
      }
    }
    return found;
  }

  #readImport({ importClause }, from, found) {
    if (importClause?.name !== undefined) found.imports.set(importClause.name.text, { path: from, name: "default" });
    const bindings = importClause?.namedBindings;
    if (bindings === undefined) return;
    if (ts.isNamespaceImport(bindings)) found.imports.set(bindings.name.text, { path: from, name: "*" });
    else
      for (const { name, propertyName = name } of bindings.elements)
        found.imports.set(name.text, { path: from, name: propertyName.text });
  }

  /** Where something that a file exports is declared: a file and a name there; of another package, its name. */
  follow({ path, name }) {
    const file = this.locals.get(path);
    if (file === undefined || name === "*") return { path, name };
    const exported = file.exports.get(name);
    if (exported !== undefined && (exported.path !== path || exported.name !== name)) return this.follow(exported);
    if (file.statements.has(name)) return { path, name };
    const imported = file.imports.get(name);
    if (imported !== undefined) return this.follow(imported);
    for (const star of file.stars) if (this.exportsOf(star).has(name)) return this.follow({ path: star, name });
    return { path, name };
  }

  /** All that a file exports, each followed to where it is declared. */
  exportsOf(path) {
    const { exports, stars } = this.locals.get(path);
    const all = new Map();
    for (const star of stars) for (const [name, place] of this.exportsOf(star)) all.set(name, place);
    for (const [name, place] of exports) {
      if (place.name !== "*") all.set(name, this.follow(place));
      else for (const [inner, at] of this.exportsOf(place.path)) all.set(`${name}.${inner}`, at);
    }
    return all;
  }

  statementsOf({ path, name }) {
    return this.locals.get(path)?.statements.get(name) ?? [];
  }

  /** What a declaration names besides itself: places in the source, and names of other packages. */
  reachedBy(place) {
    const file = this.locals.get(place.path);
    const reached = new Map();
    const note = (at) => reached.set(`${at.path}#${at.name}`, at);
    const visit = (node, own) => {
      const inner = new Set([...own, ...(node.typeParameters ?? []).map(({ name }) => name.text)]);
      if (ts.isMappedTypeNode(node)) inner.add(node.typeParameter.name.text);
      if (ts.isInferTypeNode(node)) own.add(node.typeParameter.name.text);
      const name = nameAt(node);
      if (name !== undefined && !inner.has(name)) {
        if (file.statements.has(name)) note(this.follow({ path: place.path, name }));
        else if (file.imports.has(name)) note(this.follow(file.imports.get(name)));
      }
      if (ts.isImportTypeNode(node)) {
        const { text } = node.argument.literal;
        const path = text.startsWith(".") ? resolve(dirname(place.path), text) : text;
        note(this.follow({ path, name: node.qualifier?.getText() ?? "*" }));
      }
      ts.forEachChild(node, (child) => visit(child, inner));
    };
    for (const statement of this.statementsOf(place)) visit(statement, new Set());
    reached.delete(`${place.path}#${place.name}`);
    return [...reached.values()];
  }
}

/** The first name of what a node refers to: `A` of `A.B<C>`. */
function nameAt(node) {
  let name;
  if (ts.isTypeReferenceNode(node)) name = node.typeName;
  else if (ts.isTypeQueryNode(node)) name = node.exprName;
  else if (ts.isExpressionWithTypeArguments(node)) name = node.expression;
  while (name !== undefined && (ts.isQualifiedName(name) || ts.isPropertyAccessExpression(name)))
    name = ts.isQualifiedName(name) ? name.left : name.expression;
  return name?.text;
}

const printer = ts.createPrinter({ removeComments: true });

function textOf(finder, place) {
  return finder
    .statementsOf(place)
    .map((statement) => printer.printNode(ts.EmitHint.Unspecified, statement, statement.getSourceFile()))
    .map((text) => text.replace(/^export /, "").replace(/^declare /, ""))
    .join("\n");
}

const byName = ([left], [right]) => (left < right ? -1 : left > right ? 1 : 0);

/** The report of each entry point, by the name of its file. */
function reports() {
  const finder = new Finder(declarations());
  const entries = ENTRIES.map(({ name, file }) => ({ name, exports: finder.exportsOf(file) }));
  const named = new Set(
    entries.flatMap(({ exports }) => [...exports.values()].map(({ path, name }) => `${path}#${name}`)),
  );
  return new Map(
    entries.map(({ name, exports }) => [
      `${name.replace(/^scimkit\/?/, "") || "index"}.txt`,
      report(finder, name, exports, named),
    ]),
  );
}

function report(finder, name, exports, named) {
  const shown = [...exports].sort(byName);
  const internals = new Map();
  const foreign = new Map();
  const waiting = shown.map(([, place]) => place);
  const seen = new Set();
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (seen.has(`${place.path}#${place.name}`)) continue;
    seen.add(`${place.path}#${place.name}`);
    for (const reached of finder.reachedBy(place)) {
      const key = `${reached.path}#${reached.name}`;
      if (!reached.path.startsWith("/")) foreign.set(`${reached.path}: ${reached.name}`, true);
      else if (!named.has(key)) {
        internals.set(`${reached.name} of ${relative(root, reached.path)}`, reached);
        waiting.push(reached);
      }
    }
  }
  const lines = [
    `# ${name}`,
    "# Made by `npm run api` of the source. A change here is a change for those who use the package: see docs/versioning.md.",
    "",
    ...shown.map(([exported, place]) =>
      exported === place.name ? textOf(finder, place) : `${exported} = ${textOf(finder, place)}`,
    ),
    "",
    "# Types of other packages:",
    ...[...foreign.keys()].sort().map((one) => `#   ${one}`),
    "",
    "# Reached by these types, and exported by no entry point:",
    "",
    ...[...internals].sort(byName).map(([, place]) => textOf(finder, place)),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

const made = reports();
const there = existsSync(FOLDER) ? readdirSync(FOLDER).filter((file) => file.endsWith(".txt")) : [];
if (process.argv.includes("--check")) {
  const wrong = [
    ...[...made].flatMap(([file, text]) =>
      there.includes(file) && readFileSync(join(FOLDER, file), "utf8") === text ? [] : [file],
    ),
    ...there.filter((file) => !made.has(file)),
  ];
  for (const file of wrong)
    console.error(`api/${file} is not what the source exports; run npm run api, and look at the difference.`);
  if (wrong.length > 0) process.exit(1);
  console.log(`api: ${made.size} entry points export what their reports say`);
} else {
  mkdirSync(FOLDER, { recursive: true });
  for (const file of there) if (!made.has(file)) rmSync(join(FOLDER, file));
  for (const [file, text] of made) writeFileSync(join(FOLDER, file), text);
  console.log(`api: ${made.size} reports written`);
}
