import type { Engine } from "../call/call.ts";
import { type Cursors, createCursors } from "../call/cursor.ts";
import { selectionOf } from "../call/selection.ts";
import type { ScimEvent } from "../events/event.ts";
import { profiles } from "../quirks/profiles.ts";
import { type ActiveQuirks, activate, type Quirk } from "../quirks/quirk.ts";
import { remembered } from "../schema/remembered.ts";
import { compileResourceType, type ResourceType, type ResourceTypeDefinition } from "../schema/resource-type.ts";
import type { Context, StorageAdapter } from "../storage/adapter.ts";
import { checkResourceTypes, checkTenantOptions } from "./check-options.ts";
import { type SettledOptions, settlePagination, settlePatchResponse } from "./defaults.ts";
import type { ScimOptions } from "./options.ts";
import { referenceRulesOf } from "./reference-rules.ts";
import type { TenantOptions } from "./tenant.ts";

/** The engines of a service: one from the options, and one for each set of resource types and rules that tenants have. */
export interface Engines<C extends Context> {
  readonly standard: Engine<C>;
  /**
   * The engine for what a tenant has of its own; compiled when first seen, and forgotten with the objects it was made of.
   * @throws {TypeError} for wrong tenant options; {SchemaError} for a wrong resource type.
   */
  of(tenant: TenantOptions | undefined): Engine<C>;
}

/** Makes of the options what every request needs, once: nothing that depends on them alone is computed again. */
export function createEngines<C extends Context>(options: SettledOptions<C>): Engines<C> {
  const compile = remembered((definition: ResourceTypeDefinition) =>
    compileResourceType(definition, options.comparisonKey),
  );
  const common = commonOf(options);
  const checked = new WeakSet<TenantOptions>();
  const under = remembered((rules: readonly Quirk[]) =>
    remembered((definitions: readonly ResourceTypeDefinition[]) => {
      checkResourceTypes(definitions);
      return createEngine(options, common, definitions.map(compile), rules);
    }),
  );
  const find = (definitions: readonly ResourceTypeDefinition[], profile: SettledOptions<C>["profile"]) =>
    under(typeof profile === "string" ? profiles[profile] : profile)(definitions);
  const { resourceTypes, profile } = options;
  const standard = find(resourceTypes, profile);
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
  readonly activate: (rules: readonly Quirk[]) => ActiveQuirks;
  /** What options alone say. */
  readonly settings: Omit<
    Engine<C>,
    "resourceTypes" | "adapterOf" | "quirks" | "references" | "patchResponse" | "pagination"
  >;
}

function commonOf<C extends Context>(options: SettledOptions<C>): Common<C> {
  const { limits } = options;
  return {
    adapterOf: remembered((type: ResourceType) => adapterFor(options.storage, type)),
    activate: remembered(activate),
    settings: {
      selectionOf: remembered((type: ResourceType) => selectionOf(type, {}, { maxNames: limits.attributes })),
      limits,
      bulk: options.bulk,
      unknownAttributes: options.unknownAttributes,
      canonicalValues: options.canonicalValues,
      formats: options.formats,
      writableGroups: options.writableGroups,
      putOmitted: options.putOmitted,
      etags: options.etags,
      neMultiValued: options.neMultiValued,
      rootQueries: options.rootQueries,
      cursors: cursorsOf(options, (event) => tell(options.on, event)),
      cursorIdentity: options.cursors.identity,
      sensitiveAttributes: options.sensitiveAttributes,
      isReadable: options.isReadable,
      authenticationSchemes: options.authenticationSchemes.map((scheme) => ({ ...scheme })),
      documentationUri: options.documentationUri,
      announced: structuredClone({ ...options.announce }),
      decide: options.decide,
      outbox: options.outbox,
      now: options.now,
      newId: options.newId,
      idFor: options.idFor,
      emit: (event: ScimEvent<C>) =>
        tell(options.on, event, (error) => {
          if (event.type !== "fault") tell(options.on, { type: "fault", error, context: event.context });
        }),
    },
  };
}

function createEngine<C extends Context>(
  options: SettledOptions<C>,
  { adapterOf, activate, settings }: Common<C>,
  resourceTypes: readonly ResourceType[],
  rules: readonly Quirk[],
): Engine<C> {
  if (options.outbox) checkOutbox(resourceTypes, adapterOf);
  const canCursor = resourceTypes.map(adapterOf).every(({ capabilities }) => capabilities?.cursor === true);
  return {
    ...settings,
    resourceTypes,
    adapterOf,
    quirks: activate(rules),
    references: referenceRulesOf({
      resourceTypes,
      adapterOf,
      references: options.references,
      isStrict: rules === profiles.strict,
      hasTenants: options.tenant !== undefined,
    }),
    patchResponse: settlePatchResponse(options.patchResponse, rules),
    pagination: settlePagination(options.pagination ?? {}, canCursor),
  };
}

/** @throws {TypeError} where events of a type could not be kept. */
function checkOutbox<C extends Context>(
  resourceTypes: readonly ResourceType[],
  adapterOf: Engine<C>["adapterOf"],
): void {
  const without = resourceTypes.find((type) => adapterOf(type).outbox === undefined);
  if (without === undefined) return;
  throw new TypeError(
    `createScim: outbox needs storage that keeps one; the adapter of the resource type ${without.name} has none.`,
  );
}

/** A position may hold a whole sort key, whose characters take up to eight of a cursor. */
const LONGEST_KEY_CHARACTER = 8;
const LONGEST_WITHOUT_KEY = 4096;

/** One for all engines, so that they share the secret. */
function cursorsOf<C extends Context>(options: SettledOptions<C>, emit: (event: ScimEvent<C>) => void): Cursors {
  const { secret, timeout } = options.cursors;
  return createCursors({
    secrets: typeof secret === "string" ? [secret] : secret,
    timeout,
    maxLength: options.limits.stringLength * LONGEST_KEY_CHARACTER + LONGEST_WITHOUT_KEY,
    now: options.now,
    onGenerated: () =>
      emit({
        type: "warning",
        code: "cursorSecretGenerated",
        message:
          "Cursors are sealed under a secret that was made for this process; set cursors.secret, so that they outlive it and other processes can read them.",
        context: undefined,
      }),
  });
}

function adapterFor<C extends Context>(storage: ScimOptions<C>["storage"], type: ResourceType): StorageAdapter<C> {
  const isAdapter = typeof (storage as StorageAdapter<C>).query === "function";
  const found = isAdapter
    ? (storage as StorageAdapter<C>)
    : (storage as { readonly [name: string]: StorageAdapter<C> })[type.name];
  if (found === undefined)
    throw new TypeError(`createScim: storage has no adapter for the resource type ${type.name}.`);
  return found;
}

/** Tells a listener. One that throws, at once or later, cannot fail the request that it is told of. */
export function tell<E>(
  listener: ((event: E) => void) | undefined,
  event: E,
  onFailure: (error: unknown) => void = () => undefined,
): void {
  try {
    const outcome: unknown = listener?.(event);
    if (outcome !== undefined) Promise.resolve(outcome).catch(onFailure);
  } catch (error) {
    onFailure(error);
  }
}
