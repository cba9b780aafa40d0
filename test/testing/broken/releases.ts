import type { Filter } from "../../../src/filter/ast.ts";
import type { AttributePath } from "../../../src/schema/attribute.ts";
import type { CompiledResourceType } from "../../../src/schema/resource-type.ts";
import type { Context, StoredResource } from "../../../src/storage/adapter.ts";
import type { MemoryStorage } from "../../../src/storage/memory/index.ts";
import type { ExportedResource, Upkeep } from "../../../src/storage/upkeep.ts";
import { type Broken, memoryWith } from "./adapters.ts";

const NAME = "kitBadge";
type Memory = Parameters<Parameters<typeof memoryWith>[0]>[0];

/** Memory whose users are without their badge to a release that has it otherwise than the one that wrote it. */
function blindTo(isOther: (writer: CompiledResourceType, reader: CompiledResourceType) => boolean) {
  return memoryWith((memory) => {
    const writers = new Map<string, CompiledResourceType>();
    const shown = (reader: CompiledResourceType, resource: StoredResource): StoredResource => {
      const writer = writers.get(resource.id);
      if (writer === undefined || !isOther(writer, reader)) return resource;
      const { [NAME]: _, ...rest } = resource;
      return rest as StoredResource;
    };
    return {
      async create(request, context) {
        writers.set(request.resource.id, request.resourceType);
        return memory.create(request, context);
      },
      async get(request, context) {
        const found = await memory.get(request, context);
        return found && shown(request.resourceType, found);
      },
    };
  });
}

const isCollection = (type: CompiledResourceType): boolean => type.attribute(NAME)?.collection === true;

/** The same filter by the attributes of another release. */
function by(type: CompiledResourceType, filter: Filter<AttributePath>): Filter<AttributePath> {
  if (filter.type !== "compare") return filter;
  return { ...filter, path: type.resolve(filter.path.text) ?? filter.path };
}

const withoutUnique = <R extends { readonly resourceType: CompiledResourceType }>(request: R): R => ({
  ...request,
  resourceType: { ...request.resourceType, unique: request.resourceType.unique.filter(({ text }) => text !== NAME) },
});

const exportWith = (
  own: (memory: Memory, ...args: Parameters<Upkeep["exportTenant"]>) => AsyncIterable<ExportedResource>,
) => memoryWith((memory) => ({ exportTenant: (...args) => own(memory, ...args) }));

async function* withoutMembers(all: AsyncIterable<ExportedResource> | undefined): AsyncGenerator<ExportedResource> {
  for await (const { resource, ...rest } of all ?? []) {
    const { members: _, ...left } = resource;
    yield { ...rest, resource: left as StoredResource };
  }
}

const countsOf = async (memory: Memory, tenant: string | undefined) => {
  const counts: Record<string, number> = {};
  for await (const { resourceType } of (memory as MemoryStorage).exportTenant(tenant))
    counts[resourceType] = (counts[resourceType] ?? 0) + 1;
  return counts;
};

/** Adapters that do well under one release, and not under two; and such whose upkeep is none. */
export const BROKEN_ACROSS_RELEASES: readonly Broken[] = [
  {
    fault: "keeps of a replace what its resource type names alone",
    caughtBy: "releases: what a resource type does not name survives",
    make: memoryWith((memory) => ({
      replace(request, context: Context) {
        const known = Object.entries(request.resource).filter(
          ([name]) => request.resourceType.resolve(name) !== undefined,
        );
        return memory.replace({ ...request, resource: Object.fromEntries(known) as never }, context);
      },
    })),
  },
  {
    fault: "takes a list for granted",
    caughtBy: "releases: values that do not fit",
    make: memoryWith((memory) => ({
      async replace(request, context) {
        for (const { multiValued, name } of request.resourceType.core)
          if (multiValued) (request.resource[name] as readonly unknown[] | undefined)?.map((element) => element);
        return memory.replace(request, context);
      },
    })),
  },
  {
    fault: "looks a unique attribute up among what was written since it was",
    caughtBy: "releases: an attribute that is unique now is found",
    make: memoryWith((memory) => ({
      async query(request, context) {
        const { filter, resourceType } = request;
        const isNew = filter?.type === "compare" && resourceType.unique.some(({ text }) => text === filter.path.text);
        return isNew ? { resources: [], totalResults: 0 } : memory.query(request, context);
      },
    })),
  },
  {
    fault: "admits doubles of what was there before an attribute was unique",
    caughtBy: "releases: an attribute that is unique now admits no double",
    make: memoryWith((memory) => ({
      create: (request, context) => memory.create(withoutUnique(request), context),
      replace: (request, context) => memory.replace(withoutUnique(request), context),
    })),
  },
  {
    fault: "compares by the keys of the release that came first",
    caughtBy: "releases: an attribute that is exact now",
    make: memoryWith((memory) => {
      let first: CompiledResourceType | undefined;
      return {
        create(request, context) {
          first ??= request.resourceType;
          return memory.create(request, context);
        },
        query: (request, context) =>
          memory.query({ ...request, filter: request.filter && first && by(first, request.filter) }, context),
      };
    }),
  },
  {
    fault: "looks for the elements of a collection among those of collections",
    caughtBy: "releases: a list that is a collection now",
    make: blindTo((writer, reader) => !isCollection(writer) && isCollection(reader)),
  },
  {
    fault: "looks for a list in the document alone",
    caughtBy: "releases: a collection that is a list now",
    make: blindTo((writer, reader) => isCollection(writer) && !isCollection(reader)),
  },
  {
    fault: "finds nothing to report in a reindex",
    caughtBy: "upkeep: reindex reports values",
    make: memoryWith((memory) => ({
      reindex: async (options) => ({
        ...(await (memory as MemoryStorage).reindex(options)),
        duplicates: [],
        isComplete: true,
      }),
    })),
  },
  {
    fault: "deletes nothing of a tenant",
    caughtBy: "upkeep: deleteTenant",
    make: memoryWith((memory) => ({ deleteTenant: (tenant) => countsOf(memory, tenant) })),
  },
  {
    fault: "begins each export at the beginning",
    caughtBy: "upkeep: exportTenant gives all",
    make: exportWith((memory, tenant) => (memory as MemoryStorage).exportTenant(tenant)),
  },
  {
    fault: "exports no elements of collections",
    caughtBy: "upkeep: exportTenant gives the elements",
    make: exportWith((memory, tenant) => withoutMembers((memory as MemoryStorage).exportTenant(tenant))),
  },
  {
    fault: "renames nothing",
    caughtBy: "upkeep: renameTenant",
    make: memoryWith((memory) => ({ renameTenant: (from) => countsOf(memory, from) })),
  },
];
