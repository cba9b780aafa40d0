import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type ProfileName, profiles } from "../../src/index.ts";

const ROOT = new URL("../..", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), "utf8");

/** Ids in brackets by the test in whose titles they stand. */
const titles = ["test/profiles", "test/quirks"].flatMap((folder) =>
  readdirSync(new URL(folder, ROOT))
    .filter((file) => file.endsWith(".test.ts"))
    .flatMap((file) => [...read(`${folder}/${file}`).matchAll(/\[((?:[NA]-\d+ ?)+)\]"/g)])
    .flatMap(([, ids = ""]) => ids.split(" ")),
);

describe.each([
  ["ietf-interop", "N"],
  ["ipsie-al", "A"],
] as const)("the page on %s", (profile, letter) => {
  const page = read(`docs/profiles/${profile}.md`);
  const rows = [...page.matchAll(/^\| ([A-Z]-\d+) \| (.+?) \| (.+?) \|$/gm)].map(([, id = "", says = "", by = ""]) => ({
    id,
    says,
    by,
  }));

  test("numbers its rows in order, each with a sentence and with what makes it so", () => {
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.map(({ id }) => id)).toEqual(rows.map((_, index) => `${letter}-${String(index + 1).padStart(2, "0")}`));
    for (const { says, by } of rows) expect([says.endsWith("."), by.length > 3]).toEqual([true, true]);
  });

  test("has each row proven by a test whose title carries its id, and no title names a row that is not there", () => {
    const named = new Set(titles.filter((id) => id.startsWith(`${letter}-`)));
    expect(rows.filter(({ id }) => !named.has(id)).map(({ id }) => id)).toEqual([]);
    expect([...named].filter((id) => !rows.some((row) => row.id === id))).toEqual([]);
  });

  test("names the rules and settings that the profile has, and no others", () => {
    const { quirks, settings } = profiles[profile satisfies ProfileName];
    const ruled = rows.flatMap(({ by }) => [...by.matchAll(/rule `([a-z-]+)`/g)].map(([, id]) => id));
    const added = quirks.filter(({ clients }) => clients.some((client) => client.startsWith("draft-")));
    if (profile === "ietf-interop") expect(ruled.toSorted()).toEqual(added.map(({ id }) => id).toSorted());
    expect(quirks).toEqual(profiles["ietf-interop"].quirks);
    expect(settings).toEqual({ ...profiles.strict.settings, unknownAttributes: "reject" });
    expect(page).toContain(`profile: "${profile}"`);
  });
});
