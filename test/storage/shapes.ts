import { parseFilter } from "../../src/filter/parser.ts";
import { resolveFilter } from "../../src/filter/resolve.ts";
import type { AttributeLiteral, ComparisonKey } from "../../src/schema/attribute.ts";
import { schemasOf } from "../../src/schema/canonical.ts";
import { type CompiledResourceType, compileResourceType, defineResourceType } from "../../src/schema/resource-type.ts";
import { defineSchema } from "../../src/schema/schema.ts";
import { type Context, SELECT_ALL, type StorageAdapter, type StoredResource } from "../../src/storage/adapter.ts";

/** A resource type named Item, as one release has it or another. */
export function itemWith(
  attributes: Readonly<Record<string, AttributeLiteral>>,
  key?: ComparisonKey,
): CompiledResourceType {
  return compileResourceType(definitionWith(attributes), key);
}

/** The same, not compiled. */
export function definitionWith(attributes: Readonly<Record<string, AttributeLiteral>>) {
  return defineResourceType({
    name: "Item",
    schema: defineSchema({
      id: "urn:test:Item",
      name: "Item",
      attributes: { displayName: {}, note: {}, ...attributes },
    }),
  });
}

export const AT = "2026-01-01T00:00:00.000Z";

/** Short ways to call a storage with the types of one release. */
export function releaseOf(storage: StorageAdapter, resourceType: CompiledResourceType, context: Context = {}) {
  const write = { resourceType, at: AT, checkReferences: {}, notify: () => undefined, select: SELECT_ALL };
  const resourceOf = (id: string, attributes: Record<string, unknown>, at = AT) => ({
    schemas: schemasOf(resourceType, attributes),
    ...attributes,
    id,
    meta: { resourceType: resourceType.name, created: AT, lastModified: at },
  });
  const find = async (filter?: string, sortBy?: string): Promise<readonly string[]> => {
    const path = sortBy === undefined ? undefined : resourceType.resolve(sortBy);
    const { resources } = await storage.query(
      {
        resourceType,
        filter: filter === undefined ? undefined : resolveFilter(parseFilter(filter), resourceType),
        sort: path && { path, descending: false },
        page: { startIndex: 1, count: 100 },
        select: SELECT_ALL,
      },
      context,
    );
    return resources.map(({ id }) => id);
  };
  const get = (id: string): Promise<StoredResource | undefined> =>
    storage.get({ resourceType, id, select: SELECT_ALL }, context);
  return {
    find,
    get,
    create: (id: string, attributes: Record<string, unknown>, secrets = {}) =>
      storage.create({ ...write, resource: resourceOf(id, attributes), secrets }, context),
    replace: (id: string, attributes: Record<string, unknown>, untouched: readonly string[] = [], at = AT) =>
      storage.replace(
        {
          ...write,
          id,
          resource: resourceOf(id, attributes, at),
          secrets: {},
          untouched: untouched.map((name) => resourceType.attribute(name) ?? never(name)),
        },
        context,
      ),
    /** A replace as the core makes it of what it read: nothing is left out that the release does not know. */
    rewrite: async (id: string, attributes: Record<string, unknown>) => {
      const { schemas: _, meta: __, ...before } = (await get(id)) ?? never(id);
      return storage.replace(
        { ...write, id, resource: resourceOf(id, { ...before, ...attributes }), secrets: {} },
        context,
      );
    },
    delta: (id: string, name: string, add: readonly Record<string, unknown>[], remove: readonly string[] = []) =>
      storage.applyDelta?.(
        { ...write, id, attribute: resourceType.attribute(name) ?? never(name), add, remove },
        context,
      ),
    remove: (id: string, at = AT) => storage.delete({ ...write, id, at }, context),
  };
}

function never(name: string): never {
  throw new Error(`There is no ${name}.`);
}
