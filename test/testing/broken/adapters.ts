import { uniqueness, versionMismatch } from "../../../src/error.ts";
import type { Compare, Filter } from "../../../src/filter/ast.ts";
import { predicateOf } from "../../../src/filter/index.ts";
import type { Attribute, AttributePath } from "../../../src/schema/attribute.ts";
import { isObject, type ResourceObject, readAttribute } from "../../../src/schema/value.ts";
import {
  type Context,
  isCursorPage,
  type QueryRequest,
  type QueryResult,
  SELECT_ALL,
  type StorageAdapter,
  type StoredResource,
} from "../../../src/storage/adapter.ts";
import { type MemoryStorage, memoryStorage } from "../../../src/storage/memory/index.ts";

/** An adapter with one fault, and the title (or the beginning of it) of a case that must catch it. */
export interface Broken {
  readonly fault: string;
  readonly caughtBy: string;
  readonly make: () => StorageAdapter;
}

/** Memory with some methods replaced. */
export function memoryWith(
  change: (memory: StorageAdapter & Partial<MemoryStorage>) => Partial<MemoryStorage>,
): () => StorageAdapter {
  return () => {
    const memory = memoryStorage({ hashSecret: (_, value) => `hash of ${String(value).length}` });
    const adapter: StorageAdapter = { ...memory, ...change(memory) };
    // A transaction hands out the adapter with its fault.
    return change(memory).transaction === undefined && memory.transaction !== undefined
      ? {
          ...adapter,
          transaction: (work, context) =>
            memory.transaction?.((inner) => work({ ...inner, ...change(inner) }), context) as never,
        }
      : adapter;
  };
}

/** Every row of the tenant, as the adapter tells it. */
async function allOf(
  memory: StorageAdapter,
  request: QueryRequest,
  context: Context,
): Promise<readonly StoredResource[]> {
  const whole = { resourceType: request.resourceType, page: { startIndex: 1, count: 1e6 }, select: SELECT_ALL };
  return (await memory.query(whole, context)).resources;
}

/** Answers a query over all rows with an order, a predicate and a page of its own. */
function queryWith(
  memory: StorageAdapter,
  own: {
    readonly matches?: (filter: Filter<AttributePath>, row: StoredResource) => boolean;
    readonly sort?: (rows: readonly StoredResource[], request: QueryRequest) => readonly StoredResource[];
  },
): StorageAdapter["query"] {
  return async (request, context) => {
    if (own.matches !== undefined && request.filter === undefined) return memory.query(request, context);
    if (own.sort !== undefined && request.sort === undefined) return memory.query(request, context);
    if (isCursorPage(request.page)) return memory.query(request, context);
    const { filter, page } = request;
    const { matches = (node, row) => predicateOf(node)(row) } = own;
    const rows = (await allOf(memory, request, context)).filter((row) => filter === undefined || matches(filter, row));
    const sorted = own.sort === undefined ? rows : own.sort(rows, request);
    return {
      resources: sorted.slice(page.startIndex - 1, page.startIndex - 1 + page.count),
      totalResults: rows.length,
    };
  };
}

/** A predicate whose comparisons are those of `compare`, three-valued where it gives undefined. */
function evaluate(
  filter: Filter<AttributePath>,
  row: ResourceObject,
  compare: (node: Compare<AttributePath>, row: ResourceObject) => boolean | undefined,
): boolean | undefined {
  switch (filter.type) {
    case "and": {
      const parts = filter.filters.map((part) => evaluate(part, row, compare));
      return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
    }
    case "or": {
      const parts = filter.filters.map((part) => evaluate(part, row, compare));
      return parts.includes(true) ? true : parts.includes(undefined) ? undefined : false;
    }
    case "not": {
      const part = evaluate(filter.filter, row, compare);
      return part === undefined ? undefined : !part;
    }
    case "compare":
      return compare(filter, row);
    default:
      return predicateOf(filter)(row);
  }
}

export const BROKEN: readonly Broken[] = [
  {
    fault: "gives live objects",
    caughtBy: "copies: changing the result of get",
    make: memoryWith((memory) => {
      const given = new Map<string, StoredResource>();
      return {
        async get(request, context) {
          const found = await memory.get(request, context);
          if (found === undefined) return undefined;
          const key = `${context.tenant}/${found.id}/${found.meta.version}`;
          const live = given.get(key) ?? found;
          given.set(key, live);
          return live;
        },
      };
    }),
  },
  {
    fault: "keeps live objects that it was given",
    caughtBy: "copies: changing what was given to create",
    make: memoryWith((memory) => {
      const taken = new Map<string, ResourceObject>();
      return {
        async create(request, context) {
          const stored = await memory.create(request, context);
          taken.set(`${context.tenant}/${stored.id}/${stored.meta.version}`, request.resource);
          return stored;
        },
        async get(request, context) {
          const found = await memory.get(request, context);
          const live = taken.get(`${context.tenant}/${found?.id}/${found?.meta.version}`);
          return found === undefined || live === undefined ? found : { ...found, ...live, meta: found.meta };
        },
      };
    }),
  },
  {
    fault: "ignores ifVersion (lost update)",
    caughtBy: "replace: a stale ifVersion throws versionMismatch()",
    make: memoryWith((memory) => ({
      replace: (request, context) => memory.replace({ ...request, ifVersion: undefined }, context),
    })),
  },
  {
    fault: "checks ifVersion by a read before the write",
    caughtBy: "replace: of many conditional writes at once exactly one wins",
    make: memoryWith((memory) => ({
      async replace(request, context) {
        const before = await memory.get(request, context);
        if (before !== undefined && request.ifVersion !== undefined && before.meta.version !== request.ifVersion)
          throw versionMismatch();
        await Promise.resolve();
        return memory.replace({ ...request, ifVersion: undefined }, context);
      },
    })),
  },
  {
    fault: "deletes whatever ifVersion says",
    caughtBy: "delete: a stale ifVersion throws versionMismatch()",
    make: memoryWith((memory) => ({
      delete: (request, context) => memory.delete({ ...request, ifVersion: undefined }, context),
    })),
  },
  {
    fault: "takes a hash of the body for the version",
    caughtBy: "versions: going back to an old content",
    make: memoryWith((memory) =>
      withVersions(memory, ({ id: _, meta: __, ...content }) => hashOf(JSON.stringify(content))),
    ),
  },
  {
    fault: "takes lastModified for the version",
    caughtBy: "versions: changes within one instant",
    make: memoryWith((memory) => withVersions(memory, ({ meta }) => meta.lastModified)),
  },
  {
    fault: "gives a new version to a write that changes nothing",
    caughtBy: "replace: a write that changes nothing keeps version",
    make: memoryWith((memory) => ({
      async replace(request, context) {
        await memory.replace(
          { ...request, resource: { ...request.resource, externalId: `touched ${crypto.randomUUID()}` } },
          context,
        );
        return memory.replace({ ...request, ifVersion: undefined }, context);
      },
    })),
  },
  {
    fault: "keeps the version when a delta changes something",
    caughtBy: "deltas: the result tells the new version",
    make: memoryWith((memory) => {
      const frozen = new Map<string, string>();
      const fix = (resource: StoredResource | undefined, context: Context) =>
        resource && {
          ...resource,
          meta: { ...resource.meta, version: frozen.get(`${context.tenant}/${resource.id}`) ?? resource.meta.version },
        };
      return {
        get: async (request, context) => fix(await memory.get(request, context), context),
        async applyDelta(request, context) {
          const before = await memory.get({ ...request, select: SELECT_ALL }, context);
          const done = await memory.applyDelta?.({ ...request, ifVersion: undefined }, context);
          if (before === undefined || done === undefined || done === "declined") return done;
          frozen.set(`${context.tenant}/${request.id}`, before.meta.version);
          return { ...done, meta: { ...done.meta, version: before.meta.version } };
        },
      };
    }),
  },
  {
    fault: "compares unique values by lower() alone",
    caughtBy: "uniqueness: userName Ä and a\u0308 are one value",
    make: memoryWith((memory) => withLooseUniqueness(memory, (value) => value.toLowerCase())),
  },
  {
    fault: "compares unique values by an accent-insensitive collation",
    caughtBy: 'uniqueness: userName "resume" and "résumé" are two values',
    make: memoryWith((memory) => ({
      async create(request, context) {
        const plain = (text: unknown) => String(text).normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
        const rows = await allOf(memory, request as never, context);
        if (rows.some((row) => row.userName !== undefined && plain(row.userName) === plain(request.resource.userName)))
          throw uniqueness("userName");
        return memory.create(request, context);
      },
    })),
  },
  {
    fault: "keeps values unique across tenants",
    caughtBy: "uniqueness: ends at the tenant",
    make: memoryWith((memory) => {
      const names = new Map<string, string | undefined>();
      return {
        async create(request, context) {
          const name = String(request.resource.userName);
          if (request.resource.userName !== undefined && names.has(name) && names.get(name) !== context.tenant)
            throw uniqueness("userName");
          names.set(name, context.tenant);
          return memory.create(request, context);
        },
      };
    }),
  },
  {
    fault: "looks whether a unique value is free, and writes later",
    caughtBy: "uniqueness: of many creates at once with one userName",
    make: memoryWith((memory) => withLooseUniqueness(memory, (value) => value.normalize("NFKC").toLowerCase(), true)),
  },
  {
    fault: "refuses a taken unique value with an error of its own",
    caughtBy: "create: a refused create leaves nothing behind",
    make: memoryWith((memory) => ({
      create: (request, context) =>
        memory.create(request, context).catch((error) => {
          throw new Error(`UNIQUE constraint failed: ${String(error)}`);
        }),
    })),
  },
  {
    fault: "reads any tenant's resource by its id",
    caughtBy: "tenants: get does not see another tenant's resource",
    make: memoryWith((memory) => {
      const homes = new Map<string, Context>();
      return {
        async create(request, context) {
          const stored = await memory.create(request, context);
          homes.set(stored.id, context);
          return stored;
        },
        get: (request, context) => memory.get(request, homes.get(request.id) ?? context),
      };
    }),
  },
  {
    fault: "forgets the tenant in an `or`",
    caughtBy: "tenants: filters do not see another tenant's resources",
    make: memoryWith((memory) => {
      const seen = new Map<string, Context>();
      return {
        async create(request, context) {
          seen.set(String(context.tenant), context);
          return memory.create(request, context);
        },
        async query(request, context) {
          if (request.filter?.type !== "or") return memory.query(request, context);
          const results = await Promise.all([...seen.values(), context].map((each) => memory.query(request, each)));
          const resources = results.flatMap((result) => result.resources);
          return { resources, totalResults: resources.length };
        },
      };
    }),
  },
  {
    fault: "deletes any tenant's resource by its id",
    caughtBy: "tenants: delete does not reach another tenant's resource",
    make: memoryWith((memory) => {
      const homes = new Map<string, Context>();
      return {
        async create(request, context) {
          const stored = await memory.create(request, context);
          homes.set(stored.id, context);
          return stored;
        },
        delete: (request, context) => memory.delete(request, homes.get(request.id) ?? context),
      };
    }),
  },
  {
    fault: "creates on replace (upsert)",
    caughtBy: "replace: an unknown id gives undefined and creates nothing",
    make: memoryWith((memory) => ({
      replace: async (request, context) => (await memory.replace(request, context)) ?? memory.create(request, context),
    })),
  },
  {
    fault: "gives ties in another order on each page",
    caughtBy: "sorting: ties are in one order on all pages",
    make: memoryWith((memory) => {
      let turn = 0;
      return {
        query: queryWith(memory, {
          sort: (rows, request) => sortedBy(turn++ % 2 === 0 ? rows : [...rows].reverse(), request),
        }),
      };
    }),
  },
  {
    fault: "sorts missing values first when ascending",
    caughtBy: "sorting: integers by value, ascending",
    make: memoryWith((memory) => ({
      query: queryWith(memory, { sort: (rows, request) => sortedBy([...rows].sort(byId), request, true) }),
    })),
  },
  {
    fault: "sorts text by UTF-16 units",
    caughtBy: "sorting: case exact text by code point",
    make: memoryWith((memory) => ({
      query: queryWith(memory, { sort: (rows, request) => sortedBy([...rows].sort(byId), request) }),
    })),
  },
  {
    fault: "tells the size of the page as totalResults",
    caughtBy: "pages: each page holds its part, and totalResults counts all",
    make: memoryWith((memory) => ({
      async query(request, context) {
        const result = await memory.query(request, context);
        return { ...result, totalResults: result.resources.length };
      },
    })),
  },
  {
    fault: "evaluates `not` and `ne` in three values, as SQL does",
    caughtBy: "filters: a comparison with a missing value is false",
    make: memoryWith((memory) => ({
      query: queryWith(memory, {
        matches: (filter, row) =>
          evaluate(filter, row, (node, each) => {
            const value = readAttribute(each, node.path.attribute);
            return value === undefined && node.value !== null ? undefined : predicateOf(node)(each);
          }) === true,
      }),
    })),
  },
  {
    fault: "matches a value path across elements",
    caughtBy: "filters: a value path matches within one element",
    make: memoryWith((memory) => ({
      query: queryWith(memory, {
        matches: (filter, row) => predicateOf(flattened(filter))(row),
      }),
    })),
  },
  {
    fault: "takes the operand of `co` for a LIKE pattern",
    caughtBy: "filters: wildcards and quotes are characters like others",
    make: memoryWith((memory) => ({
      query: queryWith(memory, {
        matches: (filter, row) =>
          evaluate(filter, row, (node, each) =>
            node.operator === "co" && (node.value === "%" || node.value === "_")
              ? predicateOf({ ...node, value: "" })(each)
              : predicateOf(node)(each),
          ) === true,
      }),
    })),
  },
  {
    fault: "compares text in a case exact way whatever the attribute says",
    caughtBy: "filters: note eq gives what the reference predicate gives",
    make: memoryWith((memory) => ({
      query: queryWith(memory, {
        matches: (filter, row) =>
          evaluate(filter, row, (node, each) =>
            node.operator === "eq" && node.path.text === "note" ? each.note === node.value : predicateOf(node)(each),
          ) === true,
      }),
    })),
  },
  {
    fault: "walks by an offset that it calls a cursor",
    caughtBy: "cursors: deletes meanwhile make a walk without a sort skip nothing",
    make: memoryWith((memory) => ({
      async query(request, context): Promise<QueryResult> {
        if (!isCursorPage(request.page)) return memory.query(request, context);
        const start = Number(request.page.cursor ?? 0);
        const result = await memory.query(
          { ...request, page: { startIndex: start + 1, count: request.page.count } },
          context,
        );
        const end = start + request.page.count;
        return { ...result, ...(end < (result.totalResults ?? 0) ? { nextCursor: String(end) } : {}) };
      },
    })),
  },
  {
    fault: "leaves dangling members behind a delete",
    caughtBy: "references: deleting a resource takes it out of every collection",
    make: memoryWith((memory) => {
      const gone = new Map<string, ResourceObject[]>();
      return {
        async delete(request, context) {
          const groups = await memory
            .query(
              {
                ...request,
                resourceType: GROUPS.get(memory) ?? request.resourceType,
                page: { startIndex: 1, count: 1000 },
                select: SELECT_ALL,
              },
              context,
            )
            .catch(() => undefined);
          for (const group of groups?.resources ?? []) {
            const dangling = (Array.isArray(group.members) ? group.members : []).filter(
              ({ value }) => value === request.id,
            );
            if (dangling.length > 0) gone.set(group.id, dangling);
          }
          return memory.delete(request, context);
        },
        async get(request, context) {
          if (request.resourceType.name === "Group") GROUPS.set(memory, request.resourceType);
          const found = await memory.get(request, context);
          const dangling = gone.get(request.id);
          return found === undefined || dangling === undefined
            ? found
            : { ...found, members: [...((found.members as ResourceObject[] | undefined) ?? []), ...dangling] };
        },
        create(request, context) {
          if (request.resourceType.name === "Group") GROUPS.set(memory, request.resourceType);
          return memory.create(request, context);
        },
      };
    }),
  },
  {
    fault: "keeps the holders' versions when it takes a deleted member out",
    caughtBy: "references: each holder of a deleted resource gets one new version",
    make: memoryWith((memory) => {
      const versions = new Map<string, StoredResource["meta"]>();
      return {
        async create(request, context) {
          const stored = await memory.create(request, context);
          versions.set(stored.id, stored.meta);
          return stored;
        },
        async get(request, context) {
          const found = await memory.get(request, context);
          return found && request.resourceType.name === "Group"
            ? { ...found, meta: versions.get(found.id) ?? found.meta }
            : found;
        },
      };
    }),
  },
  {
    fault: "adds a member again that is there",
    caughtBy: "deltas: an element that is given twice is added once",
    make: memoryWith((memory) => {
      const twice = new Map<string, ResourceObject[]>();
      return {
        async applyDelta(request, context) {
          const done = await memory.applyDelta?.(request, context);
          if (request.add.length > 1)
            twice.set(request.id, [...(twice.get(request.id) ?? []), ...request.add.slice(1)]);
          return done;
        },
        async get(request, context) {
          const found = await memory.get(request, context);
          const more = twice.get(request.id);
          return found === undefined || more === undefined
            ? found
            : { ...found, members: [...((found.members as ResourceObject[] | undefined) ?? []), ...more] };
        },
      };
    }),
  },
  {
    fault: "adds first and then removes",
    caughtBy: "deltas: removing and adding the same element changes nothing",
    make: memoryWith((memory) => ({
      async applyDelta(request, context) {
        await memory.applyDelta?.({ ...request, remove: [] }, context);
        return memory.applyDelta?.({ ...request, add: [], ifVersion: undefined }, context);
      },
    })),
  },
  {
    fault: "does not compute groups",
    caughtBy: "groups: a user shows the groups that hold it",
    make: memoryWith((memory) => ({
      async get(request, context) {
        const found = await memory.get(request, context);
        return found && { ...found, groups: undefined };
      },
    })),
  },
  {
    fault: "gives secrets back",
    caughtBy: "secrets: a secret of a create is never given back",
    make: memoryWith((memory) => {
      const own = new Map<string, unknown>();

      return {
        async create(request, context) {
          const stored = await memory.create(request, context);
          if (request.secrets.password !== undefined) own.set(stored.id, request.secrets.password);
          return stored;
        },
        async get(request, context) {
          const found = await memory.get(request, context);
          return found && own.has(found.id) ? { ...found, password: own.get(found.id) } : found;
        },
      };
    }),
  },
  {
    fault: "drops false and 0 as if they were nothing",
    caughtBy: "values: false in User.active",
    make: memoryWith((memory) => ({
      create: (request, context) =>
        memory.create(
          {
            ...request,
            resource: Object.fromEntries(
              Object.entries(request.resource).filter(([, value]) => Boolean(value)),
            ) as never,
          },
          context,
        ),
    })),
  },
  {
    fault: "gives null for what is missing",
    caughtBy: "values: an attribute that was never set is absent",
    make: memoryWith((memory) => ({
      async get(request, context) {
        const found = await memory.get(request, context);
        return found && { displayName: null, ...found };
      },
    })),
  },
  {
    fault: "keeps what a transaction wrote before it failed",
    caughtBy: "transactions: when the work rejects, nothing of it is there",
    make: memoryWith((memory) => ({ transaction: (work) => work(memory) })),
  },
  {
    fault: "answers an aborted call as if there were nothing",
    caughtBy: "abort: delete, the client gone before the call",
    make: memoryWith((memory) => ({
      delete: (request, context) =>
        memory.delete(request, context).catch((error) => (request.signal?.aborted ? false : Promise.reject(error))),
    })),
  },
  {
    fault: "leaves out an attribute of an extension that is selected",
    caughtBy: "get: an attribute of an extension is there when it is selected",
    make: memoryWith((memory) => ({
      async get(request, context) {
        const found = await memory.get(request, context);
        const { select } = request;
        return (
          found &&
          (Object.fromEntries(
            Object.entries(found).filter(
              ([name]) =>
                ["id", "meta", "schemas"].includes(name) || isIncluded(request.resourceType.attribute(name), select),
            ),
          ) as unknown as StoredResource)
        );
      },
    })),
  },
  {
    fault: "believes the client about the type of a reference",
    caughtBy: "references: storage fills in the type of what it found",
    make: memoryWith((memory) => ({
      async get(request, context) {
        const found = await memory.get(request, context);
        const members = Array.isArray(found?.members)
          ? found.members.map((member) => ({ ...member, type: "Group" }))
          : [];
        return found && members.length > 0 ? { ...found, members } : found;
      },
    })),
  },
  {
    fault: "streams the first elements alone",
    caughtBy: "streams: a streamed collection has every element once",
    make: memoryWith((memory) => ({
      async get(request, context) {
        const found = await memory.get({ ...request, stream: false }, context);
        return found && request.stream && Array.isArray(found.members)
          ? { ...found, members: found.members.slice(0, 10) }
          : found;
      },
    })),
  },
  {
    fault: "streams chunks of whatever is there when they are asked for",
    caughtBy: "streams: elements and version of a stream are of one state",
    make: memoryWith((memory) => ({
      async get(request, context) {
        const whole = { ...request, stream: false };
        const found = await memory.get(whole, context);
        if (!request.stream || !Array.isArray(found?.members)) return found;
        const first: readonly unknown[] = found.members;
        const chunks = async function* () {
          yield* first.slice(0, 20);
          for (let start = 20; ; start += 20) {
            const members = (await memory.get(whole, context))?.members;
            const chunk = Array.isArray(members) ? members.slice(start, start + 20) : [];
            yield* chunk;
            if (chunk.length < 20) return;
          }
        };
        return { ...found, members: chunks() };
      },
    })),
  },
];

const GROUPS = new WeakMap<StorageAdapter, QueryRequest["resourceType"]>();

function isIncluded(attribute: Attribute | undefined, select: { includes(attribute: Attribute): boolean }): boolean {
  return (
    attribute !== undefined &&
    (select.includes(attribute) || attribute.subAttributes.some((sub) => select.includes(sub)))
  );
}

function hashOf(text: string): string {
  let hash = 7;
  for (const letter of text) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) | 0;
  return `h${hash >>> 0}`;
}

/** Memory whose resources tell a version made of themselves. */
function withVersions(
  memory: StorageAdapter,
  versionOf: (resource: StoredResource) => string,
): Partial<StorageAdapter> {
  const told = (resource: StoredResource): StoredResource => ({
    ...resource,
    meta: { ...resource.meta, version: versionOf(resource) },
  });
  return {
    create: async (request, context) => told(await memory.create(request, context)),
    async get(request, context) {
      const found = await memory.get(request, context);
      return found && told(found);
    },
    async replace(request, context) {
      const { ifVersion, ...rest } = request;
      const before = await memory.get({ ...request, select: SELECT_ALL }, context);
      if (before !== undefined && ifVersion !== undefined && told(before).meta.version !== ifVersion)
        throw versionMismatch();
      const stored = await memory.replace(rest, context);
      return stored && told(stored);
    },
  };
}

/** Memory that is kept from comparing user names itself: each is stored with a mark that makes it differ. */
function withLooseUniqueness(
  memory: StorageAdapter,
  keyOf: (value: string) => string,
  waits = false,
): Partial<StorageAdapter> {
  const mark = "\u{E000}";
  const plain = <T extends StoredResource | undefined>(resource: T): T =>
    (typeof resource?.userName === "string"
      ? { ...resource, userName: resource.userName.split(mark)[0] }
      : resource) as T;
  return {
    async create(request, context) {
      const { userName } = request.resource;
      if (typeof userName !== "string") return memory.create(request, context);
      const rows = await allOf(memory, request as never, context);
      if (waits) await new Promise((resolve) => setTimeout(resolve, 1));
      if (rows.some((row) => keyOf(String(plain(row).userName)) === keyOf(userName))) throw uniqueness("userName");
      return plain(
        await memory.create(
          { ...request, resource: { ...request.resource, userName: `${userName}${mark}${crypto.randomUUID()}` } },
          context,
        ),
      );
    },
    get: async (request, context) => plain(await memory.get(request, context)),
    async query(request, context) {
      const result = await memory.query(request, context);
      return { ...result, resources: result.resources.map((resource) => plain(resource)) };
    },
  };
}

function byId(left: StoredResource, right: StoredResource): number {
  return left.id < right.id ? -1 : 1;
}

/** Sorts as JavaScript does: stable, by UTF-16 units, missing values at the end that is asked for. */
function sortedBy(
  rows: readonly StoredResource[],
  { sort }: QueryRequest,
  missingFirst = false,
): readonly StoredResource[] {
  if (sort === undefined) return rows;
  const { attribute, sub } = sort.path;
  const keyOf = (row: StoredResource): unknown => {
    const value = readAttribute(row, attribute);
    const first = Array.isArray(value)
      ? (value.find((element) => isObject(element) && element.primary === true) ?? value[0])
      : value;
    const plain = isObject(first) ? first[sub?.name ?? "value"] : first;
    return plain === undefined ? undefined : (sub ?? attribute.sub("value") ?? attribute).key(plain);
  };
  const direction = sort.descending ? -1 : 1;
  const end = missingFirst ? -direction : direction;
  return [...rows].sort((left, right) => {
    const [a, b] = [keyOf(left), keyOf(right)];
    if (a === b) return 0;
    if (a === undefined || b === undefined) return a === undefined ? end : -end;
    return (a as string) < (b as string) ? -direction : direction;
  });
}

/** Value paths taken apart: each term may then be met by another element. */
function flattened(filter: Filter<AttributePath>): Filter<AttributePath> {
  switch (filter.type) {
    case "and":
    case "or":
      return { ...filter, filters: filter.filters.map(flattened) };
    case "not":
      return { ...filter, filter: flattened(filter.filter) };
    case "element":
      return filter.filter;
    default:
      return filter;
  }
}
