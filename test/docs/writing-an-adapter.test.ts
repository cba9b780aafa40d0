import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseFilter, resolveFilter } from "../../src/filter/index.ts";
import { compileResourceType, type StorageAdapter, User } from "../../src/index.ts";
import { storageConformance } from "../../src/testing/index.ts";
import { directory } from "../support/directory.ts";
import { pickSeed, pickSize } from "../support/size.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(ROOT, "docs/writing-an-adapter.md"), "utf8");
const snippets = [...page.matchAll(/```ts\n\/\/ (\S+\.ts)\n([\s\S]*?)```/g)].map(([, name = "", code = ""]) => ({
  name,
  code,
}));

const RUNS = pickSize("random queries in each comparison", { everyday: 20, thorough: 100 });
const seed = pickSeed();

const folder = mkdtempSync(join(tmpdir(), "scimkit-snippets-"));
const load = (name: string) => import(/* @vite-ignore */ pathToFileURL(join(folder, name)).href);

beforeAll(() => {
  for (const { name, code } of snippets) writeFileSync(join(folder, name), code);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the page on writing adapters", () => {
  test("has no snippet that is not compiled and run here", () => {
    expect(snippets.map(({ name }) => name)).toEqual([
      "documents.ts",
      "reading.ts",
      "map.ts",
      "conformance.ts",
      "keyed.ts",
      "deltas.ts",
      "wrapped.ts",
    ]);
    expect(page.match(/```ts/g)).toHaveLength(snippets.length);
  });

  test("has snippets that compile under the strictest rules", () => {
    const typeRoots = [join(ROOT, "node_modules/@types")];
    const config = { extends: join(ROOT, "tsconfig.json"), include: ["./*.ts"], compilerOptions: { typeRoots } };
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const { stdout } = spawnSync(process.execPath, [join(ROOT, "node_modules/typescript7/bin/tsc"), "-p", folder], {
      cwd: ROOT,
      encoding: "utf8",
    });
    expect(stdout).toBe("");
  });

  test("shows what is there in twenty lines", async () => {
    const { readOnlyStorage } = await load("reading.ts");
    const { ask } = directory({
      resourceTypes: [User],
      storage: readOnlyStorage(
        new Map([
          ["1", "ada"],
          ["2", "bob"],
        ]),
      ),
    });
    expect((await ask("GET", '/Users?filter=userName%20eq%20"ADA"')).json).toMatchObject({
      totalResults: 1,
      Resources: [{ id: "1" }],
    });
    expect((await ask("GET", "/Users/2")).json).toMatchObject({ userName: "bob" });
    expect((await ask("DELETE", "/Users/2")).status).toBe(403);
  });

  test("explains what runs in storage", async () => {
    const { explained } = await load("keyed.ts");
    const filter = resolveFilter(parseFilter('userName eq "ada" and active eq true'), compileResourceType(User));
    expect(explained(filter)).toEqual({ storage: 'userName eq "ada"', rechecked: ["active eq true"] });
  });
});

describe.each([
  ["documents.ts", "storageOver"],
  ["map.ts", "mapStorage"],
  ["keyed.ts", "keyedStorage"],
  ["deltas.ts", "deltaStorage"],
])("the adapter of %s conforms", (name, make) => {
  storageConformance({
    test,
    describe,
    factory: async () => ({ storage: (await load(name))[make]() as StorageAdapter }),
    runs: RUNS,
    seed,
  });
});
