import { factOf, freeText } from "../attributes.ts";
import type { Workbench } from "../workbench.ts";

/** Two attributes of users that hold any text; skips the check where there is one at most. */
export function twoTexts(bench: Workbench): readonly [string, string] {
  const one = freeText(bench);
  const other = ["title", "userType", "displayName"].find((name) => name !== one && isFree(bench, name));
  return [one, other ?? bench.skip("The schema of users has one attribute of free text at most.")];
}

function isFree(bench: Workbench, name: string): boolean {
  const fact = factOf(bench, name);
  if (fact === undefined) return bench.hasAttribute(name);
  const isOpen = fact.canonicalValues.length === 0 && fact.uniqueness === "none";
  return bench.hasAttribute(name) && !fact.required && isOpen && fact.returned === "default";
}

/** A text of an extension of users, by the extension's URN and its name; skips the check where there is none. */
export function extensionText(bench: Workbench): { readonly urn: string; readonly name: string } {
  for (const { schema } of bench.facts.users?.extensions ?? []) {
    const fact = bench.facts.schemas
      .get(schema)
      ?.attributes.find(
        ({ type, multiValued, mutability, required, returned, canonicalValues }) =>
          type === "string" &&
          !multiValued &&
          mutability === "readWrite" &&
          !required &&
          returned === "default" &&
          canonicalValues.length === 0,
      );
    if (fact !== undefined) return { urn: schema, name: fact.name };
  }
  return bench.skip("Users have no extension with a text that clients may write.");
}
