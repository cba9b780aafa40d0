import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(`${ROOT}${path}`, "utf8");

/** Where each list gives its ids a sentence: on one line, which begins with the id. */
const LISTS = [
  { name: "requirements", page: "docs/requirements.tsv", line: /^([SPCE]-[\d.]+-\d+)\t(.+)$/gm, prefix: /^[SPCE]-\d/ },
  { name: "rulings", page: "docs/rulings.md", line: /^### (R-\d+[a-z]?) (.+)$/gm, prefix: /^R-/ },
  { name: "quirks", page: "docs/quirks.md", line: /^\| (Q\d+) \|(.+)$/gm, prefix: /^Q/ },
  { name: "threats", page: "docs/threats.md", line: /^\| (T-[A-L]\d+) \|(.+)$/gm, prefix: /^T-/ },
  { name: "guarantees", page: "docs/guarantees.md", line: /^\| (G-\d+) \|(.+)$/gm, prefix: /^G-/ },
  {
    name: "rows of the draft of an interoperability profile",
    page: "docs/profiles/ietf-interop.md",
    line: /^\| (N-\d+) \|(.+)$/gm,
    prefix: /^N-/,
  },
  {
    name: "rows of the IPSIE draft",
    page: "docs/profiles/ipsie-al.md",
    line: /^\| (A-\d+) \|(.+)$/gm,
    prefix: /^A-/,
  },
  { name: "figures", page: "docs/guarantees.md", line: /^\| (F-\d+) \|(.+)$/gm, prefix: /^F-/ },
].map(({ line, ...list }) => ({
  ...list,
  rows: [...read(list.page).matchAll(line)].map(([, id = "", sentence = ""]) => ({ id, sentence })),
}));
const defined = new Set(LISTS.flatMap(({ rows }) => rows.map(({ id }) => id)));

/** A word that looks like an id of any list, whether there is such a list or not. */
const SHAPE = /^[A-Z](?:-[A-Z]?)?\d[\d.]*(?:-\d+)?[a-z]?$/;
/** And one that is an id wherever it stands, without brackets too. */
const UNMISTAKABLE = /(?<![\w.-])(?:[SPCE]-\d[\d.]*-\d+|[RGF]-\d+[a-z]?|T-[A-Z]\d+)(?![\w-])/g;

function filesOf(top: string): readonly string[] {
  if (!existsSync(`${ROOT}${top}`)) return [];
  if (!statSync(`${ROOT}${top}`).isDirectory()) return [top];
  return readdirSync(`${ROOT}${top}`, { recursive: true })
    .map((file) => `${top}/${String(file).replaceAll("\\", "/")}`)
    .filter((file) => /\.(?:m?[jt]s|md|tsv)$/.test(file) && !file.includes("/node_modules/"));
}

/** Words between brackets that hold a list of ids: `[P-3.5.2.2-08 R-2 Q73]`. One that is not a word of the list is given as well. */
function cited(text: string): readonly string[] {
  return [...text.matchAll(/\[([A-Za-z][\w. -]*)\]/g)].flatMap(([, content = ""]) => {
    const words = content.split(" ");
    return words.some((word) => SHAPE.test(word)) ? words : [];
  });
}

function homeless(top: string): readonly string[] {
  return filesOf(top).flatMap((file) => {
    const text = read(file);
    const ids = [...cited(text), ...(top === "docs" ? (text.match(UNMISTAKABLE) ?? []) : [])];
    return [...new Set(ids)].filter((id) => !defined.has(id)).map((id) => `${file}: ${id}`);
  });
}

describe("an id in brackets leads to a line of docs that says it in a sentence", () => {
  test.each([
    "src",
    "test",
    "examples",
    "bench",
    "scripts",
    "docs",
    "README.md",
    "CHANGELOG.md",
  ])("wherever it stands in %s", (top) => {
    expect(homeless(top)).toEqual([]);
  });
});

describe.each(LISTS)("the list of $name", ({ rows, prefix }) => {
  test("has rows, each once, each with a sentence", () => {
    expect(rows).not.toEqual([]);
    const ids = rows.map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    for (const { id, sentence } of rows) expect(sentence.length, id).toBeGreaterThan(20);
  });

  test("has a prefix of its own", () => {
    for (const { id } of rows) expect(id).toMatch(prefix);
    const others = LISTS.filter((list) => list.rows !== rows).flatMap((list) => list.rows.map(({ id }) => id));
    expect(others.filter((id) => prefix.test(id))).toEqual([]);
  });
});
