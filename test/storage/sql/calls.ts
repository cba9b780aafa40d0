import { parseFilter } from "../../../src/filter/parser.ts";
import { resolveFilter } from "../../../src/filter/resolve.ts";
import { schemasOf } from "../../../src/schema/canonical.ts";
import { EnterpriseUserSchema } from "../../../src/schema/core/enterprise-user.ts";
import { Group as GroupDefinition } from "../../../src/schema/core/group.ts";
import { User as UserDefinition } from "../../../src/schema/core/user.ts";
import { type CompiledResourceType, compileResourceType } from "../../../src/schema/resource-type.ts";
import type {
  Context,
  Page,
  Select,
  StorageAdapter,
  StoredResource,
  WriteRequest,
} from "../../../src/storage/adapter.ts";

export const User = compileResourceType(UserDefinition.extend(EnterpriseUserSchema));
export const Group = compileResourceType(GroupDefinition);
export const AT = "2026-01-01T00:00:00Z";
export const NOTHING: Select = { includes: () => false };

const writes = { at: AT, notify: () => {} };

export const REQUIRED: WriteRequest["checkReferences"] = Object.fromEntries(
  [User, Group].flatMap(({ references }) => references.map(({ name }) => [name, "refuse"] as const)),
);

/** Short ways to call an adapter. */
export function callsOf(
  storage: StorageAdapter,
  checkReferences: WriteRequest["checkReferences"] = REQUIRED,
  context: Context = {},
) {
  const create = (
    resourceType: CompiledResourceType,
    id: string,
    attributes: Record<string, unknown>,
    select: Select = NOTHING,
  ): Promise<StoredResource> => {
    const meta = { resourceType: resourceType.name, created: AT, lastModified: AT };
    const resource = { ...attributes, schemas: schemasOf(resourceType, attributes), id, meta };
    return storage.create({ resourceType, resource, secrets: {}, select, checkReferences, ...writes }, context);
  };
  return {
    create,
    user: (id: string, attributes: Record<string, unknown> = {}) => create(User, id, { userName: id, ...attributes }),
    group: (id: string, members: readonly string[] = []) =>
      create(Group, id, {
        displayName: id,
        ...(members.length === 0 ? {} : { members: members.map((value) => ({ value })) }),
      }),
    get: (resourceType: CompiledResourceType, id: string, select: Select = { includes: () => true }) =>
      storage.get({ resourceType, id, select }, context),
    remove: (resourceType: CompiledResourceType, id: string) =>
      storage.delete({ resourceType, id, checkReferences, ...writes }, context),
    delta: async (id: string, add: readonly string[], remove: readonly string[] = [], ifVersion?: string) => {
      const attribute = Group.attribute("members");
      if (attribute === undefined || storage.applyDelta === undefined) throw new Error("there are no deltas");
      const elements = add.map((value) => ({ value }));
      return storage.applyDelta(
        { resourceType: Group, id, attribute, add: elements, remove, ifVersion, checkReferences, ...writes },
        context,
      );
    },
    find: (
      resourceType: CompiledResourceType,
      filter: string | undefined,
      page: Page = { startIndex: 1, count: 100 },
      sortBy?: string,
      select: Select = NOTHING,
    ) => {
      const path = sortBy === undefined ? undefined : resourceType.resolve(sortBy);
      return storage.query(
        {
          resourceType,
          filter: filter === undefined ? undefined : resolveFilter(parseFilter(filter), resourceType),
          sort: path && { path, descending: false },
          page,
          select,
        },
        context,
      );
    },
  };
}
