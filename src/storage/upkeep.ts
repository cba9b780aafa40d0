import type { ComparisonKey } from "../schema/attribute.ts";
import type { ResourceTypeDefinition } from "../schema/resource-type.ts";
import { changesOfShape, type Shape, type ShapeChange } from "../schema/shape.ts";
import type { Context, SchemaChange, StoredResource } from "./adapter.ts";

export type { SchemaChange };

// What is done to a storage as a whole, beside its traffic: after a schema has changed, and when a tenant comes, moves or leaves.

/** What all work on a whole storage takes. It goes by batches beside live traffic; begun again after it broke off, it goes on. */
export interface UpkeepOptions {
  /** How many resources are done at a time. Default 500. */
  readonly batchSize?: number | undefined;
  /** Told after each batch. What it throws ends the work. */
  readonly onProgress?: ((progress: UpkeepProgress) => void) | undefined;
  /** Aborted: the work ends with its reason after the batch under way. */
  readonly signal?: AbortSignal | undefined;
}

/** How far the work on one resource type of one tenant has come. */
export interface UpkeepProgress {
  readonly tenant: string | undefined;
  readonly resourceType: string;
  /** Resources looked at so far. */
  readonly done: number;
}

/** Asks storage to make what it derives from resources anew, by the schemas that are served now. */
export interface ReindexOptions extends UpkeepOptions {
  /** The resource types, the same as `createScim` or the tenant gets. */
  readonly resourceTypes: readonly ResourceTypeDefinition[];
  /** The comparison key, where `createScim` gets one of your own. */
  readonly comparisonKey?: ComparisonKey | undefined;
  /** The one tenant to do. Default: all that storage has, each by these resource types. */
  readonly tenant?: string | undefined;
  /** `true`: looks and reports, and writes nothing. Default `false`. */
  readonly dryRun?: boolean | undefined;
  /**
   * Values to be forgotten that no schema names any more, by resource type and path, as `report.unknown` has them: `["User.pin",
   * "User.account.pin"]`. Default: all are kept.
   */
  readonly forget?: readonly string[] | undefined;
}

/** What a reindex did and found. Lists of ids are of 100 at most each; `count` says how many there are. */
export interface ReindexReport {
  /** By resource type: how many resources were looked at, and how many of them were made anew (in a dry run: would be). */
  readonly resourceTypes: readonly { readonly name: string; readonly seen: number; readonly rebuilt: number }[];
  /** Values that several resources share though they must not: look-ups find all of them, and no more can come, until one remains. */
  readonly duplicates: readonly (Finding & { readonly value: string })[];
  /** Clear values of attributes that are writeOnly now: `"hashed"` and no longer clear, or, without a hash function, `"kept"` as they are. */
  readonly secrets: readonly (Finding & { readonly outcome: "hashed" | "kept" })[];
  /** Values without a meaning as their attribute is declared now: shown as unassigned, kept until they are overwritten. */
  readonly misfits: readonly Finding[];
  /** Values that no schema names: never shown, kept unless `forget` names them. */
  readonly unknown: readonly Finding[];
  /** Whether storage may rely on all that it derived: nothing was skipped, and no duplicates are left. */
  readonly isComplete: boolean;
}

/** Resources in which a reindex found something. */
export interface Finding {
  readonly tenant: string | undefined;
  readonly resourceType: string;
  /** Canonical path. */
  readonly attribute: string;
  readonly count: number;
  readonly ids: readonly string[];
}

/** What has changed from any of the shapes that resources were written under, each change once; undefined where nothing has. */
export function schemaChangeOf(
  resourceType: string,
  tenant: string | undefined,
  before: Iterable<Shape>,
  now: Shape,
): SchemaChange | undefined {
  const changes = new Map<string, ShapeChange>();
  for (const shape of before)
    for (const one of changesOfShape(shape, now)) {
      const name = `${one.change} ${one.attribute}`;
      if (changes.get(name)?.needsReindex !== true) changes.set(name, one);
    }
  if (changes.size === 0) return undefined;
  const told = [...changes.values()];
  return { resourceType, tenant, changes: told, needsReindex: told.some(({ needsReindex }) => needsReindex) };
}

/** How many resources there were, by resource type. */
export type Counts = Readonly<Record<string, number>>;

/** One resource of a tenant as `exportTenant` gives it. */
export interface ExportedResource {
  readonly resourceType: string;
  /** All that is stored of it, with its collections whole. */
  readonly resource: StoredResource;
  /** What `hashSecret` made of writeOnly attributes, by path; absent where there is none. */
  readonly secrets?: Readonly<Record<string, unknown>>;
}

/**
 * What a storage can have beside `StorageAdapter` for data that outlives releases and tenants. All of it is safe beside live traffic.
 * The storages of scimkit have it; `storageConformance` tries it where an adapter does.
 */
export interface Upkeep {
  /** Makes keys, unique values and elements anew by the schemas that are served now. Versions and `lastModified` stay. */
  reindex(options: ReindexOptions): Promise<ReindexReport>;
  /** Deletes all that a tenant has; no tenant is `undefined`. Broken off and begun again it goes on. Gives what it deleted. */
  deleteTenant(tenant: string | undefined, options?: UpkeepOptions): Promise<Counts>;
  /**
   * All that a tenant has, resource by resource in the order of types and ids; `after`: behind that resource, or, with an empty `id`, from
   * the first one of the type.
   */
  exportTenant(
    tenant: string | undefined,
    options?: { readonly after?: { readonly resourceType: string; readonly id: string } | undefined },
  ): AsyncIterable<ExportedResource>;
  /**
   * Gives all that a tenant has to another one that has nothing, in one step; `undefined` as `from` takes a single-tenant directory to
   * its first tenant. Ids and versions stay. @throws {Error} where `to` has resources.
   */
  renameTenant(from: string | undefined, to: string | undefined): Promise<Counts>;
}

/** The context of a tenant. */
export function contextOf(tenant: string | undefined): Context {
  return tenant === undefined || tenant === "" ? {} : { tenant };
}
