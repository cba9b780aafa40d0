import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TOPS = [
  "src",
  "test",
  "examples",
  "bench",
  "scripts",
  "docs",
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
];
/** This page, which says the name, and the recordings, which are what others said. */
const APART = ["test/docs/names.test.ts", "test/interop/samples/", "test/interop/store.json"];
/** The word as something else: the folder of recordings, the IETF draft, and the profile that it asks for. */
const OTHERWISE = /test\/interop|\.\.\/interop\/|draft-zollner-scim-interop-profile|ietf-interop/g;

function filesOf(top: string): readonly string[] {
  if (!existsSync(ROOT + top)) return [];
  if (!statSync(ROOT + top).isDirectory()) return [top];
  return readdirSync(ROOT + top, { recursive: true })
    .map((file) => `${top}/${String(file).replaceAll("\\", "/")}`)
    .filter((file) => /\.(?:[cm]?[jt]sx?|md|tsv|json)$/.test(file) && !file.includes("/node_modules/"));
}

/** Lines in which the profile is called by the name that it had. */
function linesWithOldName(text: string): readonly string[] {
  return text.split("\n").filter((line) => /(?<![\w-])interop(?![\w])/i.test(line.replace(OTHERWISE, "")));
}

test("the default profile is called lenient everywhere, and by its old name in UPGRADING.md alone", () => {
  const files = TOPS.flatMap(filesOf).filter((file) => !APART.some((apart) => file.startsWith(apart)));
  expect(files.length).toBeGreaterThan(300);
  const found = files.flatMap((file) =>
    linesWithOldName(readFileSync(ROOT + file, "utf8")).map((line) => `${file}: ${line}`),
  );
  expect(found).toEqual([]);
});

test.each([
  "profiles.interop",
  'profile: "interop"',
  "under interop,",
  "the interop profile",
])("%s is the old name", (line) => {
  expect(linesWithOldName(line)).toEqual([line]);
});

test.each([
  "test/interop/samples.test.ts",
  'profile: "ietf-interop"',
  "interoperability",
  "interopProfileConformant",
])("%s is not", (line) => {
  expect(linesWithOldName(line)).toEqual([]);
});
