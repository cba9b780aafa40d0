import type { Filter } from "../filter/ast.ts";
import { parseFilter } from "../filter/parser.ts";
import { resolveFilter } from "../filter/resolve.ts";
import type { AttributePath } from "../schema/attribute.ts";
import { schemasOf } from "../schema/canonical.ts";
import type { ResourceType } from "../schema/resource-type.ts";
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
import { LeftOut, must } from "./failure.ts";
import { type Random, randomFrom } from "./random.ts";

/** What a factory makes. */
export interface Made<C extends Context = Context> {
  readonly storage: StorageAdapter<C>;
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
  /** Default: every resource type of the kit, as a server that checks references asks. */
  readonly checkReferences?: readonly string[];
  readonly ifVersion?: string | undefined;
  readonly secrets?: Secrets;
  readonly id?: string;
  readonly at?: string;
  readonly notices?: StorageNotice[];
}

export interface ReplaceOptions extends WriteOptions {
  /** Paths of collections that the write does not touch. */
  readonly untouched?: readonly string[];
  readonly before?: StoredResource;
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
  readonly storage: StorageAdapter;
  readonly capabilities: StorageCapabilities;
  readonly resourceTypes: readonly ResourceType[];
  readonly made: Made;
  /** The tenant of the case. */
  readonly context: Context;
  readonly random: Random;
  /** Never given to another case: for values that must be unique beyond the tenant. */
  readonly token: string;
  type(name: string): ResourceType;
  path(type: string, text: string): AttributePath;
  /** A tenant that no other call has had. */
  tenant(): Context;
  /** The same adapter, empty: another tenant, or another adapter where it has one tenant only. */
  fresh(): Promise<Subject>;
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
  readonly resourceTypes: readonly ResourceType[];
  readonly make: () => Promise<Made>;
  /** Closes one that `make` made, which otherwise stays until the case is over. */
  readonly release: (made: Made) => Promise<void>;
  readonly nextToken: () => string;
}

/** Makes the subject of a case. */
export function subjectOf(run: Run, made: Made, seed: number): Subject {
  const { storage } = made;
  const capabilities = storage.capabilities ?? {};
  const token = run.nextToken();
  const hasTenants = capabilities.tenants !== false;
  const context: Context = hasTenants ? { tenant: `kit-${token}` } : {};
  const byName = new Map(run.resourceTypes.map((type) => [type.name, type]));
  const names = [...byName.keys()];
  const createdAt = new Map<string, string>();
  let tenants = 0;
  let ticks = 0;

  const type = (name: string): ResourceType => {
    const found = byName.get(name);
    if (found === undefined) throw new LeftOut(`the adapter does not serve ${name}`);
    return found;
  };
  const path = (typeName: string, text: string): AttributePath => {
    const found = type(typeName).resolve(text);
    if (found === undefined) throw new LeftOut(`${typeName} has no ${text}`);
    return found;
  };
  const now = (): string => new Date(Date.UTC(2026, 0, 1) + 1000 * ticks++).toISOString();
  const writeRequest = (name: string, options: WriteOptions): WriteRequest => ({
    resourceType: type(name),
    signal: options.signal,
    at: options.at ?? now(),
    checkReferences: options.checkReferences ?? names,
    notify: (notice) => void options.notices?.push(notice),
  });
  const resolved = (name: string, filter: QueryOptions["filter"]): Filter<AttributePath> | undefined =>
    typeof filter === "string" ? resolveFilter(parseFilter(filter), type(name)) : filter;

  const subject: Subject = {
    storage,
    capabilities,
    resourceTypes: run.resourceTypes,
    made,
    context,
    random: randomFrom(seed),
    token,
    type,
    path,
    tenant: () => ({ tenant: `kit-${token}-${++tenants}` }),
    fresh: async () => subjectOf(run, hasTenants ? made : await run.make(), subject.random.below(2 ** 31)),
    release: async () => {
      if (!hasTenants) await run.release(made);
    },
    now,
    async create(name, attributes, options = {}) {
      const request = writeRequest(name, options);
      const meta = { resourceType: name, created: request.at, lastModified: request.at };
      const id = options.id ?? crypto.randomUUID();
      const resource = { ...attributes, schemas: schemasOf(request.resourceType, attributes), id, meta };
      const stored = await (options.storage ?? storage).create(
        { ...request, resource, secrets: options.secrets ?? {}, select: options.select ?? SELECT_ALL },
        options.context ?? context,
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
      const request = writeRequest(name, options);
      const created = options.before?.meta.created ?? createdAt.get(id) ?? request.at;
      const meta = { resourceType: name, created, lastModified: request.at };
      const resource = { ...attributes, schemas: schemasOf(request.resourceType, attributes), id, meta };
      return (options.storage ?? storage).replace(
        {
          ...request,
          id,
          resource,
          secrets: options.secrets ?? {},
          select: options.select ?? SELECT_ALL,
          ifVersion: options.ifVersion,
          ...(options.before === undefined ? {} : { before: options.before }),
          ...(options.untouched === undefined
            ? {}
            : { untouched: options.untouched.map((text) => path(name, text).attribute) }),
        },
        options.context ?? context,
      );
    },
    remove: (name, id, options = {}) =>
      (options.storage ?? storage).delete(
        { ...writeRequest(name, options), id, ifVersion: options.ifVersion },
        options.context ?? context,
      ),
    get: (name, id, options = {}) =>
      (options.storage ?? storage).get(
        {
          resourceType: type(name),
          id,
          select: options.select ?? SELECT_ALL,
          signal: options.signal,
          stream: options.stream,
        },
        options.context ?? context,
      ),
    async read(name, id, options) {
      const found = await subject.get(name, id, options);
      must(found !== undefined, `get must find a ${name} that was created [C10]`, "it gave nothing");
      return found;
    },
    query(name, options = {}) {
      const { sort } = options;
      return (options.storage ?? storage).query(
        {
          resourceType: type(name),
          filter: resolved(name, options.filter),
          sort:
            sort === undefined || "path" in sort
              ? sort
              : { path: path(name, sort.by), descending: sort.descending ?? false },
          page: options.page ?? { startIndex: 1, count: 1000 },
          select: options.select ?? SELECT_ALL,
          signal: options.signal,
          stream: options.stream,
        },
        options.context ?? context,
      );
    },
    async find(name, filter, options = {}) {
      const result = await subject.query(name, { ...options, filter });
      return result.resources.map(({ id }) => id);
    },
    async delta(name, id, attribute, options) {
      const { applyDelta } = options.storage ?? storage;
      if (applyDelta === undefined) throw new LeftOut("the adapter has no applyDelta");
      const done = await applyDelta.call(
        options.storage ?? storage,
        {
          ...writeRequest(name, options),
          id,
          attribute: path(name, attribute).attribute,
          add: options.add ?? [],
          remove: options.remove ?? [],
          ifVersion: options.ifVersion,
        },
        options.context ?? context,
      );
      if (done === "declined") throw new LeftOut(`applyDelta declined ${name}.${attribute}`);
      return done;
    },
  };
  return subject;
}
