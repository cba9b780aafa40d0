import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

type Room = readonly [name: string, path: string, uses: readonly string[]];

const ROOT = new URL("../..", import.meta.url);
const page = readFileSync(new URL("docs/architecture.md", ROOT), "utf8");
const { ROOMS } = (await import(new URL(".dependency-cruiser.mjs", ROOT).href)) as { readonly ROOMS: readonly Room[] };

/** The rows of the table of rooms. */
const rows = [...page.matchAll(/^\| ([a-z-]+) \| `([^`]+)` \| ([a-z, -]+) \| /gm)].map(
  ([, name = "", place = "", uses = ""]) => ({ name, place, uses: uses === "nothing" ? [] : uses.split(", ") }),
);

describe("the page on architecture", () => {
  test("has the rooms that lint knows, in their order, each with what it may use", () => {
    expect(rows.map(({ name, uses }) => [name, uses])).toEqual(ROOMS.map(([name, , uses]) => [name, uses]));
  });

  test.each(rows)("places $name where lint looks for it", ({ name, place }) => {
    const path = ROOMS.find(([room]) => room === name)?.[1] ?? "";
    const example = `${place.replace("*.ts", "file.ts")}${place.endsWith("/") ? "file.ts" : ""}`;
    expect(example).toMatch(new RegExp(`^${path}`));
  });

  test("names no file that is not there", () => {
    const named = [...page.matchAll(/`((?:src|test|docs|scripts|examples)\/[\w./-]+\.\w+)`/g)].map(
      ([, path = ""]) => path,
    );
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((path) => !existsSync(new URL(path, ROOT)))).toEqual([]);
  });
});
