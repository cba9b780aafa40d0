import { type Profile, type SettledSettings, settledSettings } from "../quirks/profile.ts";
import { type ActiveQuirks, activate } from "../quirks/quirk.ts";
import { remembered } from "../schema/remembered.ts";
import { type CompiledResourceType, defineResourceType, type ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { SchemaDefinition } from "../schema/schema.ts";
import type { ResourceObject } from "../schema/value.ts";
import type { Context, StorageAdapter } from "../storage/adapter.ts";
import { checkAnnounced } from "./announce.ts";
import type { SettledOptions } from "./defaults.ts";

/** What the engines of one profile have in common. */
export interface OfProfile extends Omit<SettledSettings, "references"> {
  readonly quirks: ActiveQuirks;
  /** The setting `references`; what comes of it depends on the resource types. */
  readonly policies: SettledSettings["references"];
  /** What is announced at `/ServiceProviderConfig`; where the host and the profile say the same, the host does. */
  readonly announced: ResourceObject;
}

/**
 * Makes of a profile what its engines share.
 * @throws {TypeError} where the options lack what the profile needs, and for an announcement that may not be.
 */
export function ofProfile<C extends Context>(profile: Profile, options: SettledOptions<C>): OfProfile {
  checkNeeds(profile, options);
  checkAnnounced(`profile ${profile.name}: announce`, profile.announce ?? {});
  const { references, ...settings } = settledSettings(profile);
  return {
    ...settings,
    quirks: activate(profile.quirks),
    policies: references,
    announced: structuredClone({ ...profile.announce, ...options.discovery.announce }),
  };
}

function checkNeeds<C extends Context>({ name, needs = {} }: Profile, options: SettledOptions<C>): void {
  const limits: Readonly<Record<string, number>> = { ...options.limits };
  const tooLow = Object.entries(needs.limits ?? {}).find(([limit, least]) => !((limits[limit] ?? 0) >= least));
  const lack =
    needs.bulk === true && !options.bulk
      ? "bulk requests; leave bulk on"
      : needs.throttle === true && options.throttle === undefined
        ? "throttle, which answers 429 to a client that asks too much"
        : tooLow && `limits.${tooLow[0]} of at least ${tooLow[1]}`;
  if (lack !== undefined) throw new TypeError(`createScim: the profile ${name} needs ${lack}.`);
}

/**
 * Checks that storage can do what the profile needs.
 * @throws {TypeError} naming the resource type whose storage cannot.
 */
export function checkStorage<C extends Context>(
  { name, needs = {} }: Profile,
  resourceTypes: readonly CompiledResourceType[],
  adapterOf: (resourceType: CompiledResourceType) => StorageAdapter<C>,
): void {
  const without = resourceTypes.find(
    (type) => type.operations.has("query") && adapterOf(type).capabilities?.filter === false,
  );
  if (needs.filter === true && without !== undefined)
    throw new TypeError(
      `createScim: the profile ${name} needs storage that filters; that of ${without.name} does not.`,
    );
}

/** Takes attributes of these names, in any letter case, out of the base schemas of resource types; those without any stay the objects that they are. */
export function withoutAttributes(
  names: readonly string[],
): (definition: ResourceTypeDefinition) => ResourceTypeDefinition {
  const left = new Set(names.map((name) => name.toLowerCase()));
  const without = remembered((schema: SchemaDefinition): SchemaDefinition => {
    const kept = Object.entries(schema.attributes).filter(([name]) => !left.has(name.toLowerCase()));
    if (kept.length === Object.keys(schema.attributes).length) return schema;
    return { ...schema, attributes: Object.fromEntries(kept) };
  });
  return (definition) => {
    const schema = without(definition.schema);
    if (schema === definition.schema) return definition;
    const refers = Object.fromEntries(
      Object.entries(definition.refers).filter(([name]) => !left.has(name.toLowerCase())),
    );
    return defineResourceType({ ...definition, schema, refers });
  };
}
