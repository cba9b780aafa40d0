import type { Filter } from "../filter/ast.ts";
import { parseFilter } from "../filter/parser.ts";
import { resolveFilter } from "../filter/resolve.ts";
import type { AttributePath } from "../schema/attribute.ts";
import { schemasOf } from "../schema/canonical.ts";
import type { CompiledResourceType } from "../schema/resource-type.ts";
import type { ResourceObject } from "../schema/value.ts";
import {
  type Context,
  type DeltaResult,
  type Page,
  type QueryResult,
  SELECT_ALL,
  type Secrets,
  type Select,
  type Sort,
  type StorageAdapter,
  type StorageCapabilities,
  type StorageNotice,
  type StoredResource,
  type WriteRequest,
} from "../storage/adapter.ts";
import { keepsSecret } from "../storage/secrets.ts";
import type { Upkeep } from "../storage/upkeep.ts";
import { LeftOut, must } from "./failure.ts";
import { type Random, randomFrom } from "./random.ts";

/** What a factory makes. */
export interface Made<C extends Context = Context> {
  /** The adapter; what it has of `Upkeep` is tried too. */
  readonly storage: StorageAdapter<C> & Partial<Upkeep>;
  /**
   * Opens the same store once more, as another process would: an adapter of its own, that shares nothing with `storage` but what is
   * stored. With it the kit tries what two processes do at once, which a queue within one of them does not keep apart. What it opens
   * is for `close` to free.
   */
  readonly again?: () => StorageAdapter<C> | Promise<StorageAdapter<C>>;
  /** Frees what the adapter holds (a connection); called when the case is over, whether it passed or not. */
  readonly close?: () => void | Promise<void>;
  /**
   * Makes the `n`-th call that the adapter makes to its backend from now on fail, once (1 is the next one); 0 calls it off.
   * With it the kit tries a fault at every call of every verb.
   */
  readonly failAt?: (n: number) => void;
  /** Everything that the backend holds, as text: the kit looks for secrets in it. */
  readonly dump?: () => string | Promise<string>;
}

/** How a call departs from the usual one. */
export interface CallOptions {
  readonly context?: Context;
  readonly storage?: StorageAdapter;
  readonly signal?: AbortSignal;
  readonly select?: Select;
}

export interface WriteOptions extends CallOptions {
  /** Default: every reference is required, as under the profile `strict`. */
  readonly checkReferences?: WriteRequest["checkReferences"];
  readonly ifVersion?: string | undefined;
  readonly secrets?: Secrets;
  readonly id?: string;
  /** Of a create: the last version of who had the id. */
  readonly restores?: { readonly version: string } | undefined;
  /** Of a delete. */
  readonly keep?: boolean | undefined;
  readonly at?: string;
  readonly notices?: StorageNotice[];
}

export interface ReplaceOptions extends WriteOptions {
  /** Paths of collections that the write does not touch. */
  readonly untouched?: readonly string[];
  readonly before?: StoredResource;
  readonly touch?: boolean;
}

export interface DeltaOptions extends WriteOptions {
  readonly add?: readonly ResourceObject[];
  readonly remove?: readonly unknown[];
}

export interface QueryOptions extends CallOptions {
  /** Text, or resolved already. */
  readonly filter?: string | Filter<AttributePath> | undefined;
  readonly sort?: Sort | { readonly by: string; readonly descending?: boolean } | undefined;
  /** Default: index page 1 to 1000. */
  readonly page?: Page;
  readonly stream?: boolean;
}

/** The adapter under test in a tenant of its own, with a short way to each verb. */
export interface Subject {
  readonly storage: StorageAdapter & Partial<Upkeep>;
  readonly capabilities: StorageCapabilities;
  readonly resourceTypes: readonly CompiledResourceType[];
  readonly made: Made;
  /** The tenant of the case. */
  readonly context: Context;
  readonly random: Random;
  /** Never given to another case: for values that must be unique beyond the tenant. */
  readonly token: string;
  type(name: string): CompiledResourceType;
  path(type: string, text: string): AttributePath;
  /** A tenant that no other call has had; `suffix` ends its name. */
  tenant(suffix?: string): Promise<Context>;
  /** The same adapter, empty: another tenant, or another adapter where it has one tenant only. */
  fresh(): Promise<Subject>;
  /** The same adapter and tenant, asked by a server whose resource types are others. */
  withTypes(resourceTypes: readonly CompiledResourceType[]): Subject;
  /** Frees a fresh subject before the case is over. */
  release(): Promise<void>;
  /** The next point in time; each is later than the one before. */
  now(): string;
  create(type: string, attributes: ResourceObject, options?: WriteOptions): Promise<StoredResource>;
  replace(
    type: string,
    id: string,
    attributes: ResourceObject,
    options?: ReplaceOptions,
  ): Promise<StoredResource | undefined>;
  remove(type: string, id: string, options?: WriteOptions): Promise<boolean>;
  get(
    type: string,
    id: string,
    options?: CallOptions & { readonly stream?: boolean },
  ): Promise<StoredResource | undefined>;
  /** As `get`, and fails the case where there is nothing. */
  read(type: string, id: string, options?: CallOptions): Promise<StoredResource>;
  query(type: string, options?: QueryOptions): Promise<QueryResult>;
  /** Ids of what a query gives. */
  find(type: string, filter: string | undefined, options?: QueryOptions): Promise<readonly string[]>;
  /** Leaves the case out where the adapter declines. */
  delta(type: string, id: string, attribute: string, options: DeltaOptions): Promise<DeltaResult | undefined>;
}

/** Everything that all subjects of a run have in common. */
export interface Run {
  readonly resourceTypes: readonly CompiledResourceType[];
  readonly make: () => Promise<Made>;
  /** Closes one that `make` made, which otherwise stays until the case is over. */
  readonly release: (made: Made) => Promise<void>;
  readonly nextToken: () => string;
  /** Makes the context of a tenant; undefined where the name is the tenant. */
  readonly contextOf: ((name: string) => Context | Promise<Context>) | undefined;
}

/** Makes the subject of a case. */
export async function subjectOf(run: Run, made: Made, seed: number): Promise<Subject> {
  const hasTenants = made.storage.capabilities?.tenants === true;
  const contextOf = run.contextOf ?? ((tenant: string): Context => (hasTenants ? { tenant } : {}));
  const token = run.nextToken();
  return subjectIn({ ...run, contextOf }, made, seed, { token, context: await contextOf(`kit-${token}`) });
}

/** The subject of a tenant that is there. */
function subjectIn(
  run: Run & { readonly contextOf: NonNullable<Run["contextOf"]> },
  made: Made,
  seed: number,
  place: { readonly token: string; readonly context: Context },
): Subject {
  const { storage } = made;
  const capabilities = storage.capabilities ?? {};
  const hasTenants = capabilities.tenants === true;
  const { token, context } = place;
  const requests = requestsOf(run, storage, context);
  const random = randomFrom(seed);
  let tenants = 0;
  return {
    storage,
    capabilities,
    resourceTypes: run.resourceTypes,
    made,
    context,
    random,
    token,
    type: requests.type,
    path: requests.path,
    now: requests.now,
    tenant: async (suffix) => run.contextOf(`kit-${token}-${suffix ?? ++tenants}`),
    fresh: async () => subjectOf(run, hasTenants ? made : await run.make(), random.below(2 ** 31)),
    withTypes: (resourceTypes) => subjectIn({ ...run, resourceTypes }, made, seed, place),
    release: async () => {
      if (!hasTenants) await run.release(made);
    },
    ...writesOf(requests),
    ...readsOf(requests),
  };
}

/** What all calls of a subject are made of. */
interface Requests {
  readonly type: (name: string) => CompiledResourceType;
  readonly path: (typeName: string, text: string) => AttributePath;
  readonly now: () => string;
  /** The adapter that is asked, and for whom. */
  readonly callee: (options: CallOptions) => readonly [StorageAdapter, Context];
  readonly write: (name: string, options: WriteOptions) => WriteRequest;
}

function requestsOf(run: Run, storage: StorageAdapter, context: Context): Requests {
  const byName = new Map(run.resourceTypes.map((type) => [type.name, type]));
  const references = run.resourceTypes.flatMap((one) => one.references);
  const required = Object.fromEntries(references.map(({ name }) => [name, "refuse" as const]));
  let ticks = 0;
  const type = (name: string): CompiledResourceType => {
    const found = byName.get(name);
    if (found === undefined) throw new LeftOut(`the adapter does not serve ${name}`);
    return found;
  };
  const now = (): string => new Date(Date.UTC(2026, 0, 1) + 1000 * ticks++).toISOString();
  return {
    type,
    now,
    path(typeName, text) {
      const found = type(typeName).resolve(text);
      if (found === undefined) throw new LeftOut(`${typeName} has no ${text}`);
      return found;
    },
    callee: (options) => [options.storage ?? storage, options.context ?? context],
    write: (name, options) => ({
      resourceType: type(name),
      signal: options.signal,
      at: options.at ?? now(),
      checkReferences: options.checkReferences ?? required,
      notify: (notice) => void options.notices?.push(notice),
    }),
  };
}

/** A resource as the core hands it to an adapter. */
function newResource({ resourceType, at }: WriteRequest, id: string, attributes: ResourceObject, created: string) {
  const meta = { resourceType: resourceType.name, created, lastModified: at };
  return { ...attributes, schemas: schemasOf(resourceType, attributes), id, meta };
}

function writesOf({ path, callee, write }: Requests): Pick<Subject, "create" | "replace" | "remove" | "delta"> {
  const createdAt = new Map<string, string>();
  return {
    async create(name, attributes, options = {}) {
      const request = write(name, options);
      const resource = newResource(request, options.id ?? crypto.randomUUID(), attributes, request.at);
      const [adapter, context] = callee(options);
      const stored = await adapter.create(
        {
          ...request,
          resource,
          secrets: options.secrets ?? {},
          select: options.select ?? SELECT_ALL,
          restores: options.restores,
        },
        context,
      );
      must(
        typeof stored?.id === "string" && stored.id !== "" && typeof stored.meta?.version === "string",
        "create must give the resource back as stored, with id and meta",
        `it gave ${JSON.stringify(stored)}`,
      );
      createdAt.set(stored.id, request.at);
      return stored;
    },
    replace(name, id, attributes, options = {}) {
      const request = write(name, options);
      const { before, ifVersion } = options;
      const untouched = options.untouched?.map((text) => path(name, text).attribute);
      const created = before?.meta.created ?? createdAt.get(id) ?? request.at;
      const [adapter, context] = callee(options);
      return adapter.replace(
        {
          ...request,
          id,
          resource: newResource(request, id, attributes, created),
          secrets: options.secrets ?? {},
          select: options.select ?? SELECT_ALL,
          ifVersion,
          ...(before === undefined ? {} : { before }),
          ...(options.touch === undefined ? {} : { touch: options.touch }),
          ...(untouched === undefined ? {} : { untouched }),
        },
        context,
      );
    },
    remove(name, id, options = {}) {
      const [adapter, context] = callee(options);
      return adapter.delete({ ...write(name, options), id, ifVersion: options.ifVersion, keep: options.keep }, context);
    },
    async delta(name, id, attribute, options) {
      const [adapter, context] = callee(options);
      if (adapter.applyDelta === undefined) throw new LeftOut("the adapter has no applyDelta");
      const { add = [], remove = [], ifVersion } = options;
      const request = { ...write(name, options), id, attribute: path(name, attribute).attribute };
      const done = await adapter.applyDelta({ ...request, add, remove, ifVersion }, context);
      if (done === "declined") throw new LeftOut(`applyDelta declined ${name}.${attribute}`);
      return done;
    },
  };
}

function readsOf({ type, path, callee }: Requests): Pick<Subject, "get" | "read" | "query" | "find"> {
  const reads: ReturnType<typeof readsOf> = {
    get(name, id, options = {}) {
      const { select = SELECT_ALL, signal, stream } = options;
      const [adapter, context] = callee(options);
      return adapter.get({ resourceType: type(name), id, select, signal, stream }, context);
    },
    async read(name, id, options) {
      const found = await reads.get(name, id, options);
      must(found !== undefined, `get must find a ${name} that was created [G-10]`, "it gave nothing");
      return found;
    },
    query(name, options = {}) {
      const { filter, sort, page = { startIndex: 1, count: 1000 }, select = SELECT_ALL, signal, stream } = options;
      const [adapter, context] = callee(options);
      return adapter.query(
        {
          resourceType: type(name),
          filter: typeof filter === "string" ? resolveFilter(parseFilter(filter), type(name)) : filter,
          sort:
            sort === undefined || "path" in sort
              ? sort
              : { path: path(name, sort.by), descending: sort.descending ?? false },
          page,
          select,
          signal,
          stream,
        },
        context,
      );
    },
    async find(name, filter, options = {}) {
      const result = await reads.query(name, { ...options, filter });
      return result.resources.map(({ id }) => id);
    },
  };
  return reads;
}

/** Whether the adapter says that it keeps a user's password, which the cases about secrets write. */
export function keepsPassword(
  capabilities: StorageCapabilities,
  resourceTypes: readonly CompiledResourceType[],
): boolean {
  const user = resourceTypes.find(({ name }) => name === "User");
  return user !== undefined && keepsSecret(capabilities, user, "password");
}
