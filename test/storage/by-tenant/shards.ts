import { KIT_RESOURCE_TYPES } from "../../../src/testing/index.ts";

/** The resource types of the kit without what is unique over all tenants, which several storages cannot keep. */
export const WITHOUT_GLOBAL = KIT_RESOURCE_TYPES.map((type) => {
  if (type.name !== "Asset") return type;
  const { license: _, ...attributes } = type.schema.attributes;
  return { ...type, schema: { ...type.schema, attributes } };
});

/** Spreads tenants over storages by a number that their name comes to. */
export function spread<S>(storages: Readonly<Record<string, S>>, keyOf = (tenant: string) => tenant) {
  const all = Object.values(storages);
  return (tenant = ""): S | undefined => {
    let sum = 0;
    for (const character of keyOf(tenant)) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
    return all[sum % all.length];
  };
}

/** What the kit calls all tenants of one case, so that they live together and one can get the other's name. */
export const caseOf = (tenant: string): string => tenant.split("-").slice(0, 3).join("-");
