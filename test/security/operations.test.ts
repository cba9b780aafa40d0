import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { directory, filtered, USER } from "../support/directory.ts";
import { patchOf } from "../support/patching.ts";

interface Installed {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly peer?: boolean;
  readonly integrity?: string;
}
const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), "utf8"));
const manifest = read("package.json");
const lock = read("package-lock.json") as { readonly packages: Readonly<Record<string, Installed>> };

/** Packages whose code is part of `dist`. */
const BUNDLED = ["chevrotain", "zod"];

/** Everything whose code may come with the package: what is bundled, and what that needs, by its place. */
function bundled(): ReadonlyMap<string, Installed> {
  const found = new Map<string, Installed>();
  const follow = (names: readonly string[]): void => {
    for (const name of names) {
      const place = `node_modules/${name}`;
      const one = lock.packages[place];
      if (one === undefined || found.has(place)) continue;
      found.set(place, one);
      follow(Object.keys(one.dependencies ?? {}));
    }
  };
  follow(BUNDLED);
  return found;
}

describe("what is installed with the package", () => {
  test("is nothing but what a host installs itself [T-L3]", () => {
    for (const name of ["dependencies", "optionalDependencies", "bundleDependencies", "bundledDependencies"])
      expect(manifest).not.toHaveProperty(name);
    for (const name of Object.keys(manifest.peerDependencies))
      expect(manifest.peerDependenciesMeta[name], name).toEqual({ optional: true });
  });

  test("or has its code in it, in one version that the lockfile has with its checksum, with the few that it needs [T-L3]", () => {
    for (const name of BUNDLED) expect(manifest.devDependencies[name], name).toMatch(/^[1-9]\d*\.\d+\.\d+$/);
    const all = bundled();
    // The number is a ceiling: whoever raises it says why.
    expect(all.size).toBeLessThanOrEqual(7);
    for (const [place, { integrity }] of all) expect(integrity, place).toMatch(/^sha512-/);
    expect([...all.keys()].map((place) => place.slice("node_modules/".length))).not.toContain("lodash");
  });

  test("runs no script at installation, nor does the package itself [T-L4]", () => {
    for (const [place, { hasInstallScript }] of bundled()) expect(hasInstallScript ?? false, place).toBe(false);
    for (const name of ["preinstall", "install", "postinstall", "prepare"])
      expect(manifest.scripts).not.toHaveProperty(name);
  });
});

test("a deactivation that is answered with success is there: in the next GET, in filters and in an event [T-L5]", async () => {
  for (const operation of [
    { op: "replace", path: "active", value: false },
    { op: "Replace", path: "ACTIVE", value: "False" },
    { op: "add", path: "active", value: false },
    { op: "replace", value: { active: false } },
    { op: "replace", value: { Active: "false" } },
    { op: "replace", path: `${USER}:active`, value: false },
    { op: "remove", path: "active" },
    { op: "replace", path: "activ", value: false },
  ]) {
    const { ask, events } = directory();
    const { id } = (await ask("POST", "/Users", { schemas: [USER], userName: "ada", active: true })).json;
    const path = `/Users/${id}`;
    const answer = await ask("PATCH", path, patchOf(operation));
    const after = (await ask("GET", path)).json;
    const found = (await ask("GET", filtered("/Users", "active eq false"))).json.totalResults;
    const told = events.filter(({ type }) => type === "deactivated").length;
    const isOff = after.active === false;
    expect([found, told], JSON.stringify(operation)).toEqual(isOff ? [1, 1] : [0, 0]);
    expect(isOff).toBe(operation.op !== "remove" && operation.path !== "activ");
    if (answer.status === 200) expect(answer.json.active).toBe(after.active);
  }
});
