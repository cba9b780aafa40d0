import type { Quirk } from "./quirk.ts";

/**
 * Makes a rule for clients whose filters name what no schema has: `email eq "x"` [Q19]. Only the names given here are read;
 * every other unknown name stays 400 invalidFilter, and a PATCH path is never read otherwise. Names are compared in any letter case.
 * `createScim` refuses a path that no resource type has, and says which one is meant.
 *
 * @example
 * ```ts
 * import { attributeAliases, defineProfile } from "scimkit";
 * const profile = defineProfile({ extends: "lenient", quirks: [attributeAliases({ email: "emails.value" })] });
 * ```
 * @see RFC 7644 §3.10
 */
export function attributeAliases(paths: Readonly<Record<string, string>>): Quirk {
  const byName = new Map(Object.entries(paths).map(([name, path]) => [name.toLowerCase(), path]));
  return {
    id: "attribute-aliases",
    description: `Reads other names in filters and sortBy: ${Object.entries(paths)
      .map(([name, path]) => `${name} as ${path}`)
      .join(", ")}.`,
    clients: ["PingOne", "PingFederate"],
    bends: "RFC 7644 §3.4.2.2",
    paths: Object.values(paths),
    alias: (name, _resourceType, place) => (place === "filter" ? byName.get(name.toLowerCase()) : undefined),
  };
}
