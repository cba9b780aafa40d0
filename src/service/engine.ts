import type { Engine } from "../call/call.ts";
import { type Cursors, createCursors } from "../call/cursor.ts";
import { selectionOf } from "../call/selection.ts";
import type { LifecycleOptions } from "../events/adoption.ts";
import type { ScimNotice } from "../events/event.ts";
import type { Profile } from "../quirks/profile.ts";
import { profiles } from "../quirks/profiles.ts";
import type { Quirk } from "../quirks/quirk.ts";
import { nearestHint } from "../schema/nearest-name.ts";
import { remembered } from "../schema/remembered.ts";
import {
  type CompiledResourceType,
  compileResourceType,
  type ResourceTypeDefinition,
} from "../schema/resource-type.ts";
import { type Context, keepsDeleted, type StorageAdapter } from "../storage/adapter.ts";
import type { Outbox } from "../storage/outbox.ts";
import { partsOf } from "../storage/outboxes.ts";
import { checkAdapter } from "./check-adapter.ts";
import { checkResourceTypes, checkTenantOptions } from "./check-options.ts";
import { type SettledOptions, settlePagination } from "./defaults.ts";
import { emitterOf, tell } from "./listeners.ts";
import { checkNamedAttributes, namedAttributes } from "./named-attributes.ts";
import { checkStorage, type OfProfile, ofProfile, withoutAttributes } from "./of-profile.ts";
import type { ScimOptions } from "./options.ts";
import { checkOwnership, ownershipRulesOf } from "./ownership.ts";
import { withRulesOf } from "./plugins.ts";
import { referenceRulesOf } from "./reference-rules.ts";
import type { TenantOptions } from "./tenant.ts";

/** The engines of a service: one from the options, and one for each set of resource types and profile that tenants have. */
export interface Engines<C extends Context> {
  readonly standard: Engine<C>;
  /**
   * The engine for what a tenant has of its own; compiled when first seen, and forgotten with the objects it was made of.
   * @throws {TypeError} for wrong tenant options; {SchemaError} for a wrong resource type.
   */
  of(tenant: TenantOptions | undefined): Engine<C>;
}

/** The rules that come with the package's profiles. */
const OUR_RULES: ReadonlySet<Quirk> = new Set(Object.values(profiles).flatMap(({ quirks }) => quirks));

/**
 * Makes of the options what every request needs, once: nothing that depends on them alone is computed again. `committed` is called
 * when a change has been committed.
 */
export function createEngines<C extends Context>(options: SettledOptions<C>, committed: () => void): Engines<C> {
  const compile = remembered((definition: ResourceTypeDefinition) =>
    compileResourceType(definition, options.comparisonKey),
  );
  const common = commonOf(options, committed);
  const checked = new WeakSet<TenantOptions>();
  const under = remembered((profile: Profile) => {
    const shared = ofProfile(profile, options);
    const served = remembered(withoutAttributes(profile.withoutAttributes ?? []));
    return remembered((definitions: readonly ResourceTypeDefinition[]) => {
      checkResourceTypes(definitions);
      // Rules of the package's own profiles name attributes of users, and serve other types all the same.
      for (const { id, paths = [] } of profile.quirks.filter((rule) => !OUR_RULES.has(rule)))
        checkNamedAttributes(`the rule ${id}`, paths, definitions.map(compile), options.tenant !== undefined);
      const types = definitions.map((definition) => compile(served(definition)));
      checkStorage(profile, types, common.adapterOf);
      return createEngine(options, common, shared, types);
    });
  });
  const withPlugins = remembered(withRulesOf(options.plugins));
  const find = (definitions: readonly ResourceTypeDefinition[], profile: SettledOptions<C>["profile"]) =>
    under(withPlugins(typeof profile === "string" ? profiles[profile] : profile))(definitions);
  const { resourceTypes, profile } = options;
  const standard = find(resourceTypes, profile);
  const { sensitiveAttributes, tenant: hasTenants } = options;
  const compiled = resourceTypes.map(compile);
  checkNamedAttributes("sensitiveAttributes", sensitiveAttributes, compiled, hasTenants !== undefined);
  return {
    standard,
    of(tenant) {
      if (tenant === undefined) return standard;
      if (!checked.has(tenant)) {
        checkTenantOptions(tenant);
        checked.add(tenant);
      }
      return find(tenant.resourceTypes ?? resourceTypes, tenant.profile ?? profile);
    },
  };
}

/** What engines have in common: there is one for each tenant with types of its own, and there may be thousands. */
interface Common<C extends Context> {
  readonly adapterOf: Engine<C>["adapterOf"];
  /** What options alone say. */
  readonly settings: Omit<
    Engine<C>,
    | "resourceTypes"
    | "adapterOf"
    | "references"
    | "sensitiveAttributes"
    | "pagination"
    | Exclude<keyof OfProfile, "policies">
  >;
}

function commonOf<C extends Context>(options: SettledOptions<C>, committed: () => void): Common<C> {
  const { limits, discovery } = options;
  return {
    adapterOf: remembered((type: CompiledResourceType) => adapterFor(options.storage, type)),
    settings: {
      selectionOf: remembered((type: CompiledResourceType) => selectionOf(type, {}, { maxNames: limits.attributes })),
      limits,
      bulk: options.bulk,
      writableGroups: options.writableGroups,
      rootQueries: options.rootQueries,
      cursors: cursorsOf(options, (event) => tell(options.onNotice, event, undefined)),
      cursorIdentity: options.paging.cursorIdentity,
      isReadable: options.isReadable,
      authenticationSchemes: discovery.authenticationSchemes.map((scheme) => ({ ...scheme })),
      documentationUri: discovery.documentationUri,
      decide: options.decide,
      ownership: ownershipRulesOf(options.ownership),
      adopt: typeof options.adopt === "function" ? { decide: options.adopt } : options.adopt,
      lifecycle: options.lifecycle,
      outbox: options.outbox,
      now: options.clock.now,
      newId: options.newId,
      idFor: options.idFor,
      hearsChanges: options.onChange !== undefined,
      emit: emitterOf(options, committed),
    },
  };
}

function createEngine<C extends Context>(
  options: SettledOptions<C>,
  { adapterOf, settings }: Common<C>,
  { policies, ...shared }: OfProfile,
  resourceTypes: readonly CompiledResourceType[],
): Engine<C> {
  if (options.outbox) checkOutbox(resourceTypes, adapterOf);
  if (settings.ownership !== undefined) checkOwnership(settings.ownership, resourceTypes, adapterOf);
  checkLifecycle(options.lifecycle, resourceTypes, adapterOf);
  const canCursor = resourceTypes.map(adapterOf).every(({ capabilities }) => capabilities?.cursor === true);
  return {
    ...settings,
    ...shared,
    resourceTypes,
    adapterOf,
    sensitiveAttributes: namedAttributes(options.sensitiveAttributes, resourceTypes),
    references: referenceRulesOf({
      resourceTypes,
      adapterOf,
      references: policies,
      hasTenants: options.tenant !== undefined,
    }),
    pagination: settlePagination(options.paging, canCursor),
  };
}

/** @throws {TypeError} where storage has no place for what is to be remembered. */
function checkLifecycle<C extends Context>(
  { remember, delete: how }: LifecycleOptions,
  resourceTypes: readonly CompiledResourceType[],
  adapterOf: Engine<C>["adapterOf"],
): void {
  for (const type of resourceTypes) {
    const { capabilities = {}, ledger } = adapterOf(type);
    if (ledger !== undefined) continue;
    if (remember !== undefined)
      throw new TypeError(
        `createScim: lifecycle.remember needs storage that keeps a ledger; the adapter of the resource type ${type.name} has none. Of mappedStorage, the option ledger names its table.`,
      );
    if (how === "deactivate" && !keepsDeleted(capabilities, type.name))
      throw new TypeError(
        `createScim: lifecycle.delete: "deactivate" needs storage that keeps deleted resources, or a ledger; the adapter of the resource type ${type.name} does neither.`,
      );
  }
}

/** @throws {TypeError} where events of a type could not be kept. */
function checkOutbox<C extends Context>(
  resourceTypes: readonly CompiledResourceType[],
  adapterOf: Engine<C>["adapterOf"],
): void {
  const without = resourceTypes.find((type) => adapterOf(type).outbox === undefined);
  if (without !== undefined)
    throw new TypeError(
      `createScim: outbox needs storage that keeps one; the storage "${adapterOf(without).name}" of the resource type ${without.name} has none. Of mappedStorage, the option outbox names its table.`,
    );
  const apart = resourceTypes.find((type) => adapterOf(type).transaction === undefined);
  if (apart !== undefined)
    throw new TypeError(
      `createScim: outbox needs storage with transactions, so that an event is there if and only if its change is; the storage "${adapterOf(apart).name}" of the resource type ${apart.name} has none.`,
    );
}

/** A position may hold a whole sort key, whose characters take up to eight of a cursor. */
const LONGEST_KEY_CHARACTER = 8;
const LONGEST_WITHOUT_KEY = 4096;

/** One for all engines, so that they share the secret. */
function cursorsOf<C extends Context>(options: SettledOptions<C>, emit: (event: ScimNotice<C>) => void): Cursors {
  const { cursorSecret: secret, cursorTimeout: timeout } = options.paging;
  return createCursors({
    secrets: typeof secret === "string" ? [secret] : secret,
    timeout,
    maxLength: options.limits.stringLength * LONGEST_KEY_CHARACTER + LONGEST_WITHOUT_KEY,
    now: options.clock.now,
    onGenerated: () =>
      emit({
        type: "warning",
        code: "cursorSecretGenerated",
        message:
          "Cursors are sealed under a secret that was made for this process; set paging.cursorSecret, so that they outlive it and other processes can read them.",
        context: undefined,
      }),
  });
}

/** The outboxes of all adapters, each once; none where the option is off. */
export function outboxesOf<C extends Context>({
  outbox,
  storage,
}: Pick<SettledOptions<C>, "outbox" | "storage">): readonly Outbox<C>[] {
  if (!outbox) return [];
  const adapters: readonly StorageAdapter<C>[] = isAdapter(storage) ? [storage] : Object.values(storage);
  return [...new Set(adapters.flatMap(({ outbox: own }) => (own === undefined ? [] : partsOf(own))))];
}

function isAdapter<C extends Context>(storage: ScimOptions<C>["storage"]): storage is StorageAdapter<C> {
  return typeof (storage as StorageAdapter<C>).query === "function";
}

function adapterFor<C extends Context>(
  storage: ScimOptions<C>["storage"],
  type: CompiledResourceType,
): StorageAdapter<C> {
  const found = isAdapter(storage) ? storage : storage[type.name];
  if (found === undefined)
    throw new TypeError(
      `createScim: storage has no adapter for the resource type ${type.name}.${nearestHint(Object.keys(storage), type.name)}`,
    );
  checkAdapter(found, type);
  return found;
}
